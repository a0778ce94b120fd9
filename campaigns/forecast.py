"""What is to go out on the coming days, by the same rule that the engine plans with. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from campaigns.timing import Anchor, Offset, due_at, times_of
from scrm.core.workdays import WorkCalendar

Anchored = tuple[int, str, datetime, int]
"""Version, zone, T, and how many contacts share them."""


def forecast(
    anchors: Iterable[Anchored],
    steps: Mapping[int, Sequence[Any]],
    *,
    now: datetime,
    zone: ZoneInfo,
    days: int,
    calendar: WorkCalendar,
) -> dict[date, Counter[str]]:
    """How many touches fall due on each of the next days, by channel; days of the business's zone.

    Those that count from a date of each contact are not among them.
    """
    today = now.astimezone(zone).date()
    found: dict[date, Counter[str]] = {today + timedelta(days=index): Counter() for index in range(days)}
    until = now + timedelta(days=days + 1)
    for version, contact_zone, anchor_at, count in anchors:
        anchor = Anchor(anchor_at, contact_zone)
        for step in steps.get(version, ()):
            if anchor_at > until or anchor_at + reach(step.offset) < now:
                continue
            for occurrence in range(1, times_of(step.offset) + 1):
                due = due_at(step.offset, anchor, calendar, occurrence)
                if due is None or due <= now:
                    continue
                day = due.astimezone(zone).date()
                if day not in found:
                    break
                found[day][step.channel] += count
    return found


def reach(offset: Offset) -> timedelta:
    """The longest time after T that the rule can name."""
    kind, n, times = offset["kind"], offset.get("n", 0), times_of(offset)
    if kind in ("minutes", "hours"):
        return timedelta(**{kind: n})
    # A day more for time zones, one for a time of day that has passed.
    match kind:
        case "immediately":
            return timedelta(0)
        case "weeks":
            return timedelta(weeks=n, days=2)
        case "weekday":
            return timedelta(weeks=n + times, days=2)
        case "weekend" | "workdays":
            # The longest holidays, and the weekends of each week.
            return timedelta(days=2 * n + 30)
        case "monthly":
            return timedelta(days=31 * (times + 1))
        case "fixed" | "date" | "next_order":
            return timedelta(days=366 * 80)
    return timedelta(days=n + 2)
