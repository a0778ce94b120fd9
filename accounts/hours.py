"""Opening hours: whether it is open, and what moment so many open minutes later is. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

from django.utils.translation import gettext as _

from scrm.core.instants import instant_of
from scrm.core.workdays import WorkCalendar

DAYS: Final = 7
_MIDNIGHT: Final = 24 * 60
_FURTHEST: Final = timedelta(days=3660)
"""Who never opens in ten years has no hours."""


@dataclass(frozen=True)
class Hours:
    """Open from and until in minutes of the local day, for each day from Monday on. Those of a day are in order.

    With a `calendar` it is closed on its holidays, and on a weekend day that is worked it opens as on a Monday.
    """

    week: tuple[tuple[tuple[int, int], ...], ...]
    zone: ZoneInfo
    calendar: WorkCalendar | None = None

    @cached_property
    def never_opens(self) -> bool:
        return not any(self.week)

    def on(self, day: date) -> tuple[tuple[int, int], ...]:
        """When it is open on a local day."""
        if self.calendar is None:
            return self.week[day.weekday()]
        if self.calendar.is_holiday(day):
            return ()
        return self.week[0] if day.weekday() >= 5 and self.calendar.works(day) else self.week[day.weekday()]

    def spans(self, since: datetime) -> Iterator[tuple[datetime, datetime]]:
        """From `since` on, each time in which it is open, in UTC; what a clock change leaves out is left out."""
        day = since.astimezone(self.zone).date() - timedelta(days=1)
        last = day + _FURTHEST
        while day < last:
            for opens, closes in self.on(day):
                began, ended = _moment(day, opens, self.zone), _moment(day, closes, self.zone)
                if ended > since and ended > began:
                    yield max(began, since.astimezone(UTC)), ended
            day += timedelta(days=1)


def is_open(hours: Hours | None, moment: datetime) -> bool:
    """Without hours it is always open."""
    if hours is None:
        return True
    local = moment.astimezone(hours.zone)
    return any(
        _moment(day, opens, hours.zone) <= moment < _moment(day, closes, hours.zone)
        for day in (local.date() - timedelta(days=1), local.date())
        for opens, closes in hours.on(day)
    )


def after_open_minutes(hours: Hours | None, since: datetime, minutes: float) -> datetime:
    """The moment at which it has been open for so many minutes since then. Without hours, or if it never opens, by the
    clock alone.
    """
    left = timedelta(minutes=minutes)
    if hours is None or hours.never_opens:
        return since + left
    for began, ended in hours.spans(since):
        if began + left <= ended:
            return began + left
        left -= ended - began
    return since + timedelta(minutes=minutes)


def open_minutes(hours: Hours | None, since: datetime, until: datetime) -> float:
    """How many minutes it was open in between."""
    if until <= since:
        return 0.0
    if hours is None or hours.never_opens:
        return (until - since).total_seconds() / 60
    total = timedelta()
    for began, ended in hours.spans(since):
        if began >= until:
            break
        total += min(ended, until) - began
    return total.total_seconds() / 60


def read_hours(week: Sequence[Sequence[Sequence[str]]], zone: str, *, calendar: WorkCalendar | None) -> Hours:
    """The hours of what is stored: seven lists of pairs such as ["09:00", "18:00"]."""
    days = tuple(tuple((_minutes(opens), _minutes(closes)) for opens, closes in day) for day in week)
    return Hours(days, ZoneInfo(zone), calendar)


def problem_of(week: Any, zone: str) -> str:
    """Why these can't be hours; nothing when they can."""
    if zone and zone not in available_timezones():
        return _("There is no such time zone.")
    try:
        days = read_hours(week, "UTC", calendar=None).week
    except (TypeError, ValueError):
        return _("Write times as 09:00-18:00.")
    if len(days) != DAYS:
        return _("A week has seven days.")
    for spans in days:
        ends = [moment for span in spans for moment in span]
        if ends != sorted(ends) or len(set(ends)) != len(ends):
            return _("Each time must end after it begins, and before the next one begins.")
    return ""


def _minutes(text: str) -> int:
    hour, _colon, minute = text.partition(":")
    found = int(hour) * 60 + int(minute)
    if not 0 <= found <= _MIDNIGHT or not 0 <= int(minute) < 60:
        raise ValueError(text)
    return found


def _moment(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    if minutes == _MIDNIGHT:
        return instant_of(day + timedelta(days=1), time(), zone)
    return instant_of(day, time(minutes // 60, minutes % 60), zone)
