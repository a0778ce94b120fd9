"""The first page: how today stands, what came in, what needs somebody."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.enums import TouchState
from campaigns.of_contacts import touchpoint_totals
from exchange.selectors import job_count_failed
from leads.selectors import lead_counts_per_day, lead_newest, lead_totals
from leads.selectors.reviews import review_count_overdue
from scrm.core import clock
from scrm.web.access import Visit, may
from tenants.selectors import tenant_zone

CHART_DAYS = 28


@may("desk.open")
def home(request: Visit) -> HttpResponse:
    now = clock.now()
    began = _day_began(now)
    leads = lead_totals(request.user, day_began=began)
    touches = touchpoint_totals(request.user, day_ends=began + timedelta(days=1), week_began=began - timedelta(days=6))
    per_day = lead_counts_per_day(
        request.user, first=began.date() - timedelta(days=13), last=began.date(), zone=tenant_zone()
    )
    context = {
        "leads": leads,
        "touches": touches,
        "trend": list(per_day.values()),
        "today_change": _change(leads["today"], leads["yesterday"]),
        "week_change": _change(leads["week"], leads["week_before"]),
        "won_share": leads["month_won"] / leads["month"] if leads["month"] else None,
        "newest": lead_newest(request.user),
        "attention": _attention(request, leads, touches, began, now),
    }
    return render(request, "ops/home.html", context)


@may("lead.view")
def leads_per_day(request: Visit) -> HttpResponse:
    """The chart's numbers: leads per day over four weeks."""
    today = _day_began(clock.now()).date()
    counts = lead_counts_per_day(
        request.user, first=today - timedelta(days=CHART_DAYS - 1), last=today, zone=tenant_zone()
    )
    data = {
        "kind": "area",
        "categories": [date_format(day, "MONTH_DAY_FORMAT") for day in counts],
        "series": [{"name": _("Leads"), "data": list(counts.values())}],
        "format": "number",
    }
    return JsonResponse(data)


def _day_began(now: datetime) -> datetime:
    return now.astimezone(tenant_zone()).replace(hour=0, minute=0, second=0, microsecond=0)


def _change(now: int, before: int) -> float | None:
    return (now - before) / before if before else None


def _attention(
    request: Visit, leads: dict[str, int], touches: dict[str, int], began: datetime, now: datetime
) -> list[dict[str, Any]]:
    """What somebody should look at, each with where to do so."""
    found = []
    if leads["unassigned"]:
        text = ngettext("%(count)s open lead has no owner", "%(count)s open leads have no owner", leads["unassigned"])
        url = reverse("ops:lead_list") + "?status=open&owner=none"
        found.append({"icon": "user-off", "text": text % {"count": leads["unassigned"]}, "url": url, "tone": "amber"})
    if touches["unknown"]:
        text = ngettext(
            "%(count)s touch may or may not have arrived",
            "%(count)s touches may or may not have arrived",
            touches["unknown"],
        )
        url = f"{reverse('ops:touchpoint_list')}?state={TouchState.UNKNOWN.value}"
        found.append({"icon": "help", "text": text % {"count": touches["unknown"]}, "url": url, "tone": "red"})
    overdue = review_count_overdue(now) if request.user.may("review.view") else 0
    if overdue:
        text = ngettext("%(count)s review waits for its answer", "%(count)s reviews wait for their answers", overdue)
        url = f"{reverse('ops:review_list')}?state=overdue"
        found.append({"icon": "star", "text": text % {"count": overdue}, "url": url, "tone": "red"})
    failed = job_count_failed("lead_import", since=began - timedelta(days=6)) if request.user.may("lead.import") else 0
    if failed:
        text = ngettext("%(count)s import failed this week", "%(count)s imports failed this week", failed)
        url = reverse("ops:import_list")
        found.append({"icon": "file-import", "text": text % {"count": failed}, "url": url, "tone": "red"})
    return found
