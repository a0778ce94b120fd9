"""Decides when what somebody logged may still be changed or brought back, and when the next contact is due. Pure."""

from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final
from uuid import UUID

CHANGED_FOR: Final = timedelta(days=1)
"""So long whoever logged it may change or delete it, and so long what was deleted can come back."""
MORNING: Final = time(9)
"""When a day begins for which nobody said a time."""


def may_change(*, logged_by: UUID | None, logged_at: datetime, viewer: UUID | None, now: datetime) -> bool:
    """Whether it is still theirs to correct; afterwards it is a record. None are other systems."""
    return logged_by == viewer and now < logged_at + CHANGED_FOR


def next_moment(on: date | None, at: time | None, zone: tzinfo) -> datetime | None:
    """The instant of a local day and time; a day alone means its morning."""
    return datetime.combine(on, at or MORNING, zone) if on is not None else None


def is_effective(said: bool | None, outcome: bool | None) -> bool:
    """Whoever logs it knows best; where they say nothing the outcome does."""
    return bool(outcome) if said is None else said
