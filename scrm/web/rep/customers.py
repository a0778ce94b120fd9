"""Customers: find one, see how things stand, note what was said, go on."""

from collections.abc import Sequence
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.selectors import reach_of
from campaigns.of_contacts import sops_of_contact
from campaigns.task_selectors import contacts_last_reached, task_list_open_of_contact
from contacts.enums import ChannelKind, ConsentWay, FieldSubject
from contacts.models import Contact
from contacts.selectors import (
    consent_standing,
    contact_detail,
    contact_hits,
    contact_kept,
    contact_list,
    contact_list_filtered,
    fields_grouped,
    fields_shown,
    identities_of,
    identity_visible,
    marks_of,
    question_of,
)
from contacts.selectors.merges import survivor_of
from contacts.selectors.sealed_fields import sealed_visible
from contacts.services import reveal_identity, set_fields
from contacts.services.sealed_fields import reveal_field
from leads.interaction_rules import CHANGED_FOR
from leads.selectors import (
    attachment_list_of_contact,
    interaction_latest,
    interactions_deleted,
    lead_detail,
    lead_list_of_contact,
    response_waiting,
)
from leads.services.fields import set_lead_fields
from lifecycle.enums import MoveSource
from lifecycle.models import Position, Stage
from lifecycle.of_contacts import contact_ids_in_stage, positions_by_contact
from lifecycle.selectors import lifecycle_get, stage_list, stage_list_everywhere
from scrm.core import clock
from scrm.flows import engagement, progress
from scrm.flows.consent import contact_agreed, contact_withdrew
from scrm.flows.finding import asked_text
from scrm.web.access import Visit, found
from scrm.web.answer_wait import wait_shown
from scrm.web.around import around
from scrm.web.found import why
from scrm.web.next_best import best_shown, link_shown
from scrm.web.own_fields import OwnFieldsForm, save_posted
from scrm.web.pool_way import way_to_pool
from scrm.web.rep.page import cards_of, local, on_phone, show
from scrm.web.reveals import shown_in_clear
from scrm.web.stage_choices import stage_asked, stage_options
from scrm.web.story_rooms import ROOMS
from scrm.web.timeline import story_asked, story_of
from tagging.enums import TagSource
from tagging.of_contacts import scores_by_contact, tags_by_contact
from tagging.selectors import tag_list_active
from tenants.selectors import tenant_zone

PAGE_SIZE: Final = 30


@on_phone("contact.view")
def index(request: Visit) -> HttpResponse:
    """The newest customers by the page; or, for what was posted to search for, the likeliest at once."""
    text = asked_text(request.POST.get("q", ""))
    stages = _stages()
    asked = request.POST.get("stage", request.GET.get("stage", ""))
    chosen = asked if asked in {str(stage.pk) for stage in stages} else ""
    within = [contact_ids_in_stage(chosen)] if chosen else []
    page, hits = None, []
    if text:
        question = question_of(text, limit=PAGE_SIZE)
        hits = contact_hits(reach_of(request.user), question, limit=2 * PAGE_SIZE, within=within)
        shown = [(hit.contact, why(hit.reason)) for hit in hits]
    else:
        rows = contact_list_filtered(contact_list(request.user), within=within).order_by("-created_at", "-pk")
        page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
        shown = [(contact, "") for contact in page]
    ids = [contact.pk for contact, _reason in shown]
    positions, reached = positions_by_contact(ids), contacts_last_reached(ids)
    people = [
        (contact, positions[contact.pk][0].stage if positions[contact.pk] else None, reached.get(contact.pk), reason)
        for contact, reason in shown
    ]
    context: dict[str, Any] = {
        "page": page,
        "found": page.paginator.count if page else len(hits),
        "people": people,
        "q": text,
    }
    context |= {"stage": chosen, "stages": stages, "query": urlencode({"stage": chosen} if chosen else {})}
    if request.htmx and not request.htmx.history_restore_request:
        answer = render(request, "rep/customer_list.html#people", context)
        answer["Cache-Control"] = "no-store"
        # Without what was searched for: addresses are kept in histories and logs.
        answer["HX-Push-Url"] = f"{request.path}?{context['query']}" if chosen else request.path
        return answer
    return show(request, "rep/customer_list.html", "customers", context)


