"""Contacts: the list, and everything about one of them on one page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from campaigns.of_contacts import sops_of_contact
from contacts.enums import ChannelKind, ConsentWay
from contacts.models import Contact
from contacts.selectors import (
    contact_detail,
    contact_erased,
    contact_list,
    contact_list_filtered,
    fields_grouped,
    fields_shown,
    fields_visible,
    identities_read,
    identity_visible,
    marks_of,
)
from contacts.selectors.merges import survivor_of
from contacts.services import reveal_identity
from leads.interaction_rules import CHANGED_FOR
from leads.selectors import attachment_list_of_contact, interactions_deleted, lead_list_of_contact
from leads.services.ratings import rate_contact
from lifecycle.enums import MoveSource
from lifecycle.of_contacts import contact_ids_in_stage, positions_by_contact
from lifecycle.selectors import stage_list_everywhere
from scrm.core import clock
from scrm.flows import consent, engagement, progress
from scrm.flows.scoring import contact_edited
from scrm.web.access import Visit, found, may
from scrm.web.around import around, next_step
from scrm.web.next_best import best_shown, link_shown
from scrm.web.ops.companies import place_form_of
from scrm.web.ops.field_filters import FieldFilters, tidy_address
from scrm.web.ops.filters import Choices, FilterForm, page_of, sorted_by
from scrm.web.ops.lead_forms import owner_choices
from scrm.web.ops.replies import first_message, page_or_part
from scrm.web.own_fields import OwnFieldsForm
from scrm.web.reveals import shown_in_clear
from scrm.web.stage_choices import stage_asked, stage_options
from scrm.web.story_rooms import ROOMS
from scrm.web.timeline import story_asked, story_of
from tagging.enums import Band, TagSource
from tagging.of_contacts import contact_ids_in_band, contact_ids_tagged, scores_by_contact, tags_by_contact, with_score
from tagging.selectors import tag_list_active
from tenants.selectors import tenant_zone

SORTS = {
    "name": "name",
    "owner": "owner__full_name",
    "city": "city",
    "since": "created_at",
    "score": "score_points",
}


class ContactFilter(FilterForm):
    def __init__(self, request: HttpRequest, owners: Choices, stages: Choices, tags: Choices) -> None:
        super().__init__(request)
        self.choose("stage", gettext_lazy("Stage"), gettext_lazy("Any stage"), stages)
        self.choose("tag", gettext_lazy("Tag"), gettext_lazy("Any tag"), tags)
        self.choose("band", gettext_lazy("Score"), gettext_lazy("Any score"), Band.choices)
        anybody = [("none", gettext_lazy("Nobody")), *owners]
        self.choose("owner", gettext_lazy("Owner"), gettext_lazy("Any owner"), anybody)


class ContactForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=120, required=False)
    city = forms.CharField(label=gettext_lazy("City"), max_length=80, required=False)
    country = forms.CharField(label=gettext_lazy("Country"), max_length=80, required=False)
    note = forms.CharField(
        label=gettext_lazy("Note"), max_length=4000, required=False, widget=forms.Textarea({"rows": 4})
    )


class ChannelForm(forms.Form):
    channel = forms.ChoiceField(label=gettext_lazy("Channel"), choices=ChannelKind.choices)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What an address narrows the contacts to, as far as its reader sees them."""

    filters: ContactFilter
    own: FieldFilters
    rows: QuerySet[Contact]


def contacts_chosen(request: Visit, now: datetime) -> Chosen:
    own = FieldFilters(request, fields_visible(request.user.role))
    filters = ContactFilter(request, owner_choices(request.user), _stage_choices(), _tag_choices())
    chosen = filters.chosen
    within = [
        *([contact_ids_in_stage(chosen["stage"])] if "stage" in chosen else []),
        *([contact_ids_tagged(chosen["tag"], now)] if "tag" in chosen else []),
        *([contact_ids_in_band(chosen["band"])] if "band" in chosen else []),
    ]
    rows = contact_list_filtered(
        contact_list(request.user), q=chosen.get("q", ""), owner=chosen.get("owner", ""), within=within
    )
    return Chosen(filters, own, own.narrowed(rows, now))


