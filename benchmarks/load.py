"""What others took of the machine meanwhile: it tells a process that waits for a core from one that stands still."""

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

_TICK = os.sysconf("SC_CLK_TCK")


class Load(NamedTuple):
    """CPU seconds so far: of the whole machine, spent and idle, and of each process that descends from this one."""

    at: float
    busy: float
    idle: float
    ours: dict[int, float]

    @classmethod
    def now(cls) -> "Load":
        parents, seconds = {}, {}
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                with suppress(OSError):
                    fields = (folder / "stat").read_text().rpartition(")")[2].split()
                    parents[int(folder.name)] = int(fields[1])
                    seconds[int(folder.name)] = (int(fields[11]) + int(fields[12])) / _TICK
        found, fresh = {os.getpid()}, {os.getpid()}
        while fresh:
            fresh = {pid for pid, parent in parents.items() if parent in fresh} - found
            found |= fresh
        user, nice, system, idle, waiting, *rest = Path("/proc/stat").read_text().splitlines()[0].split()[1:]
        busy = sum(map(int, (user, nice, system, *rest[:3]))) / _TICK
        unused = (int(idle) + int(waiting)) / _TICK
        return cls(time.monotonic(), busy, unused, {pid: seconds[pid] for pid in found if pid in seconds})

    def cores_of_others(self, later: "Load") -> float:
        """Cores that others kept busy from here until `later`; those that died meanwhile count with them."""
        ours = sum(seconds - self.ours.get(pid, 0.0) for pid, seconds in later.ours.items())
        return max(0.0, (later.busy - self.busy - ours) / max(later.at - self.at, 1 / _TICK))

    def idle_cores(self, later: "Load") -> float:
        """Cores that nobody used from here until `later`: work that waited all the same stood still."""
        return (later.idle - self.idle) / max(later.at - self.at, 1 / _TICK)