@on_phone("contact.view")
def detail(request: Visit, contact_id: UUID) -> HttpResponse:
    contact, now = contact_detail(request.user, contact_id), clock.now()
    kept = contact_kept(request.user, contact_id, now=now) if contact is None else None
    if kept is not None:
        contact = kept[0]
    if contact is None:
        return redirect("rep:customer", found(survivor_of(request.user, contact_id)))
    tags = tags_by_contact([contact.pk], now)[contact.pk]
    positions = positions_by_contact([contact.pk])[contact.pk]
    latest = interaction_latest(contact.pk)
    identities = identities_of(contact.pk)
    marks = marks_of(contact.pk)
    barred = {mark.channel for mark in marks}
    leads = lead_list_of_contact(request.user, contact.pk)
    said: dict[str, Any] = {"role": request.user.role, "zone": tenant_zone()}
    own = fields_shown(contact, **said)
    of_lead = fields_shown(leads[0], of=FieldSubject.LEAD, **said) if leads else []
    context = {
        **way_to_pool(request.user, contact, *leads),
        **({} if kept else best_shown(contact, now)),
        "contact": contact,
        "kept_until": kept[1] if kept else None,
        "may_edit": kept is None and request.user.may("contact.edit"),
        "may_edit_leads": kept is None and request.user.may("lead.edit"),
        "may_reveal": kept is None and request.user.may("contact.reveal"),
        "identities": identities,
        "phone": next((each for each in identities if each.kind == "phone"), None),
        "position": positions[0] if positions else None,
        "positions": positions,
        "stages": stage_options(_stages_of(contact.pk, positions)),
        "reached": contacts_last_reached([contact.pk]).get(contact.pk),
        "next": latest if latest and latest.next_on else None,
        "marks": marks,
        "channels": [(value, label, value in barred) for value, label in ChannelKind.choices],
        "no_calls": not barred.isdisjoint({"call", "all"}),
        "cards": cards_of(task_list_open_of_contact(request.user, contact.pk), now),
        "tags": tags,
        "held": {row.tag_id for row in tags},
        "free_tags": list(tag_list_active()),
        "leads": leads,
        **wait_shown(response_waiting(leads) if kept is None else None, now),
        "story": story_of(contact.pk, viewer=request.user, now=now),
        "deleted": interactions_deleted(contact.pk, request.user, now - CHANGED_FOR),
        "today": local(now).date(),
        "score": scores_by_contact([contact.pk]).get(contact.pk),
        "rooms": [(room.code, room.label) for room in ROOMS],
        "field_groups": fields_grouped(own),
        "fields_form": OwnFieldsForm(own),
        "lead_field_groups": fields_grouped(of_lead),
        "lead_fields_form": OwnFieldsForm(of_lead, "lead"),
    }
    return show(request, "rep/customer.html", "customers", context)


@on_phone("contact.view")
def story(request: Visit, contact_id: UUID) -> HttpResponse:
    """A page of the story, for htmx."""
    kept = contact_kept(request.user, contact_id, now=clock.now())
    contact = kept[0] if kept else _contact(request, contact_id)
    return render(request, "rep/customer.html#story", {"contact": contact, **story_asked(request, contact.pk)})


@on_phone("contact.view")
def around_customer(request: Visit, contact_id: UUID) -> HttpResponse:
    """What stands around a customer, read after the page stands."""
    contact = _contact(request, contact_id)
    context = around(request.user, contact) | {
        "sops": sops_of_contact(contact.pk),
        "files": attachment_list_of_contact(contact.pk),
        "standing": consent_standing(contact.pk),
    }
    return render(request, "rep/around.html", context)


@require_POST
@on_phone("contact.edit")
def link(request: Visit, contact_id: UUID, material_id: UUID) -> HttpResponse:
    """The reader's own link of a material for a customer, to be sent by hand."""
    return link_shown(request, _contact(request, contact_id), material_id)


@require_POST
@on_phone("contact.edit")
def tag(request: Visit, contact_id: UUID) -> HttpResponse:
    """Give a tag, or take it back where the contact has it."""
    contact = _contact(request, contact_id)
    now = clock.now()
    held = {str(row.tag_id) for row in tags_by_contact([contact.pk], now)[contact.pk]}
    asked = request.POST.get("tag", "")
    if asked in held:
        _retag(request, contact, asked, add=False)
        messages.success(request, _("Tag removed."))
    elif asked in {str(each.pk) for each in tag_list_active()}:
        _retag(request, contact, asked, add=True)
        messages.success(request, _("Tagged."))
    else:
        messages.error(request, _("Choose a tag."))
    return redirect("rep:customer", contact.pk)


@require_POST
@on_phone("contact.edit")
def fields(request: Visit, contact_id: UUID) -> HttpResponse:
    """Write what the business notes about a customer."""
    contact = _contact(request, contact_id)
    shown = fields_shown(contact, role=request.user.role, zone=tenant_zone())
    save_posted(request, shown, partial(set_fields, contact_id=contact.pk))
    return redirect("rep:customer", contact.pk)


