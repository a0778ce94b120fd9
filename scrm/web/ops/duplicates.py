"""The queue of customers who may be one person: look at both, merge, or say that they are two."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from contacts.enums import DuplicateReason, DuplicateState
from contacts.selectors.identities import identities_by_contact
from contacts.selectors.kinds import kind_names
from contacts.selectors.merges import duplicate_search, pair_list, pair_visible, people_of_pairs
from contacts.services.duplicates import decide_pair
from leads.selectors import lead_counts_by_contact
from lifecycle.of_contacts import positions_by_contact
from scrm.core import clock
from scrm.flows.duplicates import look_for_duplicates
from scrm.web.access import Visit, found, may
from scrm.web.ops.filters import page_of
from tagging.of_contacts import tags_by_contact

STATES = (("open", gettext_lazy("To look at")), ("distinct", gettext_lazy("Two people")))


@may("contact.merge")
def index(request: Visit) -> HttpResponse:
    state = DuplicateState.DISTINCT if request.GET.get("state") == "distinct" else DuplicateState.OPEN
    reason = request.GET.get("reason", "")
    pairs = pair_list(request.user, state=state)
    if reason in DuplicateReason.values:
        pairs = pairs.filter(reason=reason)
    page = page_of(request, pairs.select_related("decided_by"), 10)
    people = people_of_pairs(request.user, list(page))
    ids = list(people)
    tags, positions, leads = (
        tags_by_contact(ids, clock.now()),
        positions_by_contact(ids),
        lead_counts_by_contact(request.user, ids),
    )
    identities, names = identities_by_contact(people.values()), kind_names(pair.kind for pair in page if pair.kind)
    rows = [
        (
            pair,
            names.get(pair.kind, ""),
            [
                {
                    "contact": people[pk],
                    "identities": identities.get(pk, []),
                    "tags": tags[pk],
                    "positions": positions[pk],
                    "leads": leads.get(pk, 0),
                }
                for pk in (pair.first_id, pair.second_id)
            ],
        )
        for pair in page
        if pair.first_id in people and pair.second_id in people
    ]
    context = {
        "page": page,
        "rows": rows,
        "state": str(state),
        "states": STATES,
        "reason": reason,
        "reasons": DuplicateReason.choices,
        "search": duplicate_search(),
    }
    return render(request, "ops/duplicate_list.html", context)


@require_POST
@may("contact.merge")
def decide(request: Visit, pair_id: int) -> HttpResponse:
    """They are two people, and nobody is asked again; or take that back."""
    pair = found(pair_visible(request.user, pair_id))
    distinct = request.POST.get("distinct") != "no"
    decide_pair(pair=pair, distinct=distinct, by=request.user, now=clock.now())
    if distinct:
        messages.success(request, _("Noted: they are two people. Nobody is asked again."))
        return redirect("ops:duplicate_list")
    messages.success(request, _("They are in the list again."))
    return redirect("ops:duplicate_list")


@require_POST
@may("contact.merge")
def look(request: Visit) -> HttpResponse:
    """Go over everybody anew, in the background."""
    look_for_duplicates(by=request.user, now=clock.now())
    messages.success(request, _("Looking through all customers: what is found shows here within minutes."))
    return redirect("ops:duplicate_list")