@may("contact.view")
def index(request: Visit) -> HttpResponse:
    if "narrow" in request.GET:
        return redirect(tidy_address(request.GET, fields_visible(request.user.role)))
    now = clock.now()
    said = contacts_chosen(request, now)
    filters, own, rows, chosen = said.filters, said.own, said.rows, said.filters.chosen
    by_field = own.ordered(rows)
    if by_field is None:
        scored = with_score(rows) if "score" in request.GET.get("sort", "") else rows
        by_field = sorted_by(request, scored, SORTS, "-created_at")
    page = page_of(request, by_field)
    ids = [contact.pk for contact in page]
    tags, positions, scores = tags_by_contact(ids, now), positions_by_contact(ids), scores_by_contact(ids)
    context = {
        "filters": filters,
        "page": page,
        "rows": [
            (contact, tags[contact.pk], positions[contact.pk], scores.get(contact.pk), own.cells(contact))
            for contact in page
        ],
        "own": own,
        "chips": [*filters.chips, *own.chips],
        "filtered": bool(chosen or own.where),
        "many_url": _many_url(request),
    }
    return page_or_part(request, "ops/contact_list.html", "list", context)


def _many_url(request: Visit) -> str:
    """Where these contacts get or lose a tag; empty where words narrow them, which may be a phone, no part of one."""
    asked = request.GET.copy()
    for name in ("page", "sort"):
        asked.pop(name, None)
    return "" if asked.get("q") else f"{reverse('ops:tag_many')}?{asked.urlencode()}"


def _stage_choices() -> list[tuple[str, str]]:
    rows = list(stage_list_everywhere())
    several = len({stage.lifecycle_id for stage in rows}) > 1
    return [(str(stage.pk), f"{stage.lifecycle}: {stage}" if several else str(stage)) for stage in rows]


def _tag_choices() -> list[tuple[str, str]]:
    return [(str(tag.pk), f"{tag.group} · {tag}") for tag in tag_list_active()]


@may("contact.view")
def detail(request: Visit, contact_id: UUID) -> HttpResponse:
    contact, now = contact_detail(request.user, contact_id), clock.now()
    if contact is None:
        erased = contact_erased(request.user, contact_id)
        if erased is not None:
            return render(request, "ops/contact_erased.html", {"contact": erased})
        return redirect("ops:contact_detail", found(survivor_of(request.user, contact_id)))
    leads = lead_list_of_contact(request.user, contact.pk)
    tags = tags_by_contact([contact.pk], now)[contact.pk]
    held = {str(row.tag_id) for row in tags}
    values = {name: getattr(contact, name) for name in ContactForm.base_fields}
    own = fields_shown(contact, role=request.user.role, zone=tenant_zone())
    context = {
        "contact": contact,
        "identities": identities_read(contact),
        "tags": tags,
        "free_tags": [(pk, name) for pk, name in _tag_choices() if pk not in held],
        "positions": positions_by_contact([contact.pk])[contact.pk],
        "stages": stage_options(stage_list_everywhere()),
        "marks": marks_of(contact.pk),
        "channels": ChannelKind.choices,
        "owners": owner_choices(request.user),
        "leads": leads,
        **best_shown(contact, now),
        "step": next_step(request.user, contact, leads, now),
        "score": scores_by_contact([contact.pk]).get(contact.pk),
        "kinds": [(room.code, room.label) for room in ROOMS],
        "sops": sops_of_contact(contact.pk),
        "story": story_of(contact.pk, viewer=request.user, now=now),
        "deleted": interactions_deleted(contact.pk, request.user, now - CHANGED_FOR),
        "files": attachment_list_of_contact(contact.pk),
        "place_form": place_form_of(contact),
        "field_groups": fields_grouped(own),
        "fields_form": OwnFieldsForm(own),
        "contact_form": ContactForm(initial=values, auto_id="contact-%s"),
    }
    return render(request, "ops/contact_detail.html", context)


@may("contact.view")
def timeline(request: Visit, contact_id: UUID) -> HttpResponse:
    """A page of the story, narrowed by kind and words, for htmx."""
    contact = _contact(request, contact_id)
    return render(request, "ops/contact_detail.html#story", {"contact": contact, **story_asked(request, contact.pk)})


@may("contact.view")
def around_contact(request: Visit, contact_id: UUID) -> HttpResponse:
    """What stands around a contact, read after the page stands."""
    contact = _contact(request, contact_id)
    return render(request, "ops/contact_around.html", around(request.user, contact))


