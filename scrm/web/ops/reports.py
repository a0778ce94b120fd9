"""Reports: the funnel and the table by source."""

from dataclasses import replace
from datetime import date, timedelta
from operator import attrgetter
from typing import Any
from uuid import UUID

from django import forms
from django.core.validators import MinValueValidator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.funnel import FunnelStep, ReportFilters, SourceRow, total_of
from analytics.selectors import funnel, funnel_per_day, source_table
from leads.selectors import source_choices
from scrm.core import clock
from scrm.web.access import Visit, may
from scrm.web.ops.filters import FilterForm
from scrm.web.ops.lead_forms import owner_choices
from tenants.selectors import tenant_current, tenant_zone

PERIODS = (
    ("7", gettext_lazy("7 days")),
    ("28", gettext_lazy("28 days")),
    ("90", gettext_lazy("90 days")),
    ("365", gettext_lazy("A year")),
    ("all", gettext_lazy("All time")),
)
USUAL_PERIOD = "90"
EARLIEST = date(2000, 1, 1)
SORTS = ("name", "leads", "valid", "assigned", "touched", "engaged", "won", "conversion", "cost")
SORTS_OF_PRICES = ("cost_per_lead", "cost_per_valid", "cost_per_won")


class PeriodFilter(FilterForm):
    """Which days, both included."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        del self.fields["q"]
        self.choose("period", gettext_lazy("Captured"), gettext_lazy("In 90 days"), PERIODS)
        for name, label in (("since", gettext_lazy("From")), ("until", gettext_lazy("To"))):
            self.fields[name] = forms.DateField(
                required=False,
                label=label,
                validators=[MinValueValidator(EARLIEST, gettext_lazy("Choose a day from the year 2000 on."))],
                widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
            )

    def clean(self) -> dict[str, Any]:
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and until < since:
            self.add_error("until", gettext_lazy("The period ends before it begins."))
        return self.cleaned_data

    def filters(self) -> ReportFilters:
        chosen: dict[str, Any] = self.chosen
        period = chosen.get("period", USUAL_PERIOD)
        since, until = chosen.get("since"), chosen.get("until")
        if not (since or until) and period != "all":
            since = today() - timedelta(days=int(period) - 1)
        return ReportFilters(since=since, until=until)


class ReportFilter(PeriodFilter):
    """Which leads: captured when, by which source, of whom."""

    def __init__(self, request: Visit) -> None:
        super().__init__(request)
        self.choose("source", gettext_lazy("Source"), gettext_lazy("Any source"), source_choices())
        self.choose("owner", gettext_lazy("Owner"), gettext_lazy("Any owner"), owner_choices(request.user))

    def filters(self) -> ReportFilters:
        chosen: dict[str, Any] = self.chosen
        return replace(
            super().filters(),
            source_ids=(UUID(chosen["source"]),) if "source" in chosen else None,
            owner_id=UUID(chosen["owner"]) if "owner" in chosen else None,
        )


@may("report.view")
def funnel_page(request: Visit) -> HttpResponse:
    filters = ReportFilter(request)
    steps = funnel(request.user, filters.filters())
    context = {
        "filters": filters,
        "steps": steps,
        "drawn": drawn(steps),
        "losses": _losses(steps),
        "query": f"?{request.GET.urlencode()}",
    }
    return render(request, "ops/funnel.html", context)


@may("report.view")
def funnel_chart(request: Visit) -> HttpResponse:
    """How the leads of each day have come along; days become weeks where they would crowd."""
    filters = ReportFilter(request).filters()
    if filters.until:
        filters = replace(filters, until=min(filters.until, today()))
    days = funnel_per_day(request.user, filters)
    width = 7 if len(days) > 120 else 1
    blocks = [days[index : index + width] for index in range(0, len(days), width)]
    series = [(_("Captured"), "captured"), (_("Touched"), "touched"), (_("Engaged"), "engaged"), (_("Won"), "won")]
    data = {
        "kind": "line",
        "categories": [date_format(block[0].on, "MONTH_DAY_FORMAT") for block in blocks],
        "series": [
            {"name": name, "data": [sum(getattr(day, field) for day in block) for block in blocks]}
            for name, field in series
        ],
        "format": "number",
    }
    return JsonResponse(data)


@may("report.view")
def source_report(request: Visit) -> HttpResponse:
    filters = ReportFilter(request)
    rows = _sorted(source_table(request.user, filters.filters()), request.GET.get("sort", "-leads"))
    total = total_of(rows, name=_("All sources"), currency=tenant_current().currency)
    context = {
        "filters": filters,
        "rows": rows,
        "total": total,
        "query": f"?{request.GET.urlencode()}",
        "has_costs": any(row.cost is not None for row in rows),
    }
    return render(request, "ops/source_report.html", context)


@may("report.view")
def source_chart(request: Visit) -> HttpResponse:
    """The ten biggest sources: leads and what was won of them."""
    rows = source_table(request.user, ReportFilter(request).filters())[:10]
    data = {
        "kind": "bar",
        "categories": [row.name for row in rows],
        "series": [
            {"name": _("Leads"), "data": [row.leads for row in rows]},
            {"name": _("Engaged"), "data": [row.engaged for row in rows]},
            {"name": _("Won"), "data": [row.won for row in rows]},
        ],
        "format": "number",
    }
    return JsonResponse(data)


def drawn(steps: list[FunnelStep]) -> list[dict[str, Any]]:
    """The steps as the funnel drawing takes them."""
    return [{"label": step.label, "value": step.value} for step in steps]


def of_sources(source_ids: list[UUID], since: date | None, until: date | None) -> ReportFilters:
    return replace(ReportFilters(since=since, until=until), source_ids=tuple(source_ids))


def today() -> date:
    return clock.now().astimezone(tenant_zone()).date()


def _losses(steps: list[FunnelStep]) -> list[dict[str, Any]]:
    """Each step with what it kept of the one before, for the table."""
    rows: list[dict[str, Any]] = []
    for before, step in zip([None, *steps], steps, strict=False):
        kept = step.value / before.value if before and before.value else None
        rows.append({"step": step, "kept": kept})
    return rows


def _sorted(rows: list[SourceRow], asked: str) -> list[SourceRow]:
    field = asked.removeprefix("-")
    if field not in (*SORTS, *SORTS_OF_PRICES):
        return rows
    known = [row for row in rows if getattr(row, field) is not None]
    unknown = [row for row in rows if getattr(row, field) is None]
    return [*sorted(known, key=attrgetter(field), reverse=asked.startswith("-")), *unknown]
