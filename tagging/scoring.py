"""Decides how many points somebody has, of what, and when they must be counted again. Pure.

Points fade by half-lives: after one, half is left. What is older than twenty is nothing any more.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final
from uuid import UUID

from tagging.enums import Band, ScoreKind

HALF_LIVES: Final = 20
MOST: Final = Decimal("99999.9")
_SOONEST: Final = timedelta(hours=1)
_LATEST: Final = timedelta(days=7)
_DAILY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Scoring:
    """A score rule, read. `of` is the code of an event type or the id of a tag."""

    id: UUID
    kind: str
    points: int
    of: str = ""
    most: int | None = None
    half_life_days: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """What one rule gives somebody: of how many times, and of when the last one is."""

    rule_id: UUID
    points: float
    times: int
    last: datetime | None = None


def faded(points: float, age: timedelta, half_life_days: int | None) -> float:
    """What is left of points after some time."""
    if half_life_days is None:
        return points
    return float(points * 0.5 ** (age.total_seconds() / (half_life_days * 86400)))


def parts_of(
    rules: Iterable[Scoring],
    *,
    events: Sequence[tuple[str, datetime]],
    tags: Mapping[str, datetime],
    holding: Collection[UUID],
    now: datetime,
) -> list[Part]:
    """What the rules give for (type, time) of events, tags since when, and the ids of rules whose condition holds."""
    found = []
    for rule in rules:
        if rule.kind == ScoreKind.EVENT:
            moments = [at for code, at in events if code == rule.of]
        elif rule.kind == ScoreKind.TAG:
            moments = [tags[rule.of]] if rule.of in tags else []
        else:
            moments = []
            if rule.id in holding:
                found.append(Part(rule.id, float(rule.points), 1))
        window = timedelta(days=(rule.half_life_days or 0) * HALF_LIVES)
        fresh = [at for at in moments if at <= now and (rule.half_life_days is None or at > now - window)]
        counted = sorted(fresh, reverse=True)[: rule.most]
        if counted:
            points = sum(faded(rule.points, now - at, rule.half_life_days) for at in counted)
            found.append(Part(rule.id, points, len(counted), counted[0]))
    return found


def total_of(parts: Iterable[Part]) -> Decimal:
    """To one decimal, within what is kept."""
    total = Decimal(repr(math.fsum(part.points for part in parts))).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return max(-MOST, min(MOST, total))


def band_of(points: Decimal, *, warm_from: int, hot_from: int) -> Band:
    if points >= hot_from:
        return Band.HOT
    return Band.WARM if points >= warm_from else Band.COLD


def next_count(parts: Iterable[Part], rules: Iterable[Scoring], now: datetime) -> datetime | None:
    """When the points will have faded by about one, or a condition may have turned with time; None: never by itself."""
    by_id = {rule.id: rule for rule in rules}
    a_day = 0.0
    for part in parts:
        half_life = by_id[part.rule_id].half_life_days
        if half_life is not None:
            a_day += abs(part.points) * math.log(2) / half_life
    latest = _DAILY if any(rule.kind == ScoreKind.CONDITION for rule in by_id.values()) else None
    if a_day < 0.001:
        return now + latest if latest else None
    fades = timedelta(days=min(1 / a_day, _LATEST.days))
    return now + max(_SOONEST, min(fades, latest or _LATEST))
