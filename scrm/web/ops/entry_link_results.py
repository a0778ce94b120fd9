"""What entry links brought: one over time and by hour, all by partner, on the page and as a file."""

import csv
from datetime import date, timedelta
from io import StringIO
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.link_selectors import campaign_of_link
from exchange.error_file import safe_cell
from leads.enums import LinkKind
from leads.models import EntryLink
from leads.selectors import LinkResults, link_contacts_first, link_get, link_results, partner_rows
from scrm.core import clock
from scrm.core.qr import SIZES
from scrm.web.access import Visit, found, may
from scrm.web.qr import address_of
from tenants.selectors import tenant_zone

PERIODS: Final = (7, 28, 90)
PARTNERS: Final = {
    "department": gettext_lazy("Dealer or team"),
    "rep": gettext_lazy("Representative"),
    "source": gettext_lazy("Source"),
    "place": gettext_lazy("Place"),
}
_LEVELS: Final = 5


@may("link.view")
def detail(request: Visit, link_id: UUID) -> HttpResponse:
    link = found(link_get(request.user, link_id))
    results, days = _results(request, link)
    context = {
        "link": link,
        "address": address_of(request.tenant, link),
        "campaign": campaign_of_link(link.pk),
        "results": results,
        "first_contacts": link_contacts_first(request.user, link),
        "days": days,
        "chart_url": f"{reverse('ops:entry_link_chart', args=[link.pk])}?days={days}",
        "periods": PERIODS,
        "heat": _heat(results.hours),
        "is_over": link.expires_at is not None and link.expires_at <= clock.now(),
        "is_fixed": link.personal or link.kind == LinkKind.REFERRAL,
        "sizes": SIZES,
        "rows": [(day, *counts) for day, counts in reversed(results.days.items()) if any(counts)],
    }
    return render(request, "ops/entry_link_detail.html", context)


@may("link.view")
def chart(request: Visit, link_id: UUID) -> HttpResponse:
    """The chart's numbers: visits, visitors and leads per day."""
    results, _days = _results(request, found(link_get(request.user, link_id)))
    names = (_("Visits"), _("Visitors"), _("Leads"))
    data = {
        "kind": "line",
        "categories": [date_format(day, "MONTH_DAY_FORMAT") for day in results.days],
        "series": [
            {"name": name, "data": [counts[place] for counts in results.days.values()]}
            for place, name in enumerate(names)
        ],
        "format": "number",
    }
    return JsonResponse(data)


@may("link.view")
def export(request: Visit, link_id: UUID) -> HttpResponse:
    link = found(link_get(request.user, link_id))
    results, _days = _results(request, link)
    heads = [_("Day"), _("Visits"), _("Visitors"), _("Leads")]
    rows = [[day.isoformat(), *counts] for day, counts in results.days.items()]
    return _file([heads, *rows], f"{link.code}.csv")


@may("link.view")
def partners(request: Visit) -> HttpResponse:
    rows, by, days = _partners(request)
    context = {"rows": rows, "by": by, "kinds": PARTNERS, "days": days, "periods": PERIODS, "head": PARTNERS[by]}
    return render(request, "ops/entry_link_partners.html", context)


@may("link.view")
def partners_export(request: Visit) -> HttpResponse:
    rows, by, _days = _partners(request)
    heads = [str(PARTNERS[by]), _("Links"), _("Visits"), _("Visitors"), _("Leads")]
    cells = [[row[name] for name in ("name", "links", "visits", "visitors", "leads")] for row in rows]
    return _file([heads, *cells], "links.csv")


def _results(request: Visit, link: EntryLink) -> tuple[LinkResults, int]:
    first, last, days = _period(request)
    return link_results(request.user, link, first=first, last=last, zone=tenant_zone()), days


def _partners(request: Visit) -> tuple[list[dict[str, Any]], str, int]:
    asked = request.GET.get("by", "")
    by = asked if asked in PARTNERS else "department"
    first, last, days = _period(request)
    return partner_rows(request.user, by=by, first=first, last=last, zone=tenant_zone()), by, days


def _period(request: Visit) -> tuple[date, date, int]:
    asked = request.GET.get("days", "")
    days = int(asked) if asked in map(str, PERIODS) else 28
    last = clock.now().astimezone(tenant_zone()).date()
    return last - timedelta(days=days - 1), last, days


def _heat(hours: list[int]) -> list[dict[str, int]]:
    """Each hour with its count and how dark it is drawn, from 0 to the most."""
    most = max(hours)
    return [
        {"hour": hour, "count": count, "level": -(-count * _LEVELS // most) if most else 0}
        for hour, count in enumerate(hours)
    ]


def _file(lines: list[list[Any]], name: str) -> HttpResponse:
    text = StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([safe_cell(str(cell)) for cell in line] for line in lines)
    # With the mark, without which Excel reads Chinese as Latin.
    answer = HttpResponse(text.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer
