"""The audit trail: who did what when, filtered, and as a file."""

from datetime import datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.utils.timezone import get_current_timezone
from django.utils.translation import get_language, gettext_lazy

from accounts.selectors import audit_entries, audit_people
from accounts.services import record_audit
from scrm.core import clock
from scrm.core.rates import spend
from scrm.web.access import Visit, may
from scrm.web.account.step_up import second_factor
from scrm.web.audit_words import choices, sentence, told
from scrm.web.ops.audit_file import pieces
from scrm.web.ops.filters import FilterForm, page_of

EXPORTS_AN_HOUR: Final = 20


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
@second_factor
def export(request: Visit) -> HttpResponseBase:
    """The same lines as a CSV file. Refused while nobody can count exports: it takes everything out at once."""
    budget = spend(f"export:{request.user.pk}", limit=EXPORTS_AN_HOUR, seconds=3600)
    if budget is None or budget.is_overdrawn:
        answer = render(request, "ops/audit_wait.html", status=429)
        answer["Retry-After"] = str(budget.resets_in if budget else 60)
        return answer
    chosen = AuditFilter(request).chosen
    record_audit(action="audit.exported", actor=request.user, details={"filter": chosen}, now=clock.now())
    lines = pieces(audit_entries(**_asked(chosen)), tenant=request.tenant, language=get_language() or "en")
    file = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    file["Content-Disposition"] = 'attachment; filename="audit.csv"'
    file["Cache-Control"] = "no-store"
    return file


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
