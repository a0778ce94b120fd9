"""What is to go out on the coming days, by the same rule that the engine plans with. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from campaigns.planner import Offset, due_at

Anchor = tuple[int, str, datetime, int]
"""Version, zone, T, and how many contacts share them."""


def forecast(
    anchors: Iterable[Anchor], steps: Mapping[int, Sequence[Any]], *, now: datetime, zone: ZoneInfo, days: int
) -> dict[date, Counter[str]]:
    """How many touches fall due on each of the next days, by channel; days of the business's zone."""
    today = now.astimezone(zone).date()
    found: dict[date, Counter[str]] = {today + timedelta(days=index): Counter() for index in range(days)}
    until = now + timedelta(days=days + 1)
    for version, contact_zone, anchor_at, count in anchors:
        for step in steps.get(version, ()):
            if anchor_at > until or anchor_at + reach(step.offset) < now:
                continue
            due = due_at(step.offset, anchor_at, contact_zone)
            day = due.astimezone(zone).date()
            if due > now and day in found:
                found[day][step.channel] += count
    return found


def reach(offset: Offset) -> timedelta:
    """The longest time after T that the offset can name."""
    kind, n = offset["kind"], offset.get("n", 0)
    if kind in ("minutes", "hours"):
        return timedelta(**{kind: n})
    # A day more for time zones, one for a time of day that has passed.
    return {
        "immediately": timedelta(0),
        "days": timedelta(days=n + 2),
        "weekday": timedelta(weeks=n + 1, days=2),
    }[kind]
