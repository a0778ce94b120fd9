"""Workers and tickers of a run, and where their children are."""

import os
import signal
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from scrm.embedded.processes import Beat, Worker


class NumberedWorker(Worker):
    def __init__(self, number: int, env: Mapping[str, str], folder: Path) -> None:
        self.name = f"worker-{number}"
        super().__init__(env, folder)

    def command(self) -> list[str | Path]:
        return [*super().command(), "--hostname", f"{self.name}@%h"]


class NumberedBeat(Beat):
    def __init__(self, number: int, env: Mapping[str, str], folder: Path) -> None:
        self.name = f"beat-{number}"
        super().__init__(env, folder)


def children_of(pid: int) -> list[int]:
    """Children of a process that live just now."""
    with suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def send(pid: int, number: signal.Signals) -> bool:
    """False when nobody is there any more."""
    with suppress(ProcessLookupError):
        os.kill(pid, number)
        return True
    return False


def kill_group(pgid: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(pgid, signal.SIGKILL)
