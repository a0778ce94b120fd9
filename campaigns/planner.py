"""When each touch of a plan is due: the one place where a T+N rule becomes a time. Pure.

Offsets, all counted from the enrollment's T and never from the step before:

    {"kind": "immediately"}
    {"kind": "minutes", "n": 5}   {"kind": "hours", "n": 2}
    {"kind": "days", "n": 1, "at": "10:00"}                   the Nth calendar day after T's
    {"kind": "weekday", "weekday": 0, "at": "10:00", "n": 0}  the next Monday after T, n weeks on

Times of day are the contact's own. One that the clocks leap over becomes the first instant after
the leap; one that they show twice is the first of the two. A time of T's own day that has passed
means the next such time.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scrm.core.instants import instant_of
from scrm.core.shapes import is_whole

Offset = dict[str, Any]

_LIMITS = {"minutes": 60 * 24 * 400, "hours": 24 * 400, "days": 400, "weekday": 57}
_FIELDS = {
    "immediately": {"kind"},
    "minutes": {"kind", "n"},
    "hours": {"kind", "n"},
    "days": {"kind", "n", "at"},
    "weekday": {"kind", "weekday", "at", "n"},
}


class InvalidOffset(ValueError):
    """An offset that says no time; the message tells what to change."""


class PlanStep(Protocol):
    """What of a step decides its time."""

    number: int
    offset: Offset


@dataclass(frozen=True, slots=True)
class PlannedTouch:
    """One touch to come: the step's number, its occurrence and its time in UTC."""

    step_number: int
    occurrence: int
    due_at: datetime


def due_at(offset: Offset, anchor_at: datetime, zone: str) -> datetime:
    """The instant (aware, UTC) that the offset names for this T in this IANA zone."""
    kind = offset["kind"]
    if kind == "immediately":
        return anchor_at.astimezone(UTC)
    if kind in ("minutes", "hours"):
        return anchor_at.astimezone(UTC) + timedelta(**{kind: offset["n"]})
    local_zone = ZoneInfo(zone)
    day = anchor_at.astimezone(local_zone).date()
    at = time.fromisoformat(offset["at"])
    if kind == "days":
        return _first_after(anchor_at, day + timedelta(days=offset["n"]), at, timedelta(days=1), local_zone)
    ahead = (offset["weekday"] - day.weekday()) % 7
    first = _first_after(anchor_at, day + timedelta(days=ahead), at, timedelta(weeks=1), local_zone)
    weeks = offset.get("n", 0)
    if not weeks:
        return first
    return instant_of(first.astimezone(local_zone).date() + timedelta(weeks=weeks), at, local_zone)


def plan(
    steps: Sequence[PlanStep], anchor_at: datetime, zone: str, after_number: int | None = None
) -> list[PlannedTouch]:
    """Every touch of the steps (in their order), or of those after the one with that number."""
    numbers = [step.number for step in steps]
    begin = 0 if after_number is None else numbers.index(after_number) + 1
    return [PlannedTouch(step.number, 1, due_at(step.offset, anchor_at, zone)) for step in steps[begin:]]


def plan_groups(offset: Offset, anchors: Iterable[tuple[str, datetime]]) -> dict[tuple[str, datetime], datetime]:
    """Due times by (zone, T), each distinct pair worked out once."""
    return {(zone, anchor_at): due_at(offset, anchor_at, zone) for zone, anchor_at in set(anchors)}


def validate_offset(offset: object) -> Offset:
    """The offset, if it says a time; InvalidOffset tells what is wrong and how to mend it."""
    if not isinstance(offset, dict) or offset.get("kind") not in _FIELDS:
        raise InvalidOffset(_("Choose when: at once, after minutes, hours or days, or on a weekday."))
    kind = str(offset["kind"])
    unknown = sorted(set(offset) - _FIELDS[kind])
    if unknown:
        raise InvalidOffset(_("“%(name)s” has no meaning here: remove it.") % {"name": unknown[0]})
    if "n" in _FIELDS[kind] and not is_whole(offset.get("n", 0 if kind == "weekday" else None), 0, _LIMITS[kind]):
        raise InvalidOffset(_("Give a whole number from 0 to %(limit)s.") % {"limit": _LIMITS[kind]})
    if kind == "weekday" and not is_whole(offset.get("weekday"), 0, 6):
        raise InvalidOffset(_("Choose a day of the week."))
    if "at" in _FIELDS[kind] and not _is_time(offset.get("at")):
        raise InvalidOffset(_("Give the time of day as HH:MM, such as 09:30."))
    return offset


def offset_words(offset: Offset) -> str:
    """The offset as people say it, in the reader's language."""
    kind, n = offset["kind"], offset.get("n", 0)
    if kind == "immediately":
        return _("At once")
    if kind == "minutes":
        return ngettext("T+%(n)s minute", "T+%(n)s minutes", n) % {"n": n}
    if kind == "hours":
        return ngettext("T+%(n)s hour", "T+%(n)s hours", n) % {"n": n}
    if kind == "days":
        return ngettext("T+%(n)s day at %(at)s", "T+%(n)s days at %(at)s", n) % {"n": n, "at": offset["at"]}
    words = {"day": weekday_names()[offset["weekday"]], "at": offset["at"], "n": n}
    if not n:
        return _("Next %(day)s at %(at)s") % words
    return (
        ngettext("%(n)s week after the next %(day)s at %(at)s", "%(n)s weeks after the next %(day)s at %(at)s", n)
        % words
    )


def shifted(offset: Offset, due_at: datetime, zone: str, now: datetime) -> datetime:
    """When a touch that missed its time fits again: the same time of another day; a weekday's, on that weekday."""
    local_zone = ZoneInfo(zone)
    wall = due_at.astimezone(local_zone)
    days = 7 if offset["kind"] == "weekday" else 1
    missed = (now.astimezone(local_zone).date() - wall.date()).days
    day = wall.date() + timedelta(days=missed - missed % days)
    return _first_after(now, day, wall.time(), timedelta(days=days), local_zone)


def weekday_names() -> list[str]:
    """Monday to Sunday."""
    return [_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday")]


def _first_after(anchor_at: datetime, day: date, at: time, step: timedelta, zone: ZoneInfo) -> datetime:
    """That time of that day, or a step later where it is T or before."""
    found = instant_of(day, at, zone)
    return found if found > anchor_at else instant_of(day + step, at, zone)


def _is_time(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value, re.ASCII) is not None
