"""A child process with the test's own code in it, which may die, freeze or break at a failpoint.

It is forked by a server that has loaded the product and has no threads, never by the process that runs the tests: what
lives in that one, a browser's threads for instance, would leave its child hanging. So its work is a function of
tests/faults/work.py with what can be pickled, in the surroundings that the test has now.
"""

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, Self

from django.conf import settings
from django.db import connection, connections

from scheduler import bell
from scrm.core import failpoints
from tests.doubles.provider import SETTING

DIED, STOPPED, ENDED, BROKE = "died", "stopped", "ended", "broke"
_PATIENCE = 120.0
"""Seconds after which a child that hangs is killed and fails its test."""
_LOOK_EVERY = 0.01
_SETTINGS = ("SCRM_CHANNELS", "SCRM_LEASE_SECONDS", "SCRM_OUTGOING_LOOPBACK")

_server = multiprocessing.get_context("forkserver")
_server.set_forkserver_preload(["tests.faults.preload"])


class Surroundings(NamedTuple):
    """What a test has changed around the code that it tries."""

    database: dict[str, Any]
    settings: dict[str, Any]
    provider: str
    rings: bool

    @classmethod
    def now(cls) -> Self:
        database = {key: connection.settings_dict[key] for key in ("NAME", "HOST")}
        changed = {name: getattr(settings, name) for name in _SETTINGS}
        return cls(database, changed, os.environ.get(SETTING, ""), bell._ringer is not None)

    def enter(self) -> None:
        connection.settings_dict.update(self.database)
        for name, value in self.settings.items():
            setattr(settings, name, value)
        os.environ[SETTING] = self.provider
        if not self.rings:
            bell._ringer = None


class Child:
    """Runs `work` with these failpoints armed, on database lines of its own."""

    living: ClassVar[list["Child"]] = []

    def __init__(self, armed: str, work: Callable[..., object], *arguments: object) -> None:
        connections.close_all()
        self._process = _server.Process(target=_run, args=(Surroundings.now(), armed, work, arguments))
        self._process.start()
        self.living.append(self)

    def wait(self) -> str:
        """Until it died by SIGKILL, stopped, ended, or broke with an error."""
        ends_at = time.monotonic() + _PATIENCE
        while self._process.exitcode is None:
            if self._is_stopped():
                return STOPPED
            if time.monotonic() > ends_at:
                self.end()
                raise AssertionError(f"The child was still at work after {_PATIENCE:.0f} s.")
            self._process.join(_LOOK_EVERY)
        if self._process.exitcode == -signal.SIGKILL:
            return DIED
        return BROKE if self._process.exitcode else ENDED

    def thaw(self) -> str:
        self._send(signal.SIGCONT)
        return self.wait()

    def end(self) -> None:
        """Whatever became of it: nothing of a test goes on after it."""
        if self._process.exitcode is None:
            self._send(signal.SIGKILL)
            self._process.join()
        self.living.remove(self)

    def _send(self, number: signal.Signals) -> None:
        assert self._process.pid is not None
        os.kill(self._process.pid, number)

    def _is_stopped(self) -> bool:
        try:
            told = Path(f"/proc/{self._process.pid}/stat").read_text()
        except OSError:
            return False
        return told.rpartition(")")[2].split()[0] == "T"


def _run(surroundings: Surroundings, armed: str, work: Callable[..., object], arguments: tuple[object, ...]) -> None:
    if "tests.faults.preload" not in sys.modules:
        raise RuntimeError("The server of forks could not load the product.")
    surroundings.enter()
    failpoints.arm(armed)
    work(*arguments)
