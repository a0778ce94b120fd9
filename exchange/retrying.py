"""Decides when a call that failed is tried again, and how long its receiver is left alone. Pure."""

from datetime import datetime, timedelta
from typing import Final

LEASE: Final = timedelta(seconds=30)
"""How long a call may be on its way; it takes five seconds at most, or the name's servers a few more."""
PAUSED_AFTER: Final = timedelta(days=3)
"""A receiver that has failed for so long, with nothing in between that came through, is paused."""
GONE: Final = 410

_BACK_OFF: Final = (10, 30, 60, 300, 900, 3600, 10800, 21600, 43200)
_LEFT_ALONE: Final = 300


def next_try(attempt: int, *, give_up_at: datetime, now: datetime) -> datetime | None:
    """When to try again after so many attempts; None when the time for it is over."""
    at = now + timedelta(seconds=_BACK_OFF[min(max(attempt, 1), len(_BACK_OFF)) - 1])
    return at if at <= give_up_at else None


def is_delivered(status: int) -> bool:
    return 200 <= status < 300


def is_receivers_fault(status: int) -> bool:
    """Nobody there (0), broken or busy: then whatever else waits for it would fare no better."""
    return status == 0 or status >= 500 or status in (408, 429)


def left_alone_until(failures: int, now: datetime) -> datetime:
    """A receiver that fails is asked ever more rarely, at last every five minutes."""
    return now + timedelta(seconds=min(_LEFT_ALONE, 2 ** min(failures, 10)))
