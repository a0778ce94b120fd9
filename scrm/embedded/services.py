"""One long-running child: how it is started, known to be ready, and stopped."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from scrm.embedded import children
from scrm.embedded.console import Trouble, pause
from scrm.embedded.paths import Owner

READY_WITHIN = 20.0
_RETRY_AFTER = 0.3


class Service:
    name: str
    stop_signal = signal.SIGTERM
    patience = 2.0

    def __init__(self, log: Path, owner: Owner | None = None) -> None:
        self.log = log
        self.owner = owner
        self.process: subprocess.Popen[bytes] | None = None

    def environment(self) -> Mapping[str, str]:
        return os.environ

    def prepare(self) -> None:
        """Make what the first start needs."""

    def command(self) -> list[str | Path]:
        raise NotImplementedError

    def is_ready(self, pid: int) -> bool:
        return True

    def spawn(self) -> subprocess.Popen[bytes]:
        self.process = children.spawn(
            self.command(),
            env=self.environment(),
            log=self.log,
            owner=self.owner,
            death_signal=self.stop_signal,
        )
        return self.process

    def start(self) -> None:
        """Return when it is ready. A start that dies is tried again: after a kill -9 the old one lingers a moment."""
        self.prepare()
        deadline = time.monotonic() + READY_WITHIN
        process = self.spawn()
        while not self.is_ready(process.pid):
            if time.monotonic() > deadline:
                self.stop()
                reason = children.last_line(self.log)
                raise Trouble(f"{self.name} did not start: {reason} (all of it: {self.log})")
            if wait(process, 0.02):
                wait(process, _RETRY_AFTER)
                process = self.spawn()

    def stop(self) -> None:
        if self.process is not None:
            children.stop(self.process, self.stop_signal, self.patience)
            self.process = None


def wait(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """True once it has ended; a dead one still costs the whole time, so that nothing spins."""
    if process.poll() is not None:
        pause(seconds)
        return True
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True
