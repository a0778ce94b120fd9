"""The audit trail: who did what when, filtered, and as a file."""

import csv
from datetime import datetime, time, timedelta
from io import StringIO
from typing import Any, Final
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.utils.timezone import get_current_timezone, localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import AuditEntry
from accounts.selectors import audit_entries, audit_people
from accounts.services import record_audit
from exchange.error_file import safe_cell
from scrm.core import clock
from scrm.core.rates import spend
from scrm.web.access import Visit, may
from scrm.web.audit_words import choices, sentence, told
from scrm.web.ops.filters import FilterForm, page_of
from scrm.web.support import support_visit

EXPORTS_AN_HOUR: Final = 20
MOST_ROWS: Final = 50_000


class AuditFilter(FilterForm):
    since = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        people = [(str(person.pk), str(person)) for person in audit_people()]
        self.choose("who", gettext_lazy("Who"), gettext_lazy("Everybody"), people)
        self.choose("action", gettext_lazy("What"), gettext_lazy("Everything"), choices())
        for name, label in (("since", gettext_lazy("From day")), ("until", gettext_lazy("To day"))):
            self.fields[name].label = label
            self.fields[name].widget.attrs["aria-label"] = label
        self.order_fields(["q", "who", "action", "since", "until"])

    @property
    def chosen(self) -> dict[str, str]:
        return {name: str(value) for name, value in super().chosen.items()}


@may("audit.view")
def index(request: Visit) -> HttpResponse:
    filters = AuditFilter(request)
    page = page_of(request, audit_entries(**_asked(filters.chosen)))
    rows = [
        {"entry": entry, "did": sentence(entry.action, entry.details), "told": told(entry.details)} for entry in page
    ]
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "page": page,
        "rows": rows,
        "filters": filters,
        "filtered": bool(filters.chosen),
        "query": query.urlencode(),
    }
    return render(request, "ops/audit_list.html", context)


@may("audit.view")
def export(request: Visit) -> HttpResponse:
    """The same lines as a CSV file. Refused while nobody can count exports: it takes everything out at once."""
    budget = spend(f"export:{request.user.pk}", limit=EXPORTS_AN_HOUR, seconds=3600)
    if support_visit(request) is not None:
        return render(request, "support/refused.html", status=403)
    if budget is None or budget.is_overdrawn:
        answer = render(request, "ops/audit_wait.html", status=429)
        answer["Retry-After"] = str(budget.resets_in if budget else 60)
        return answer
    chosen = AuditFilter(request).chosen
    record_audit(action="audit.exported", actor=request.user, details={"filter": chosen}, now=clock.now())
    # Not streamed: zone and language are the request's, and gone when it is over.
    lines = StringIO(newline="")
    _write_lines(csv.writer(lines, quoting=csv.QUOTE_ALL), audit_entries(**_asked(chosen))[:MOST_ROWS])
    # With the mark, without which Excel reads Chinese as Latin.
    answer = HttpResponse(lines.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="audit.csv"'
    answer["Cache-Control"] = "no-store"
    return answer


def _write_lines(writer: Any, entries: QuerySet[AuditEntry]) -> None:
    heads = (_("When"), _("Who"), _("What"), _("Verb"), _("Subject"), _("Details"), _("Address"), _("Request"))
    writer.writerow(heads)
    for entry in entries.iterator(chunk_size=1000):
        cells = (
            localtime(entry.at).isoformat(timespec="seconds"),
            entry.actor_label,
            sentence(entry.action, entry.details),
            entry.action,
            f"{entry.subject_type} {entry.subject_id}".strip(),
            "; ".join(f"{name}: {text}" for name, text in told(entry.details)),
            entry.ip or "",
            entry.request_id,
        )
        writer.writerow([safe_cell(cell) for cell in cells])


def _asked(chosen: dict[str, str]) -> dict[str, Any]:
    zone = get_current_timezone()
    since, until = parse_date(chosen.get("since", "")), parse_date(chosen.get("until", ""))
    return {
        "who": UUID(chosen["who"]) if "who" in chosen else None,
        "action": chosen.get("action", ""),
        "subject": chosen.get("q", ""),
        "since": datetime.combine(since, time(), zone) if since else None,
        "until": datetime.combine(until + timedelta(days=1), time(), zone) if until else None,
    }
