"""Counts who looks at a hosted form and who begins to answer: people only, without a cookie."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from content.machines import is_machine
from leads.form_content import plain
from leads.services import count_form_begun, count_form_visit
from scrm.core import crypto
from scrm.core.rates import spend
from scrm.web.public.limits import VIEW_LASTS, is_counted, is_new_view, whereabouts
from scrm.web.public.page import Visit
from tenants.selectors import tenant_keys, tenant_zone

_UTM: Final = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
_UTM_MAX: Final = 200
_DAY: Final = 24 * 60 * 60


def utm_of(request: Visit) -> dict[str, str]:
    """The campaign parameters of the address."""
    found = {name: plain(request.GET.get(name, ""))[:_UTM_MAX].strip() for name in _UTM}
    return {name: value for name, value in found.items() if value}


def note_visit(request: Visit, form_id: UUID, now: datetime) -> None:
    """A page was shown. Opened again at once it is the same view; without Redis nothing is counted."""
    if request.method == "GET" and not _is_machine(request) and is_new_view(request, form_id):
        on = _today(now)
        is_visitor = _is_new(request, f"visitor:{form_id}", on, _DAY)
        count_form_visit(form_id=form_id, on=on, utm=utm_of(request), is_visitor=is_visitor)


def note_begin(request: Visit, form_id: UUID, now: datetime) -> None:
    """Somebody began to answer, or sent a page whose script did not run."""
    on = _today(now)
    if _is_machine(request) or not is_counted(request, f"begun:{form_id}"):
        return
    if _is_new(request, f"begun:{form_id}", on, VIEW_LASTS):
        count_form_begun(form_id=form_id, on=on, utm=utm_of(request))


def _is_new(request: Visit, what: str, on: date, seconds: int) -> bool:
    """Whether this reader does it for the first time; known for that long, by a hash that is another each day."""
    seen = f"{on:%Y%m%d} {whereabouts(request)} {request.headers.get('User-Agent', '')}"
    reader = crypto.blind_index(seen, keys=tenant_keys(), purpose="form.reader").hex()
    budget = spend(f"{what}:{reader}", limit=1, seconds=seconds)
    return budget is not None and not budget.is_overdrawn


def _is_machine(request: Visit) -> bool:
    return is_machine(request.headers.get("User-Agent", ""))


def _today(now: datetime) -> date:
    return now.astimezone(tenant_zone()).date()
