"""When a touch is due: the one place where a T+N rule becomes a time. Pure."""

from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count, islice
from typing import Final
from zoneinfo import ZoneInfo

from campaigns.timing.anchors import FIELD, MOMENT, NEXT_ORDER, Anchor, Offset
from scrm.core.instants import instant_of
from scrm.core.workdays import WorkCalendar

_DAY: Final = timedelta(days=1)
_YEARS: Final = range(1800, 3000)
"""A date of a contact may be any; one outside of these is a slip of the pen."""


@dataclass(frozen=True, slots=True)
class _Begin:
    """T where the contact is, the time of day that is asked for, a date of theirs, and which days are worked."""

    at: datetime
    zone: ZoneInfo
    day: date
    wall: time
    theirs: date | None
    calendar: WorkCalendar

    def on(self, day: date) -> datetime:
        return instant_of(day, self.wall, self.zone)

    def first_of(self, days: Iterable[date]) -> date:
        """The first of the days, in order, whose time lies after T."""
        return next(day for day in days if self.on(day) > self.at)

    def first_on(self, days: Iterable[date]) -> datetime:
        return self.on(self.first_of(days))

    def unless_before(self, day: date) -> datetime | None:
        found = self.on(day)
        return found if found >= self.at else None

    def free_weekends(self) -> Iterator[date]:
        """Saturdays and Sundays that are not worked, from T's day on."""
        return (each for each in _from(self.day) if each.weekday() >= 5 and not self.calendar.works(each))

    def workdays(self, day: date) -> Iterator[date]:
        """From that day on."""
        return (each for each in _from(day) if self.calendar.works(each))


def due_at(offset: Offset, anchor: Anchor, calendar: WorkCalendar, occurrence: int = 1) -> datetime | None:
    """The instant (aware, UTC) that the rule names; None when it names none for this contact."""
    kind = offset["kind"]
    at = anchor.at.astimezone(UTC)
    if kind == "immediately":
        return at
    if kind in ("minutes", "hours"):
        return at + timedelta(**{kind: offset["n"]})
    zone = ZoneInfo(anchor.zone)
    wall = anchor.usual if kind == "moment" and anchor.usual is not None else time.fromisoformat(offset["at"])
    begin = _Begin(at, zone, anchor.at.astimezone(zone).date(), wall, anchor.day, calendar)
    return _RULES[kind](begin, offset, occurrence - 1)


def _days(begin: _Begin, offset: Offset, more: int) -> datetime | None:
    return begin.first_on(_from(begin.day + timedelta(days=offset["n"])))


def _weeks(begin: _Begin, offset: Offset, more: int) -> datetime | None:
    return begin.on(begin.day + timedelta(weeks=offset["n"]))


def _weekday(begin: _Begin, offset: Offset, more: int) -> datetime | None:
    ahead = (offset["weekday"] - begin.day.weekday()) % 7
    first = begin.first_of(_from(begin.day + timedelta(days=ahead), timedelta(weeks=1)))
    return begin.on(first + timedelta(weeks=offset.get("n", 0) + more))


def _weekend(begin: _Begin, offset: Offset, more: int) -> datetime | None:
    return begin.first_on(begin.free_weekends())


def _workdays(begin: _Begin, offset: Offset, more: int) -> datetime | None:
    if not offset["n"]:
        return begin.first_on(begin.workdays(begin.day))
    return begin.on(next(islice(begin.workdays(begin.day + _DAY), offset["n"] - 1, None)))


def _monthly(begin: _Begin, offset: Offset, more: int) -> datetime | None:
    first = begin.first_of(_month_day(begin.day, months, offset["day"]) for months in count())
    return begin.on(_month_day(first, more, offset["day"]))


def _fixed(begin: _Begin, offset: Offset, more: int) -> datetime | None:
    return begin.unless_before(date.fromisoformat(offset["date"]))


def _date(begin: _Begin, offset: Offset, more: int) -> datetime | None:
    if begin.theirs is None or begin.theirs.year not in _YEARS:
        return None
    n = offset.get("n", 0)
    if offset.get("yearly"):
        return begin.on(_anniversary(begin, begin.theirs, n, more))
    return begin.unless_before(begin.theirs + timedelta(days=n))


_Rule = Callable[[_Begin, Offset, int], datetime | None]
_RULES: Final[dict[str, _Rule]] = {
    "days": _days,
    "weeks": _weeks,
    "weekday": _weekday,
    "weekend": _weekend,
    "workdays": _workdays,
    "monthly": _monthly,
    "fixed": _fixed,
    "date": _date,
    "next_order": _date,
    "moment": _days,
}


def need_of(offset: Offset) -> str | None:
    """What must be known of a contact besides T: `field:<code>`, `next_order`, `moment`; None: nothing."""
    match offset["kind"]:
        case "date":
            return f"{FIELD}{offset['field']}"
        case "next_order":
            return NEXT_ORDER
        case "moment":
            return MOMENT
    return None


def is_by_workdays(offset: Offset) -> bool:
    """Whether it depends on which days are worked."""
    return offset["kind"] in ("weekend", "workdays")


def times_of(offset: Offset) -> int:
    """How many occurrences the rule has."""
    return int(offset.get("times", 1))


def shifted(offset: Offset, due_at: datetime, zone: str, now: datetime, calendar: WorkCalendar) -> datetime:
    """When a touch that missed its time fits again: at the same time of another day of the same kind."""
    local = ZoneInfo(zone)
    wall = due_at.astimezone(local)
    begin = _Begin(now.astimezone(UTC), local, now.astimezone(local).date(), wall.time(), None, calendar)
    match offset["kind"]:
        case "weekday":
            return begin.first_on(_from(wall.date(), timedelta(weeks=1)))
        case "weekend":
            return begin.first_on(begin.free_weekends())
        case "workdays":
            return begin.first_on(begin.workdays(begin.day))
    return begin.first_on(_from(begin.day))


def _from(day: date, step: timedelta = _DAY) -> Iterator[date]:
    while True:
        yield day
        day += step


def _month_day(of: date, months: int, day: int) -> date:
    """That day of the month so many months later, or its last one."""
    year, month = divmod(of.month - 1 + months, 12)
    year, month = of.year + year, month + 1
    return date(year, month, min(day, monthrange(year, month)[1]))


def _anniversary(begin: _Begin, of: date, n: int, more: int) -> date:
    """So many days after the next return of a date, 29 February being the 28th in common years."""

    def in_year(year: int) -> date:
        day = of.day if of.day <= monthrange(year, of.month)[1] else 28
        return date(year, of.month, day) + timedelta(days=n)

    # The days before it or after it may be a year's, and the date itself may lie ahead.
    first = max(begin.day.year - 2, of.year)
    days = (in_year(year) for year in count(first))
    year = next(year for year, day in zip(count(first), days, strict=False) if begin.on(day) > begin.at)
    return in_year(year + more)
