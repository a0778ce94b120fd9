"""What a form brought: who looked, began and sent it, by day and by campaign parameters; the answers; a file."""

import csv
from collections.abc import Sequence
from datetime import date, timedelta
from io import StringIO
from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Scope
from exchange.error_file import safe_cell
from leads.form_results import Count, sums_by_day, sums_by_way, total_of
from leads.models import Form
from leads.selectors import form_content, form_counts, form_detail, form_draft, form_tallies
from scrm.core import clock
from scrm.web.access import Visit, found, may
from scrm.web.ops.filters import FilterForm
from tenants.selectors import tenant_zone

PERIODS = (
    ("7", gettext_lazy("7 days")),
    ("28", gettext_lazy("28 days")),
    ("90", gettext_lazy("90 days")),
    ("365", gettext_lazy("A year")),
    ("all", gettext_lazy("All time")),
)
USUAL_PERIOD = "28"
DAYS_SHOWN = 60


class ResultFilter(FilterForm):
    def __init__(self, request: Visit) -> None:
        super().__init__(request)
        del self.fields["q"]
        self.choose("period", gettext_lazy("Period"), gettext_lazy("In 28 days"), PERIODS)

    def days(self) -> tuple[date | None, date]:
        today = clock.now().astimezone(tenant_zone()).date()
        period = self.chosen.get("period", USUAL_PERIOD)
        return (None if period == "all" else today - timedelta(days=int(period) - 1), today)


@may("form.view")
def results(request: Visit, form_id: UUID) -> HttpResponse:
    hosted, filters = found(form_detail(form_id)), ResultFilter(request)
    since, until = filters.days()
    counts = form_counts(request.user, hosted, since=since, until=until)
    content = form_content(hosted, hosted.live_version) or form_draft(hosted)
    context = {
        "hosted": hosted,
        "filters": filters,
        "total": total_of(counts),
        "ways": sums_by_way(counts),
        "days": sums_by_day(counts)[:DAYS_SHOWN],
        "tallies": form_tallies(request.user, hosted, content, since=since, until=until),
        # Views are everybody's: beside a part of the leads they would say nothing true.
        "whole": _sees_all(request),
        "query": f"?{request.GET.urlencode()}",
        "tab": "form_results",
    }
    return render(request, "ops/form_results.html", context)


@may("form.view")
def chart(request: Visit, form_id: UUID) -> HttpResponse:
    """Day by day."""
    hosted = found(form_detail(form_id))
    days = list(reversed(sums_by_day(_counts(request, hosted))[:DAYS_SHOWN]))
    series = [(_("Leads"), "leads")]
    if _sees_all(request):
        series = [(_("Views"), "views"), (_("Visitors"), "visitors"), *series]
    data: dict[str, Any] = {
        "kind": "line",
        "categories": [date_format(day.name, "MONTH_DAY_FORMAT") for day in days],
        "series": [{"name": name, "data": [getattr(day, field) for day in days]} for name, field in series],
        "format": "number",
    }
    return JsonResponse(data)


@may("form.view")
def export(request: Visit, form_id: UUID) -> HttpResponse:
    """Each day and way as a line of a file that no spreadsheet runs."""
    hosted = found(form_detail(form_id))
    heads = [_("Day"), "utm_source", "utm_medium", "utm_campaign", _("Views"), _("Visitors"), _("Begun"), _("Leads")]
    whole = _sees_all(request)
    lines = [_cells(count, whole=whole) for count in _counts(request, hosted)]
    text = StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([heads, *lines])
    # With the mark, without which Excel reads Chinese as Latin.
    answer = HttpResponse(text.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="form-{hosted.slug}.csv"'
    return answer


def _counts(request: Visit, hosted: Form) -> list[Count]:
    since, until = ResultFilter(request).days()
    return form_counts(request.user, hosted, since=since, until=until)


def _cells(count: Count, *, whole: bool) -> Sequence[str]:
    seen = [str(each) if whole else "" for each in (count.views, count.visitors, count.begun)]
    return [count.on.isoformat(), *(safe_cell(each) for each in count.way), *seen, str(count.leads)]


def _sees_all(request: Visit) -> bool:
    return request.user.data_scope == Scope.ALL
