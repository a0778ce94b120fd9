"""Decides what suits somebody right now, and why. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Any
from uuid import UUID


class Cause(StrEnum):
    """What made something suit somebody."""

    SEGMENT = "segment"
    CITY = "city"
    BOUGHT = "bought"
    NOT_BOUGHT = "not_bought"
    EXPECTED = "expected"
    HOUR = "hour"


@dataclass(frozen=True, slots=True)
class Reason:
    """A cause with what it is about: a segment's name, a city, a product group, and how many days ago.

    At an expected purchase the days to it, below zero behind it; of an hour the `weekday` and the `part` of the day,
    as far as the match asks for them.
    """

    cause: Cause
    name: str = ""
    days: int = 0
    weekday: int | None = None
    part: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A match, read; `segment` is the name of one that somebody is in, and nothing where it is for everybody."""

    id: UUID
    channel: str
    segment: str = ""
    city: str = ""
    group: str = ""
    moment: str = "any"
    from_day: int | None = None
    to_day: int | None = None
    weekdays: Collection[int] = ()
    from_time: time | None = None
    to_time: time | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Of whom it is asked: the moment where they are, whom we may not reach how, and when they bought what.

    `bought` maps a product group to the moments of its paid orders, the earliest first; `""` is any product.
    """

    at: datetime
    city: str = ""
    barred: frozenset[str] = frozenset()
    bought: Mapping[str, Sequence[datetime]] | None = None


def chosen(rows: Iterable[Row], person: Person) -> list[tuple[Row, list[Reason]]]:
    """Those that suit somebody, in the order given, with why."""
    return [(row, reasons) for row in rows if (reasons := fits(row, person)) is not None]


def fits(row: Row, person: Person) -> list[Reason] | None:
    """Why a row suits somebody now; None where it does not."""
    if not person.barred.isdisjoint({row.channel, "all"}):
        return None
    reasons = [Reason(Cause.SEGMENT, row.segment)] if row.segment else []
    if row.city:
        if _plain(row.city) != _plain(person.city):
            return None
        reasons.append(Reason(Cause.CITY, person.city))
    if row.moment != "any":
        purchase = _purchase(row, person)
        if purchase is None:
            return None
        reasons.append(purchase)
    if row.weekdays or row.from_time or row.to_time:
        if not _is_hour(row, person.at):
            return None
        weekday = person.at.isoweekday() if row.weekdays else None
        part = part_of_day(person.at.time()) if row.from_time or row.to_time else ""
        reasons.append(Reason(Cause.HOUR, weekday=weekday, part=part))
    return reasons


def expected_next(moments: Sequence[datetime], zone: tzinfo | None) -> datetime | None:
    """The last one and as long again as between two on average, by days; None after the first."""
    days = len({moment.astimezone(zone).date() for moment in moments})
    if days < 2:
        return None
    span = (moments[-1] - moments[0]).total_seconds() // (days - 1)
    return moments[-1] + timedelta(seconds=span)


def part_of_day(at: time) -> str:
    parts = ((5, "night"), (11, "morning"), (14, "noon"), (18, "afternoon"), (23, "evening"))
    return next((name for until, name in parts if at.hour < until), "night")


def row_of(match: Any) -> Row:
    """A stored match, as it is asked."""
    return Row(
        id=match.pk,
        channel=match.channel,
        segment=match.segment.name if match.segment else "",
        city=match.city,
        group=match.product_group,
        moment=match.moment,
        from_day=match.from_day,
        to_day=match.to_day,
        weekdays=match.weekdays,
        from_time=match.from_time,
        to_time=match.to_time,
    )


def _purchase(row: Row, person: Person) -> Reason | None:
    moments = (person.bought or {}).get(row.group, ())
    if row.moment == "not_bought":
        return None if moments else Reason(Cause.NOT_BOUGHT, row.group)
    if not moments:
        return None
    zone, today = person.at.tzinfo, person.at.date()
    if row.moment == "bought":
        ago = _days(moments[-1].astimezone(zone).date(), today)
        within = (row.from_day or 0) <= ago and (row.to_day is None or ago <= row.to_day)
        return Reason(Cause.BOUGHT, row.group, ago) if within else None
    due = expected_next(moments, zone)
    if due is None:
        return None
    left = _days(today, due.astimezone(zone).date())
    return Reason(Cause.EXPECTED, row.group, left) if -(row.to_day or 0) <= left <= (row.from_day or 0) else None


def _is_hour(row: Row, at: datetime) -> bool:
    """Where the hours lie across midnight, what comes after it belongs to the day before."""
    begin, end, now = row.from_time or time.min, row.to_time or time.max, at.time()
    day = at.isoweekday()
    if begin <= end:
        inside = begin <= now < end
    else:
        inside = now >= begin or now < end
        day = (at - timedelta(days=1)).isoweekday() if now < end else day
    return inside and (not row.weekdays or day in row.weekdays)


def _days(first: date, last: date) -> int:
    return (last - first).days


def _plain(city: str) -> str:
    return city.strip().casefold().removesuffix("市")