@require_POST
@may("contact.edit")
def link(request: Visit, contact_id: UUID, material_id: UUID) -> HttpResponse:
    return link_shown(request, _contact(request, contact_id), material_id)


@require_POST
@may("contact.edit")
def rate(request: Visit, contact_id: UUID) -> HttpResponse:
    contact = _contact(request, contact_id)
    try:
        rate_contact(contact_id=contact.pk, rating=request.POST.get("rating", "")[:1], by=request.user, now=clock.now())
        messages.success(request, _("Rating saved."))
    except ValidationError as error:
        messages.error(request, first_message(error))
    return redirect("ops:contact_detail", contact.pk)


@require_POST
@may("contact.edit")
def edit(request: Visit, contact_id: UUID) -> HttpResponse:
    contact = _contact(request, contact_id)
    form = ContactForm(request.POST)
    try:
        if form.is_valid():
            contact_edited(contact, by=request.user, now=clock.now(), **form.cleaned_data)
            messages.success(request, _("Saved."))
        else:
            messages.error(request, _("This is too long to be kept: shorten it."))
    except ValidationError as error:
        messages.error(request, first_message(error))
    return redirect("ops:contact_detail", contact.pk)


@require_POST
@may("contact.reveal")
def reveal(request: Visit, contact_id: UUID, identity_id: UUID) -> HttpResponseBase:
    """Show one identity in clear; who asked is counted and in the audit trail."""
    identity = found(identity_visible(request.user, contact_id, identity_id))

    def opened() -> str:
        return reveal_identity(identity=identity, by=request.user, now=clock.now())

    return shown_in_clear(request, opened, "ops/contact_detail.html#revealed", {"identity": identity})


@require_POST
@may("contact.edit")
def tag(request: Visit, contact_id: UUID) -> HttpResponse:
    """Add or remove one tag."""
    contact = _contact(request, contact_id)
    add = request.POST.get("action") != "remove"
    asked = request.POST.get("tag", "")
    known = (
        {pk for pk, _name in _tag_choices()}
        if add
        else {str(row.tag_id) for row in tags_by_contact([contact.pk], clock.now())[contact.pk]}
    )
    if asked in known:
        engagement.contacts_tagged(
            [contact.pk], [UUID(asked)], add=add, source=TagSource.HAND, by=request.user, now=clock.now()
        )
    else:
        messages.error(request, _("Choose a tag."))
    return redirect("ops:contact_detail", contact.pk)


@require_POST
@may("contact.edit")
def move(request: Visit, contact_id: UUID) -> HttpResponse:
    contact = _contact(request, contact_id)
    asked = request.POST.get("stage", "")
    chosen = stage_asked(asked, stage_options(stage_list_everywhere()))
    if chosen is not None:
        stage, why = chosen
        reason = " ".join(request.POST.get("reason", "").replace("\0", "").split())[:120]
        said: dict[str, Any] = {"by": request.user, "source": MoveSource.HAND, "reason": reason, "now": clock.now()}
        try:
            progress.stage_moved([contact.pk], stage.pk, loss_reason_id=why, **said)
            messages.success(request, _("Moved."))
        except progress.MoveRefused as error:
            messages.error(request, error.message)
    else:
        messages.error(request, _("Choose a stage."))
    return redirect("ops:contact_detail", contact.pk)


@require_POST
@may("contact.edit")
def bar(request: Visit, contact_id: UUID) -> HttpResponse:
    """Mark a channel as not to be used, so that nothing planned on it is sent; or take the mark back."""
    contact = _contact(request, contact_id)
    form = ChannelForm(request.POST)
    if form.is_valid():
        channel = ChannelKind(form.cleaned_data["channel"])
        if request.POST.get("action") == "lift":
            consent.contact_agreed(contact.pk, channel, by=request.user, way=ConsentWay.HAND, now=clock.now())
            messages.success(request, _("This channel may be used again."))
        else:
            said: dict[str, Any] = {"reason": "hand", "way": ConsentWay.HAND, "by": request.user, "now": clock.now()}
            consent.contact_withdrew(contact.pk, channel, **said)
            messages.success(request, _("Marked: no more on this channel."))
    else:
        messages.error(request, _("Choose a channel."))
    return redirect("ops:contact_detail", contact.pk)


def _contact(request: Visit, contact_id: UUID) -> Contact:
    return found(contact_detail(request.user, contact_id))
