"""What dies comes back, and nothing outlives its supervisor."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from scrm.embedded import children
from scrm.embedded.services import Service
from scrm.embedded.supervisor import STOP_ORDER, Supervisor
from tests.live import eventually


class Sleeper(Service):
    def __init__(self, name: str, folder: Path, program: str = "import signal; signal.pause()") -> None:
        super().__init__(folder / f"{name}.log")
        self.name = name
        self.program = program

    def command(self) -> list[str | Path]:
        return [sys.executable, "-c", self.program]


def test_killed_child_comes_back(tmp_path):
    service, supervisor = Sleeper("web", tmp_path), Supervisor()
    first = service.spawn()
    supervisor.add(service)

    first.kill()
    supervisor.watch(lambda: service.process is not first)

    assert service.process.poll() is None
    supervisor.stop()


def test_child_that_keeps_dying_is_started_ever_more_slowly(tmp_path):
    service, supervisor = Sleeper("web", tmp_path, "raise SystemExit(3)"), Supervisor()
    service.spawn()
    supervisor.add(service)
    delays: list[float] = []

    def seen_three() -> bool:
        delay = supervisor._delays.get("web")
        if delay is not None and delay not in delays:
            delays.append(delay)
        return len(delays) == 3

    supervisor.watch(seen_three)
    supervisor.stop()

    assert delays == [0.5, 1.0, 2.0]


def test_stop_takes_the_web_before_the_database(tmp_path):
    stopped: list[str] = []
    supervisor = Supervisor()
    for name in reversed(STOP_ORDER):
        service = Sleeper(name, tmp_path)
        service.stop = lambda name=name: stopped.append(name)
        supervisor.add(service)

    supervisor.stop()

    assert stopped == ["beat", "web", "worker", "redis", "postgres"]


def test_stop_takes_a_childs_children_along_and_does_not_wait_for_the_deaf(tmp_path):
    program = (
        "import os, signal\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "child = os.fork()\n"
        "if child: print(child, flush=True)\n"
        "signal.pause()\n"
    )
    service = Sleeper("worker", tmp_path, program)
    service.patience = 0.1
    service.spawn()
    grandchild = int(eventually(service.log.read_text))

    service.stop()

    eventually(lambda: not Path(f"/proc/{grandchild}").exists() or "Z" in _state(grandchild))


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_child_dies_with_a_parent_that_was_killed(tmp_path):
    root = Path(__file__).resolve().parents[2]
    parent = (
        f"import sys, signal; sys.path.insert(0, {str(root)!r})\n"
        "from pathlib import Path\n"
        "from scrm.embedded import children\n"
        f"child = children.spawn([sys.executable, '-c', 'import signal; signal.pause()'], env={{}}, "
        f"log=Path({str(tmp_path / 'child.log')!r}))\n"
        "print(child.pid, flush=True)\n"
        "signal.pause()\n"
    )
    process = subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True)
    with process:
        child = int(process.stdout.readline())
        os.kill(process.pid, signal.SIGKILL)

    eventually(lambda: not Path(f"/proc/{child}").exists() or "Z" in _state(child))


def test_last_line_of_a_log_is_the_reason_shown(tmp_path):
    log = tmp_path / "web.log"
    log.write_text("Traceback\nValueError: no such host\n\n")

    assert children.last_line(log) == "ValueError: no such host"
    assert children.last_line(tmp_path / "missing.log") == ""
