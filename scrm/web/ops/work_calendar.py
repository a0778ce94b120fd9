"""Which days are worked: the year as a picture, and what the business says itself."""

from calendar import Calendar
from dataclasses import dataclass
from datetime import date

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.selectors_duty import calendar_day_list, work_calendar
from accounts.services_duty import drop_calendar_day, save_calendar_day
from campaigns.timing import weekday_names
from scrm.core import clock
from scrm.core.holidays import KNOWN_UNTIL
from scrm.core.workdays import WorkCalendar
from scrm.web.access import Visit, may
from scrm.web.counts import small_count
from scrm.web.ops.replies import form_page
from tenants.selectors import tenant_zone

YEARS = range(2020, 2101)


class DayForm(forms.Form):
    day = forms.DateField(label=gettext_lazy("Date"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    works = forms.TypedChoiceField(
        label=gettext_lazy("That day"),
        choices=(("free", gettext_lazy("is free")), ("worked", gettext_lazy("is worked"))),
        coerce=lambda said: said == "worked",
    )
    name = forms.CharField(
        label=gettext_lazy("Why"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("Such as: the shop's birthday."),
    )

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if day.year not in YEARS:
            raise forms.ValidationError(_("Choose a day from 2020 on."))
        return day


@dataclass(frozen=True, slots=True)
class Month:
    """A month as weeks of (number of the day, what it is); 0 where a week is another month's."""

    name: str
    weeks: list[list[tuple[int, str, str]]]


@may("assignment.edit")
def work_days(request: Visit) -> HttpResponse:
    """The year (`?year=`), and the days that the business sets itself."""
    today = clock.now().astimezone(tenant_zone()).date()
    asked = small_count(request.GET.get("year")) or 0
    year = asked if asked in YEARS else today.year
    form = DayForm(request.POST if request.method == "POST" and "drop" not in request.POST else None)
    if request.method == "POST" and "drop" in request.POST:
        drop_calendar_day(day=request.POST["drop"], by=request.user, now=clock.now())
        messages.success(request, _("This day is as the calendar has it again."))
        return redirect(f"{reverse('ops:work_days')}?year={year}")
    if request.method == "POST" and form.is_valid():
        save_calendar_day(**form.cleaned_data, by=request.user, now=clock.now())
        messages.success(request, _("Saved. Plans that count working days from now on go by it."))
        return redirect(f"{reverse('ops:work_days')}?year={form.cleaned_data['day'].year}")
    calendar = work_calendar()
    context = {
        "year": year,
        "before": year - 1 if year - 1 in YEARS else None,
        "after": year + 1 if year + 1 in YEARS else None,
        "months": [_month(year, number, calendar, today) for number in range(1, 13)],
        "weekdays": [name[:1] if name.isascii() else name[-1:] for name in weekday_names()],
        "own": calendar_day_list(year),
        "known": calendar.knows(date(year, 7, 1)),
        "known_until": KNOWN_UNTIL.year,
    }
    return form_page(request, "ops/work_days.html", form, context)


def _month(year: int, month: int, calendar: WorkCalendar, today: date) -> Month:
    def told(day: date) -> tuple[int, str, str]:
        if day.month != month:
            return 0, "", ""
        return day.day, _kind(day, calendar, today), _title(day, calendar)

    weeks = [[told(day) for day in week] for week in Calendar().monthdatescalendar(year, month)]
    return Month(date_format(date(year, month, 1), "YEAR_MONTH_FORMAT"), weeks)


def _kind(day: date, calendar: WorkCalendar, today: date) -> str:
    works = calendar.works(day)
    kind = "holiday" if calendar.is_holiday(day) else "free" if not works else "extra" if day.weekday() >= 5 else ""
    return f"{kind} today".strip() if day == today else kind


def _title(day: date, calendar: WorkCalendar) -> str:
    """What a day that is unlike others of its name is, for a pointer that rests on it."""
    if calendar.is_holiday(day):
        return _("Holiday")
    return _("Working weekend day") if day.weekday() >= 5 and calendar.works(day) else ""
