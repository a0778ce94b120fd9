"""Named points where tests break the process, to prove that nothing is lost or doubled there.

Off unless SCRM_FAILPOINTS names some: `http.sent=kill@3,claim.committed=drop` kills the process when
it passes http.sent for the third time, and cuts its database line at the first claim.
"""

import os
import signal
import socket
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final

from django.db import connections

NAMES: Final = frozenset(
    {
        "claim.committed",
        "guard.before",
        "guard.passed",
        "http.sent",
        "http.answered",
        "outcome.committed",
        "inbox.committed",
        "inbox.claimed",
        "inbox.ended",
        "hook.claimed",
        "hook.answered",
        "hook.recorded",
        "import.batch_committed",
        "undo.batch_committed",
        "handover.batch_committed",
        "tagging.batch_committed",
        "version.batch_committed",
        "copy.written",
        "erasure.written",
        "reminder.taken",
        "erasure.committed",
        "removal.begun",
        "removal.batch_dropped",
        "removal.schema_dropped",
    }
)


class Failed(Exception):
    """What the action `raise` raises."""


class UnknownFailpoint(ValueError):
    """SCRM_FAILPOINTS names what is not there."""


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _stop() -> None:
    """Freeze like a machine that is suspended, until somebody sends SIGCONT."""
    os.kill(os.getpid(), signal.SIGSTOP)


def _raise() -> None:
    raise Failed


def _drop() -> None:
    """Cut the lines to the database under the driver, as when the server's machine goes away."""
    for connection in connections.all(initialized_only=True):
        if connection.connection is not None:
            with suppress(OSError), socket.socket(fileno=os.dup(connection.connection.fileno())) as line:
                line.shutdown(socket.SHUT_RDWR)


ACTIONS: Final[Mapping[str, Callable[[], None]]] = {"kill": _kill, "stop": _stop, "raise": _raise, "drop": _drop}

_armed: dict[str, tuple[Callable[[], None], int]] = {}
_passed: Counter[str] = Counter()


def arm(text: str) -> None:
    """Arm these points and no others, `name=action@n` with commas between; the n-th pass acts, the first without @n."""
    parsed = dict(_parse(part) for part in text.split(",") if part)
    _passed.clear()
    _armed.clear()
    _armed.update(parsed)


def _parse(part: str) -> tuple[str, tuple[Callable[[], None], int]]:
    name, _, what = part.partition("=")
    action, _, count = what.partition("@")
    if name not in NAMES:
        raise UnknownFailpoint(f"There is no failpoint {name!r}: {', '.join(sorted(NAMES))}.")
    if action not in ACTIONS:
        raise UnknownFailpoint(f"{part!r}: a failpoint can {', '.join(ACTIONS)}, such as {name}=kill@3.")
    if count and not (count.isdecimal() and int(count)):
        raise UnknownFailpoint(f"{part!r}: passes are counted from 1, such as {name}={action}@3.")
    return name, (ACTIONS[action], int(count or 1))


def passed(name: str) -> None:
    """Say that the process is at this point."""
    if not _armed:
        return
    _passed[name] += 1
    armed = _armed.get(name)
    if armed is not None and armed[1] == _passed[name]:
        armed[0]()


arm(os.environ.get("SCRM_FAILPOINTS", ""))