@require_POST
@on_phone("contact.reveal")
def reveal_own(request: Visit, contact_id: UUID, value_id: UUID) -> HttpResponseBase:
    """Show what a sensitive field holds in clear; who asked is counted and in the audit trail."""
    held = found(sealed_visible(request.user, contact_id, value_id))

    def opened() -> str:
        return reveal_field(held=held, by=request.user, now=clock.now())

    return shown_in_clear(request, opened, "components/revealed.html", {})


@require_POST
@on_phone("lead.edit")
def lead_fields(request: Visit, lead_id: UUID) -> HttpResponse:
    """Write what the business notes about an enquiry."""
    lead = found(lead_detail(request.user, lead_id))
    shown = fields_shown(lead, of=FieldSubject.LEAD, role=request.user.role, zone=tenant_zone())
    save_posted(request, shown, partial(set_lead_fields, lead_id=lead.pk))
    return redirect("rep:customer", lead.contact_id)


@require_POST
@on_phone("contact.edit")
def stage(request: Visit, contact_id: UUID) -> HttpResponse:
    contact = _contact(request, contact_id)
    chosen = stage_asked(request.POST.get("stage", ""), stage_options(_stages_of(contact.pk)))
    if chosen is None:
        messages.error(request, _("Choose a stage."))
        return redirect("rep:customer", contact.pk)
    to, why = chosen
    reason = " ".join(request.POST.get("reason", "").replace("\0", "").split())[:120]
    said: dict[str, Any] = {"by": request.user, "source": MoveSource.HAND, "reason": reason, "now": clock.now()}
    try:
        moved = progress.stage_moved([contact.pk], to.pk, loss_reason_id=why, **said)
    except progress.MoveRefused as error:
        messages.error(request, error.message)
        return redirect("rep:customer", contact.pk)
    text = _("Moved to %(stage)s.") if moved else _("Stands at %(stage)s already.")
    messages.success(request, text % {"stage": to})
    return redirect("rep:customer", contact.pk)


@require_POST
@on_phone("contact.reveal")
def reveal(request: Visit, contact_id: UUID, identity_id: UUID) -> HttpResponseBase:
    """Show one identity in clear, to be dialled; who asked is counted and in the audit trail."""
    identity = found(identity_visible(request.user, contact_id, identity_id))

    def opened() -> str:
        return reveal_identity(identity=identity, by=request.user, now=clock.now())

    part = "dial" if request.POST.get("as") == "dial" else "revealed"
    return shown_in_clear(request, opened, f"rep/revealed.html#{part}", {"identity": identity})


@require_POST
@on_phone("contact.edit")
def consent(request: Visit, contact_id: UUID) -> HttpResponse:
    """Note that a customer wants no more of a channel, or agrees again, and how we know."""
    contact = _contact(request, contact_id)
    asked = request.POST.get("channel", "")
    reason = " ".join(request.POST.get("reason", "").replace("\0", "").split())[:200]
    if asked not in ChannelKind.values or not reason:
        messages.error(request, _("Say how you know."))
        return redirect("rep:customer", contact.pk)
    said: dict[str, Any] = {"by": request.user, "way": ConsentWay.REP, "reason": reason, "now": clock.now()}
    if request.POST.get("given") == "yes":
        contact_agreed(contact.pk, ChannelKind(asked), **said)
        messages.success(request, _("This channel may be used again."))
    else:
        contact_withdrew(contact.pk, ChannelKind(asked), **said)
        messages.success(request, _("Marked: no more on this channel."))
    return redirect("rep:customer", contact.pk)


def _contact(request: Visit, contact_id: UUID) -> Contact:
    return found(contact_detail(request.user, contact_id))


def _stages() -> list[Stage]:
    """Those of the lifecycle that new contacts enter."""
    lifecycle = lifecycle_get(None)
    return list(stage_list(lifecycle)) if lifecycle else []


def _stages_of(contact_id: UUID, positions: Sequence[Position] | None = None) -> list[Stage]:
    """Those of the lifecycles in which a contact stands, and of the one that new contacts enter."""
    stands = positions_by_contact([contact_id])[contact_id] if positions is None else positions
    within = {each.lifecycle_id for each in stands}
    return [each for each in stage_list_everywhere() if each.lifecycle.is_default or each.lifecycle_id in within]


def _retag(request: Visit, contact: Contact, tag_id: str, *, add: bool) -> None:
    engagement.contacts_tagged(
        [contact.pk], [UUID(tag_id)], add=add, source=TagSource.HAND, by=request.user, now=clock.now()
    )
