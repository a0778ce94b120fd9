"""Who is there to get leads: skills, regions, limits, leave, and when departments answer."""

import re
from itertools import groupby
from operator import itemgetter
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.hours import DAYS
from accounts.models import OpeningHours, User
from accounts.selectors import department_list
from accounts.selectors_duty import hours_for, hours_list, leave_detail, leave_list, people_on_duty
from accounts.services_duty import add_leave, drop_hours, end_leave, save_duty, save_hours
from campaigns.timing import weekday_names
from scrm.core import clock
from scrm.core.holidays import KNOWN_UNTIL
from scrm.web.access import Visit, found, may
from scrm.web.ops.replies import form_page, take_errors

_COMMAS: Final = re.compile(r"[,，、;；\n]")
_DASH: Final = re.compile(r"\s*[-–—~至]\s*")


class DutyForm(forms.Form):
    takes_leads = forms.BooleanField(label=gettext_lazy("Takes leads in turn"), required=False)
    skills = forms.CharField(
        label=gettext_lazy("Skills"),
        required=False,
        help_text=gettext_lazy("Products, languages: with commas between."),
    )
    regions = forms.CharField(
        label=gettext_lazy("Regions"),
        required=False,
        help_text=gettext_lazy("Provinces, cities or countries: with commas between."),
    )
    most_open = forms.IntegerField(
        label=gettext_lazy("Open leads at most"), required=False, min_value=1, max_value=100_000
    )
    most_a_day = forms.IntegerField(
        label=gettext_lazy("New leads a day at most"), required=False, min_value=1, max_value=100_000
    )


def _moment_field(label: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=widget)


class LeaveForm(forms.Form):
    from_at = _moment_field(gettext_lazy("From"))
    until_at = _moment_field(gettext_lazy("Until"))
    reason = forms.CharField(label=gettext_lazy("Reason"), required=False, max_length=80)


class HoursForm(forms.Form):
    follows_holidays = forms.BooleanField(
        label=gettext_lazy("Closed on public holidays"),
        required=False,
        help_text=gettext_lazy("By the Chinese calendar; a weekend day that makes up for one is open as a Monday."),
    )

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        for day, name in enumerate(weekday_names()):
            self.fields[f"day-{day}"] = forms.CharField(label=name, required=False, max_length=120)

    def days(self) -> list[forms.BoundField]:
        """Monday to Sunday."""
        return [self[f"day-{day}"] for day in range(DAYS)]

    def week(self) -> list[list[list[str]]]:
        """Seven lists of pairs, as they are typed: 09:00-12:00, 13:00-18:00."""
        said = [_COMMAS.split(self.cleaned_data.get(f"day-{day}", "")) for day in range(DAYS)]
        return [[_DASH.split(span.strip()) for span in spans if span.strip()] for spans in said]


@require_safe
@may("assignment.view")
def index(request: Visit) -> HttpResponse:
    now = clock.now()
    away = {leave.user_id: leave for leave in leave_list(request.user, now=now) if leave.from_at <= now}
    people = [(user, away.get(user.pk)) for user in people_on_duty(request.user)]
    hours = [(each, _summary(each)) for each in hours_list()]
    return render(request, "ops/availability.html", {"people": people, "hours": hours, "now": now})


@may("availability.edit")
def person(request: Visit, user_id: UUID) -> HttpResponse:
    """What somebody takes on, and their leave: two forms on one page."""
    user = found(people_on_duty(request.user).filter(pk=user_id).first())
    now = clock.now()
    about = request.POST.get("about", "")
    duty_form = DutyForm(request.POST if about == "duty" else None, initial=_duty_of(user))
    leave_form = LeaveForm(request.POST if about == "leave" else None, initial={"from_at": timezone.localtime(now)})
    if about == "duty" and duty_form.is_valid():
        said = duty_form.cleaned_data
        said |= {name: _COMMAS.split(said[name]) for name in ("skills", "regions")}
        save_duty(user=user, **said, by=request.user, now=now)
        messages.success(request, _("Saved."))
        return redirect("ops:availability_person", user.pk)
    if about == "leave" and leave_form.is_valid():
        try:
            add_leave(user=user, **leave_form.cleaned_data, by=request.user, now=now)
        except ValidationError as error:
            take_errors(leave_form, error)
        else:
            messages.success(request, _("Leave noted. They get no leads by themselves meanwhile."))
            return redirect("ops:availability_person", user.pk)
    bound = leave_form if about == "leave" else duty_form
    leaves = leave_list(request.user, now=now).filter(user=user)
    context = {"person": user, "duty_form": duty_form, "leave_form": leave_form, "leaves": leaves}
    return form_page(request, "ops/availability_person.html", bound, context)


@require_POST
@may("availability.edit")
def end(request: Visit, leave_id: UUID) -> HttpResponse:
    leave = found(leave_detail(request.user, leave_id))
    end_leave(leave=leave, by=request.user, now=clock.now())
    messages.success(request, _("The leave is over."))
    return redirect("ops:availability_person", leave.user_id)


@may("assignment.edit")
def hours(request: Visit) -> HttpResponse:
    """When a department (`?department=`), or the whole business, answers."""
    wanted = request.GET.get("department", "")
    department = found(department_list().filter(pk=wanted).first()) if _is_uuid(wanted) else None
    stored = hours_for(department)
    form = HoursForm(request.POST or None, initial=_initial(stored))
    if request.method == "POST" and "drop" in request.POST and stored is not None:
        drop_hours(hours=stored, by=request.user, now=clock.now())
        messages.success(request, _("These hours are gone."))
        return redirect("ops:availability")
    if request.method == "POST" and form.is_valid():
        try:
            save_hours(
                department=department,
                week=form.week(),
                follows_holidays=form.cleaned_data["follows_holidays"],
                zone=stored.zone if stored else "",
                by=request.user,
                now=clock.now(),
            )
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Hours saved."))
            return redirect("ops:availability")
    context = {"department": department, "stored": stored, "departments": department_list(), "known": KNOWN_UNTIL.year}
    return form_page(request, "ops/availability_hours.html", form, context)


def _summary(hours: OpeningHours) -> list[tuple[str, str]]:
    """Days and their times, days in a row that are alike as one; closed ones have none."""
    typed = [", ".join("–".join(span) for span in spans) for spans in hours.week]
    told = []
    for times, alike in groupby(zip(typed, weekday_names(), strict=True), key=itemgetter(0)):
        names = [name for _times, name in alike]
        days = names[0]
        if len(names) > 1:
            days = _("%(first)s to %(last)s") % {"first": names[0], "last": names[-1]}
        told.append((days, times))
    return told


def _initial(stored: OpeningHours | None) -> dict[str, Any]:
    if stored is None:
        return {"follows_holidays": True, **{f"day-{day}": "09:00-18:00" for day in range(5)}}
    days = {f"day-{day}": ", ".join("-".join(span) for span in spans) for day, spans in enumerate(stored.week)}
    return {"follows_holidays": stored.follows_holidays, **days}


def _duty_of(user: User) -> dict[str, Any]:
    duty = getattr(user, "duty", None)
    if duty is None:
        return {"takes_leads": user.takes_leads}
    return {
        "takes_leads": user.takes_leads,
        "skills": "，".join(duty.skills) if _is_chinese(duty.skills) else ", ".join(duty.skills),
        "regions": "，".join(duty.regions) if _is_chinese(duty.regions) else ", ".join(duty.regions),
        "most_open": duty.most_open,
        "most_a_day": duty.most_a_day,
    }


def _is_chinese(words: list[str]) -> bool:
    return any(not word.isascii() for word in words)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
