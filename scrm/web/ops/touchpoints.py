"""The ledger: every intended touch, what became of it, and those that a person has to settle."""

from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from campaigns.enums import TouchState
from campaigns.of_contacts import touch_why
from campaigns.selectors import (
    breaker_list_shut,
    sop_choices,
    touchpoint_get,
    touchpoint_ids,
    touchpoint_list,
    touchpoints_of,
    unknown_count,
)
from campaigns.services.unknown import resolve_unknown
from scrm.core import clock
from scrm.web.access import Visit, found, may
from scrm.web.ops.filters import page_of
from scrm.web.ops.sop_forms import TouchpointFilter
from tenants.selectors import tenant_zone

NAMES = {state.value: state.name.lower() for state in TouchState}
"""How the colours of states are known to the page."""


@may("sop.view")
def index(request: Visit) -> HttpResponse:
    filters = TouchpointFilter(request, sop_choices())
    chosen = filters.chosen
    since, until = _period(chosen.get("period", ""))
    rows = touchpoint_list(
        request.user,
        sop_id=UUID(chosen["sop"]) if "sop" in chosen else None,
        state=TouchState(int(chosen["state"])) if "state" in chosen else None,
        since=since,
        until=until,
        search=chosen.get("q", ""),
    )
    page = page_of(request, touchpoint_ids(rows))
    context = {
        "page": page,
        "rows": [
            {"touch": touch, "tone": NAMES[touch.state], "why": touch_why(touch)} for touch in touchpoints_of(page)
        ],
        "filters": filters,
        "filtered": bool(chosen),
        "shut": breaker_list_shut(),
        "unknown": unknown_count(request.user),
        "unknown_state": TouchState.UNKNOWN.value,
    }
    return render(request, "ops/sop_touchpoints.html", context)


@require_POST
@may("sop.edit")
def resolve(request: Visit, touchpoint_id: int) -> HttpResponse:
    """A person says whether an unknown touch went out."""
    touch = found(touchpoint_get(request.user, touchpoint_id))
    sent = request.POST.get("sent") == "yes"
    # What was seen counts: meanwhile the touch may have been tried again and be unknown anew.
    seen = request.POST.get("attempt") == str(touch.attempt)
    if not seen or not resolve_unknown(touchpoint=touch, sent=sent, by=request.user, now=clock.now()):
        messages.error(request, _("Somebody else has settled it already."))
    elif sent:
        messages.success(request, _("Noted: it went out."))
    else:
        messages.success(request, _("Noted: it did not go out. It is tried again now."))
    return redirect(f"{reverse('ops:touchpoint_list')}?state={TouchState.UNKNOWN.value}")


def _period(chosen: str) -> tuple[datetime | None, datetime | None]:
    if not chosen:
        return None, None
    began = clock.now().astimezone(tenant_zone()).replace(hour=0, minute=0, second=0, microsecond=0)
    tomorrow = began + timedelta(days=1)
    if chosen == "today":
        return began, tomorrow
    if chosen == "next7":
        return began, began + timedelta(days=7)
    return tomorrow - timedelta(days=int(chosen)), tomorrow
