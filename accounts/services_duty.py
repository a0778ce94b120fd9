"""Writes about duty: what people take on, when they are away, when a department answers."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import CalendarDay, Department, Duty, Leave, OpeningHours, User
from accounts.services import record_audit


@transaction.atomic
def save_duty(
    *,
    user: User,
    skills: Sequence[str],
    regions: Sequence[str],
    most_open: int | None,
    most_a_day: int | None,
    takes_leads: bool,
    by: User | None,
    now: datetime,
) -> Duty:
    """Say what somebody takes on. Words are kept once each, without blanks around them."""
    duty = Duty.objects.filter(pk=user.pk).first() or Duty(user=user)
    duty.skills, duty.regions = _words(skills), _words(regions)
    duty.most_open, duty.most_a_day = most_open, most_a_day
    duty.clean_fields(exclude={"user"})
    duty.save()
    User.objects.filter(pk=user.pk).update(takes_leads=takes_leads)
    details = {"most_open": most_open, "most_a_day": most_a_day, "takes_leads": takes_leads}
    record_audit(action="duty.changed", actor=by, subject=user, details=details, now=now)
    return duty


def count_given(*, counts: Mapping[UUID, int], on: date) -> None:
    """How many leads each was given that day, so far. They are held by `take_turns`."""
    duties = [Duty(pk=pk, given_on=on, given=count) for pk, count in sorted(counts.items())]
    Duty.objects.bulk_update(duties, ["given_on", "given"])


@transaction.atomic
def add_leave(
    *, user: User, from_at: datetime, until_at: datetime, reason: str = "", by: User | None, now: datetime
) -> Leave:
    """Somebody is given no leads for a while; ValidationError when it would end before it begins."""
    if until_at <= max(from_at, now):
        raise ValidationError({"until_at": _("The leave must end after it begins, and not have passed.")})
    leave = Leave(user=user, from_at=from_at, until_at=until_at, reason=reason.strip(), created_at=now)
    leave.clean_fields(exclude={"user"})
    leave.save(force_insert=True)
    details = {"from": from_at.isoformat(), "until": until_at.isoformat()}
    record_audit(action="leave.added", actor=by, subject=user, details=details, now=now)
    return leave


@transaction.atomic
def end_leave(*, leave: Leave, by: User | None, now: datetime) -> None:
    """They are back, or will not be away after all."""
    if leave.from_at >= now:
        Leave.objects.filter(pk=leave.pk).delete()
    else:
        Leave.objects.filter(pk=leave.pk, until_at__gt=now).update(until_at=now)
    record_audit(action="leave.ended", actor=by, subject=leave.user, now=now)


@transaction.atomic
def save_hours(
    *, department: Department | None, week: Any, follows_holidays: bool, zone: str, by: User | None, now: datetime
) -> OpeningHours:
    """When a department, or the whole business, answers; ValidationError when a time can't be."""
    hours = OpeningHours.objects.filter(department=department).first() or OpeningHours(department=department)
    hours.week, hours.follows_holidays, hours.zone = week, follows_holidays, zone
    hours.clean()
    hours.save()
    record_audit(action="hours.changed", actor=by, subject=department, details={"week": week}, now=now)
    return hours


@transaction.atomic
def drop_hours(*, hours: OpeningHours, by: User | None, now: datetime) -> None:
    """The department answers as the one above it does; the whole business at any time."""
    OpeningHours.objects.filter(pk=hours.pk).delete()
    record_audit(action="hours.dropped", actor=by, subject=hours.department, now=now)


@transaction.atomic
def save_calendar_day(*, day: date, works: bool, name: str = "", by: User | None, now: datetime) -> CalendarDay:
    """The business works that day, or does not, whatever its country's calendar says."""
    said, _new = CalendarDay.objects.update_or_create(
        day=day, defaults={"works": works, "name": " ".join(name.split())}
    )
    record_audit(action="calendar.changed", actor=by, details={"day": day.isoformat(), "works": works}, now=now)
    return said


@transaction.atomic
def drop_calendar_day(*, day: str, by: User | None, now: datetime) -> None:
    """The day, as YYYY-MM-DD, is as the calendar has it again; one that was not said anything of stays so."""
    try:
        dropped, _rows = CalendarDay.objects.filter(day=date.fromisoformat(day)).delete()
    except ValueError:
        return
    if dropped:
        record_audit(action="calendar.dropped", actor=by, details={"day": day}, now=now)


def _words(given: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(word for each in given if (word := " ".join(str(each).split()))))
