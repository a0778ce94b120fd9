"""What came through forms and may be a robot's: looked at, accepted or discarded, one by one or many at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from leads.enums import FieldKind, HeldState
from leads.form_content import BETWEEN, PERSONAL, Content
from leads.held_payloads import open_held
from leads.inputs import REJECTED
from leads.models import HeldLead
from leads.selectors import form_content
from leads.selectors.held import held_count, held_list, held_waiting_among
from leads.services.held import discard_held, restore_held
from scrm.core import clock, crypto
from scrm.flows.held import held_accepted
from scrm.web.access import Visit, may
from scrm.web.hosted_arrival import Sent, arrival_of, read_sent
from scrm.web.ops.filters import page_of
from scrm.web.ops.ticked import ticked_ids

_NO_ANSWERS: Final = (*PERSONAL, FieldKind.CONSENT)


@dataclass(frozen=True, slots=True)
class Row:
    """One of them, with what was answered beside the person's own details."""

    held: HeldLead
    answers: list[tuple[str, str]]


@may("form.edit")
def index(request: Visit) -> HttpResponse:
    asked = request.GET.get("state")
    state = HeldState.DISCARDED if asked == HeldState.DISCARDED else HeldState.WAITING
    page = page_of(request, held_list(state))
    context = {
        "page": page,
        "rows": _rows(page),
        "state": state,
        "waiting": held_count(),
    }
    return render(request, "ops/form_held.html", context)


@require_POST
@may("form.edit")
def decide(request: Visit) -> HttpResponse:
    """Accept, discard or restore the ticked ones."""
    ids, now = ticked_ids(request), clock.now()
    match request.POST.get("action"):
        case "accept":
            _accept(request, held_waiting_among(ids))
        case "discard":
            done = discard_held(held_ids=ids, by=request.user, now=now)
            messages.success(request, ngettext("%(count)s discarded.", "%(count)s discarded.", done) % {"count": done})
        case "restore":
            done = restore_held(held_ids=ids, by=request.user, now=now)
            told = ngettext("%(count)s waits again.", "%(count)s wait again.", done)
            messages.success(request, told % {"count": done})
            return redirect(f"{reverse('ops:form_held')}?state={HeldState.DISCARDED}")
    return redirect("ops:form_held")


def _accept(request: Visit, waiting: list[HeldLead]) -> None:
    done = lost = 0
    for held in waiting:
        sent = _sent(held)
        content = form_content(held.form, sent.version) if sent else None
        filled = sent.filled(content) if sent and content else None
        if sent is None or filled is None or not filled.is_valid():
            lost += 1
            continue
        arrival = arrival_of(held.form, sent, filled)
        outcome = held_accepted(held, held.form, arrival, filled.tag_ids(), by=request.user, now=clock.now())
        done += outcome is not None and outcome.outcome != REJECTED
    if done:
        told = ngettext("%(count)s is a lead now.", "%(count)s are leads now.", done)
        messages.success(request, told % {"count": done})
    if lost:
        told = ngettext("%(count)s can't be read any more.", "%(count)s can't be read any more.", lost)
        messages.error(request, told % {"count": lost})


def _rows(page: Iterable[HeldLead]) -> list[Row]:
    """Each with what was answered, under the words that were asked, without what names the person."""
    contents: dict[tuple[UUID, int], Content | None] = {}
    rows = []
    for held in page:
        sent, answers = _sent(held), []
        if sent is not None:
            place = (held.form_id, sent.version)
            if place not in contents:
                contents[place] = form_content(held.form, sent.version)
            content = contents[place]
            asked = [each for each in content.questions if each.kind not in _NO_ANSWERS] if content else []
            said = {each.label: sent.said.get(each.name, []) for each in asked}
            answers = [(label, BETWEEN.join(given)) for label, given in said.items() if any(given)]
        rows.append(Row(held, answers))
    return rows


def _sent(held: HeldLead) -> Sent | None:
    """None where no known key opens it."""
    try:
        return read_sent(open_held(held))
    except crypto.CryptoError:
        return None
