"""Two customers who are one person: find the other, look at both, merge, and take it back."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from contacts.models import Contact
from contacts.selectors import contact_detail, contact_names, contact_search_list, identities_read, marks_of
from contacts.selectors.merges import alike_of, merge_list_of_contact, merge_of_contact, pair_between
from leads.selectors import lead_counts_by_contact, lead_list_of_contact
from lifecycle.of_contacts import positions_by_contact
from scrm.core import clock
from scrm.flows.contact_merge import contact_unmerged, contacts_merged
from scrm.flows.merge_preview import foresee_merge, foresee_unmerge
from scrm.web.access import Visit, found, may
from scrm.web.ops.replies import first_message
from tagging.of_contacts import tags_by_contact

_FOUND: Final = 12


@may("contact.view")
def of_contact(request: Visit, contact_id: UUID) -> HttpResponse:
    """The part of a contact's page about merges, for htmx."""
    contact = _contact(request, contact_id)
    merges = merge_list_of_contact(contact.pk)
    standing = [merge for merge in merges if merge.undone_at is None]
    back = contact_names(request.user, [merge.folded_id for merge in merges if merge.undone_at is not None])
    for merge in merges:
        merge.name = merge.name or back.get(str(merge.folded_id), "")
    context = {
        "contact": contact,
        "merges": merges,
        "newest": standing[0] if standing else None,
        "alike": alike_of(request.user, contact.pk) if request.user.may("contact.merge") else [],
    }
    return render(request, "ops/contact_merges.html", context)


@may("contact.merge")
def find(request: Visit, contact_id: UUID) -> HttpResponse:
    """Find the other one; what was searched for is posted, for addresses are kept in histories."""
    contact = _contact(request, contact_id)
    text = request.POST.get("q", "").replace("\0", "").strip()[:120]
    people = contact_search_list(request.user, text, _FOUND + 1)
    context = {
        "contact": contact,
        "searched": text,
        "people": [each for each in people if each.pk != contact.pk][:_FOUND],
        "alike": alike_of(request.user, contact.pk),
    }
    return render(request, "ops/contact_merge_find.html", context)


@may("contact.merge")
def merge(request: Visit, contact_id: UUID, other_id: UUID) -> HttpResponse:
    """Both beside each other: what stays of each, and what goes along. The first is the one that stays."""
    stays, goes = _contact(request, contact_id), _contact(request, other_id)
    if stays.pk == goes.pk:
        return redirect("ops:contact_merge_find", stays.pk)
    if request.method == "POST":
        choices = {
            name.removeprefix("keep-"): str(value) for name, value in request.POST.items() if name.startswith("keep-")
        }
        try:
            contacts_merged(stays.pk, goes.pk, choices=choices, by=request.user, now=clock.now())
        except ValidationError as error:
            messages.error(request, first_message(error))
            return redirect("ops:contact_list")
        said = _("%(name)s was merged in. It can be taken back on this page at any time.")
        messages.success(request, said % {"name": goes})
        return redirect("ops:contact_detail", stays.pk)
    pair = pair_between(stays.pk, goes.pk)
    context = {
        "sides": [_side(request, stays), _side(request, goes)],
        "stays": stays,
        "goes": goes,
        "foreseen": foresee_merge(stays, goes, role=request.user.role),
        "pair": pair,
    }
    return render(request, "ops/contact_merge.html", context)


@may("contact.merge")
def unmerge(request: Visit, contact_id: UUID, merge_id: int) -> HttpResponse:
    """What goes back and what stays, then do it."""
    contact = _contact(request, contact_id)
    merged = found(merge_of_contact(contact.pk, merge_id))
    if request.method == "POST":
        try:
            back = contact_unmerged(merged, by=request.user, now=clock.now())
        except ValidationError as error:
            messages.error(request, first_message(error))
            return redirect("ops:contact_detail", contact.pk)
        if back.lost:
            messages.warning(request, _("Some of it could not come back, for what it belonged to was deleted."))
        messages.success(request, _("%(name)s is a customer of their own again.") % {"name": merged})
        seen = contact_detail(request.user, back.contact_id)
        return redirect("ops:contact_detail", seen.pk if seen else contact.pk)
    context = {
        "contact": contact,
        "merge": merged,
        "foreseen": foresee_unmerge(merged),
        "since": [each for each in lead_list_of_contact(request.user, contact.pk) if each.captured_at >= merged.at],
    }
    return render(request, "ops/contact_unmerge.html", context)


def _side(request: Visit, contact: Contact) -> dict[str, Any]:
    return {
        "contact": contact,
        "identities": identities_read(contact),
        "tags": tags_by_contact([contact.pk], clock.now())[contact.pk],
        "positions": positions_by_contact([contact.pk])[contact.pk],
        "marks": marks_of(contact.pk),
        "leads": lead_counts_by_contact(request.user, [contact.pk]).get(contact.pk, 0),
    }


def _contact(request: Visit, contact_id: UUID) -> Contact:
    return found(contact_detail(request.user, contact_id))
