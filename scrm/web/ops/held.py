"""What came through forms and may be a robot's: looked at, accepted or discarded, one by one or many at once."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from leads.enums import HeldState
from leads.selectors.held import held_count, held_list, held_waiting_among
from leads.services.held import discard_held, restore_held
from scrm.core import clock
from scrm.flows.held import StillHeld, held_accepted
from scrm.web.access import Visit, may
from scrm.web.held_reading import enquiry_of, with_answers
from scrm.web.ops.filters import page_of
from scrm.web.ops.ticked import ticked_ids

_REASONS_SHOWN: Final = 5


@may("form.edit")
def index(request: Visit) -> HttpResponse:
    asked = request.GET.get("state")
    state = HeldState.DISCARDED if asked == HeldState.DISCARDED else HeldState.WAITING
    page = page_of(request, held_list(state))
    context = {
        "page": page,
        "rows": with_answers(page),
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
            _accept(request, ids)
        case "discard":
            done = discard_held(held_ids=ids, by=request.user, now=now)
            messages.success(request, ngettext("%(count)s discarded.", "%(count)s discarded.", done) % {"count": done})
        case "restore":
            done = restore_held(held_ids=ids, by=request.user, now=now)
            told = ngettext("%(count)s waits again.", "%(count)s wait again.", done)
            messages.success(request, told % {"count": done})
            return redirect(f"{reverse('ops:form_held')}?state={HeldState.DISCARDED}")
    return redirect("ops:form_held")


def _accept(request: Visit, ids: Iterable[UUID]) -> None:
    """Each in a transaction of its own: one that can't become a lead holds up no other."""
    done, still = 0, []
    for held in held_waiting_among(list(ids)):
        try:
            outcome = held_accepted(held.pk, enquiry_of, by=request.user, now=clock.now())
        except StillHeld as why:
            still.append((str(held), " ".join(why.reasons)))
        else:
            done += outcome is not None
    if done:
        told = ngettext("%(count)s is a lead now.", "%(count)s are leads now.", done)
        messages.success(request, told % {"count": done})
    for name, reasons in still[:_REASONS_SHOWN]:
        messages.error(request, _("%(name)s still waits: %(reasons)s") % {"name": name, "reasons": reasons})
    if len(still) > _REASONS_SHOWN:
        more = len(still) - _REASONS_SHOWN
        told = ngettext("%(count)s more still waits.", "%(count)s more still wait.", more)
        messages.error(request, told % {"count": more})
