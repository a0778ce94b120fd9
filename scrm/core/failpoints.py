"""Named points where tests kill the process to prove that nothing is lost or doubled there.

Off unless SCRM_FAILPOINTS names one, such as `http.sent=3`: the third time that it is passed the
process dies as by `kill -9`.
"""

import os
import signal
from collections import Counter


def _parse(text: str) -> dict[str, int]:
    return {name: int(count) for name, _, count in (part.partition("=") for part in text.split(",") if part)}


_ARMED = _parse(os.environ.get("SCRM_FAILPOINTS", ""))
_passed: Counter[str] = Counter()


def passed(name: str) -> None:
    """Say that the process is at this point."""
    if not _ARMED:
        return
    _passed[name] += 1
    if _ARMED.get(name) == _passed[name]:
        os.kill(os.getpid(), signal.SIGKILL)
