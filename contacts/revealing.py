"""Decides how many people somebody may look up in clear, and until when they have to wait. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from accounts.enums import Role

SYSTEM: Final = "system"
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """So many different identities within an hour and within a day, whichever is spent first."""

    per_hour: int
    per_day: int
    needs_factor: bool = False


DEFAULTS: Final[Mapping[str, Limit]] = {
    Role.PRINCIPAL: Limit(100, 500),
    Role.ADMIN: Limit(100, 500),
    Role.OPS: Limit(100, 500),
    Role.MANAGER: Limit(60, 300),
    Role.REP: Limit(60, 300),
    Role.AUDITOR: Limit(0, 0),
    SYSTEM: Limit(500, 5000),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody looked at last: the first time within a day."""

    subject: UUID
    at: datetime


def spent_until(limit: Limit, seen: Sequence[Seen], subject: UUID, now: datetime) -> datetime | None:
    """When the next one may be looked at; None when `subject` may be now. What was looked at before counts once.

    `seen` are those of the last day, each once.
    """
    times = sorted(each.at for each in seen if each.at > now - DAY)
    if any(each.subject == subject and each.at > now - DAY for each in seen):
        return None
    waits = []
    for window, most in ((HOUR, limit.per_hour), (DAY, limit.per_day)):
        within = [at for at in times if at > now - window]
        if len(within) >= most:
            # With none allowed nothing ever frees a place: the window itself is what can be said.
            waits.append((within[len(within) - most] if most else now) + window)
    return max(waits, default=None)
