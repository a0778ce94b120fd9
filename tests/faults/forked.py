"""A child process with the test's own code in it, which may die, freeze or break at a failpoint."""

import os
import signal
import traceback
from collections.abc import Callable

from django.db import connections

from scrm.core import failpoints

DIED, STOPPED, ENDED, BROKE = "died", "stopped", "ended", "broke"
_PATIENCE = 90
"""Seconds after which a child that hangs is ended and counts as broken, so that it fails its test and not the run."""


class Child:
    """Runs `work` with these failpoints armed; the parent's database lines are its own again."""

    def __init__(self, work: Callable[[], object], armed: str) -> None:
        connections.close_all()
        self.pid = os.fork()
        if self.pid == 0:
            _run(work, armed)

    def wait(self) -> str:
        """Until it died by SIGKILL, stopped, ended, or broke with an error."""
        _pid, status = os.waitpid(self.pid, os.WUNTRACED)
        if os.WIFSTOPPED(status):
            return STOPPED
        if os.WIFSIGNALED(status):
            return DIED if os.WTERMSIG(status) == signal.SIGKILL else BROKE
        return ENDED if os.WEXITSTATUS(status) == 0 else BROKE

    def thaw(self) -> str:
        os.kill(self.pid, signal.SIGCONT)
        return self.wait()


def _run(work: Callable[[], object], armed: str) -> None:
    """Never returns: what a forked test would do on its way out is not ours to do."""
    code = 1
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(_PATIENCE)
    try:
        failpoints.arm(armed)
        work()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)
