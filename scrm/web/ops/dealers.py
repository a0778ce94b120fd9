"""Dealers, departments and representatives side by side: what came in, was answered, talked about and won."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from io import StringIO
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_safe

from accounts.enums import Scope
from analytics.cards import LESS_IS_BETTER, MEANINGS, MEASURES, Card, Money, Span, change
from analytics.dealers import department_cards, department_choices_seen, person_cards
from exchange.error_file import safe_cell
from exchange.xlsx_writer import Cell, workbook
from scrm.core import clock
from scrm.web.access import Visit, may
from scrm.web.ops.reports import EARLIEST, PERIODS, PeriodFilter, today
from tenants.selectors import tenant_current

DEPARTMENT, DEALER, PERSON = "department", "dealer", "person"
SHARES: Final = frozenset({"in_time", "effective_share"})
DRAWN: Final = 12
"""Bars that a chart holds."""


class DealerFilter(PeriodFilter):
    """Which days, whom to compare, and of which department."""

    def __init__(self, request: HttpRequest, departments: Sequence[tuple[str, str]]) -> None:
        super().__init__(request)
        self.choose("period", pgettext_lazy("report", "Period"), gettext_lazy("In 90 days"), PERIODS)
        self.order_fields(["period", "department", "since", "until"])
        if departments:
            self.choose("department", gettext_lazy("Department"), gettext_lazy("Any department"), departments)

    def span(self) -> Span:
        """The days meant, both included; none are yet to come."""
        chosen, last = self.filters(), today()
        until = min(chosen.until or last, last)
        return Span(min(chosen.since or EARLIEST, until), until)


@dataclass(frozen=True, slots=True)
class Cells:
    """A line of the table: each measure with its value and by which share it grew."""

    card: Card
    values: list[tuple[str, str, Decimal | int | None, Decimal | None, str]]
    others: list[Money]


@dataclass(frozen=True, slots=True)
class Report:
    """What the page, its charts and its files tell."""

    filters: DealerFilter
    by: str
    span: Span
    cards: list[Card]
    total: Card
    currency: str


@require_safe
@may("dealer.view")
def index(request: Visit) -> HttpResponse:
    report = _report(request)
    before = report.span.before
    context = {
        "filters": report.filters,
        "by": report.by,
        "may_compare": request.user.data_scope != Scope.OWN,
        "rows": [_cells(card, report.currency) for card in report.cards],
        "total": _cells(report.total, report.currency),
        "heads": [(key, str(label), str(MEANINGS[key])) for key, label in MEASURES.items()],
        "before": _days(before) if before else "",
        "currency": report.currency,
        "query": f"?{request.GET.urlencode()}",
        "empty": report.total.is_empty,
    }
    return render(request, "ops/dealer_report.html", context)


@require_safe
@may("dealer.view")
def chart(request: Visit) -> HttpResponse:
    """One measure of each, now and before."""
    report = _report(request)
    measure = request.GET.get("measure", "")
    measure = measure if measure in MEASURES else "leads"
    cards = report.cards[:DRAWN]
    series = [{"name": _("This period"), "data": [_bar(card.now, measure, report.currency) for card in cards]}]
    if report.span.before:
        drawn = [_bar(card.before, measure, report.currency) for card in cards]
        series.append({"name": pgettext("period", "Before"), "data": drawn})
    is_money = measure in ("amount", "commission")
    data = {
        "kind": "bar",
        "categories": [card.group.name for card in cards],
        "series": series,
        "format": "money" if is_money else "percent" if measure in SHARES else "number",
        "currency": report.currency,
    }
    return JsonResponse(data)


@require_safe
@may("dealer.view")
def export(request: Visit) -> HttpResponse:
    """The table as CSV or XLSX; every currency has columns of its own, so that no two are added."""
    report = _report(request)
    cards = [*report.cards, report.total]
    currencies = sorted({each.currency for card in cards for each in card.now.money} | {report.currency})
    counted = [key for key in MEASURES if key not in ("amount", "commission")]
    heads = [_("Name"), _("Department"), *(str(MEASURES[key]) for key in counted)]
    heads += [f"{MEASURES[key]} {currency}" for currency in currencies for key in ("amount", "commission")]
    rows: list[list[Cell]] = []
    for card in cards:
        line: list[Cell] = [card.group.name, card.group.under]
        line += [_rounded(card.now.value(key, ""), 4) for key in counted]
        for currency in currencies:
            line += [card.now.amount(currency), card.now.commission(currency)]
        rows.append(line)
    if request.GET.get("as") == "xlsx":
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        answer = HttpResponse(workbook(_("Dealers and teams"), heads, rows), content_type=kind)
        name = "score-cards.xlsx"
    else:
        text = StringIO(newline="")
        writer = csv.writer(text, quoting=csv.QUOTE_ALL)
        writer.writerow(heads)
        writer.writerows([["" if cell is None else safe_cell(str(cell)) for cell in row] for row in rows])
        # With the mark, without which Excel reads Chinese as Latin.
        answer = HttpResponse(text.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
        name = "score-cards.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer


def _report(request: Visit) -> Report:
    now = clock.now()
    compares = request.user.data_scope != Scope.OWN
    asked = request.GET.get("by", DEPARTMENT)
    by = asked if asked in (DEPARTMENT, DEALER, PERSON) and compares else DEPARTMENT if compares else PERSON
    filters = DealerFilter(request, department_choices_seen(request.user) if by == PERSON else [])
    span = filters.span()
    currency = tenant_current().currency
    if by == PERSON:
        chosen = filters.chosen.get("department")
        cards, total = person_cards(request.user, span, department_id=UUID(chosen) if chosen else None, now=now)
        cards.sort(key=lambda card: (-card.now.amount(currency), -card.now.leads, card.group.name))
    else:
        cards, total = department_cards(request.user, span, dealers_only=by == DEALER, now=now)
    return Report(filters, by, span, _sorted(cards, request.GET.get("sort", ""), currency), total, currency)


def _sorted(cards: list[Card], asked: str, currency: str) -> list[Card]:
    """As asked, with those of which nothing is known last; a tree that is sorted is none any more."""
    measure = asked.removeprefix("-")
    if measure not in MEASURES:
        return cards
    flat = [replace(card, group=replace(card.group, depth=0)) for card in cards]
    known = [card for card in flat if card.now.value(measure, currency) is not None]
    unknown = [card for card in flat if card.now.value(measure, currency) is None]
    known.sort(key=lambda card: Decimal(card.now.value(measure, currency) or 0), reverse=asked.startswith("-"))
    return [*known, *unknown]


def _cells(card: Card, currency: str) -> Cells:
    values = []
    for key, label in MEASURES.items():
        value = card.now.value(key, currency)
        grew = change(value, card.before.value(key, currency)) if card.before else None
        values.append((key, str(label), value, grew, "down" if key in LESS_IS_BETTER else "up"))
    return Cells(card, values, [each for each in card.now.money if each.currency != currency])


def _bar(numbers: Any, measure: str, currency: str) -> float | int | None:
    value = numbers.value(measure, currency) if numbers else None
    return float(value) if isinstance(value, Decimal) else value


def _rounded(value: Decimal | int | None, digits: int) -> Decimal | int | None:
    return round(value, digits) if isinstance(value, Decimal) else value


def _days(span: Span) -> str:
    shown = {
        "since": date_format(span.since, "SHORT_DATE_FORMAT"),
        "until": date_format(span.until, "SHORT_DATE_FORMAT"),
    }
    return pgettext("days", "%(since)s – %(until)s") % shown
