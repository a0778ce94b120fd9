"""Decides who may claim from the public pool, when it is looked over, and how far a warning holds. Pure."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from scrm.core.instants import instant_of

AHEAD: Final = timedelta(days=1)
"""How long before it goes its owner is told of a customer."""
STALE: Final = timedelta(days=1)
"""A warning that is overdue by more was given before an outage: its owner has had no day to act, and is warned anew."""
_LOOKED_AT: Final = time(8, 0)
"""In the business's own zone: whoever is warned has the day before them."""


class Refusal(StrEnum):
    """Why a claim comes to nothing."""

    TAKEN = "taken"
    BARRED = "barred"
    SPENT = "spent"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one person may; None is no limit."""

    claims_a_day: int | None
    most_unworked: int | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How one person stands when they claim: claims of the day, customers they did nothing with, and since when they
    have been without this one."""

    claimed: int
    unworked: int
    barred_until: datetime | None = None


def refusal_of(limits: Limits, standing: Standing, now: datetime) -> Refusal | None:
    """Why they may not have this one, what concerns it alone first; None when they may."""
    if standing.barred_until is not None and standing.barred_until > now:
        return Refusal.BARRED
    if limits.claims_a_day is not None and standing.claimed >= limits.claims_a_day:
        return Refusal.SPENT
    if limits.most_unworked is not None and standing.unworked >= limits.most_unworked:
        return Refusal.FULL
    return None


def next_look(now: datetime, zone: ZoneInfo) -> datetime:
    """The next morning at which owned customers are looked over: later than now."""
    today = now.astimezone(zone).date()
    first = instant_of(today, _LOOKED_AT, zone)
    return first if first > now else instant_of(today + AHEAD, _LOOKED_AT, zone)
