"""Leads: the list, one lead, and what people do with them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from campaigns.enums import TouchState
from campaigns.of_contacts import touch_why, touchpoint_list_of_lead
from contacts.enums import FieldSubject
from contacts.selectors import fields_grouped, fields_shown, fields_visible, identities_of
from leads.enums import InteractionKind, LeadStatus
from leads.inputs import REJECTED
from leads.models import Lead
from leads.selectors import (
    form_answers,
    interaction_list_of_lead,
    lead_detail,
    lead_ids_visible,
    lead_list_filtered,
    lead_rows,
    response_of_lead,
)
from leads.upkeep import rate_lead, start_working
from scrm.core import clock
from scrm.flows import arrival, progress
from scrm.web.access import Visit, found, may
from scrm.web.answer_wait import pause_posted, resume_posted, wait_shown
from scrm.web.lead_entry import known_answer, last_source, remember_source
from scrm.web.ops.field_filters import FieldFilters, tidy_address
from scrm.web.ops.filters import page_of, sorted_by
from scrm.web.ops.lead_forms import (
    LeadFilter,
    LeadForm,
    LossForm,
    OwnerForm,
    RatingForm,
    owner_choices,
)
from scrm.web.ops.replies import form_page, page_or_part
from scrm.web.own_fields import OwnFieldsForm
from scrm.web.pool_way import way_to_pool
from scrm.web.talk_form import TalkForm
from scrm.web.talks import log_talk
from tenants.selectors import tenant_zone

SORTS = {
    "name": "contact__name",
    "status": "status",
    "source": "source__name",
    "owner": "owner__full_name",
    "captured": "captured_at",
    "rating": "rating",
}


@may("lead.view")
def index(request: Visit) -> HttpResponse:
    fields = fields_visible(request.user.role, FieldSubject.LEAD)
    if "narrow" in request.GET:
        return redirect(tidy_address(request.GET, fields))
    own = FieldFilters(request, fields)
    owners = owner_choices(request.user)
    filters = LeadFilter(request, owners)
    chosen = filters.chosen
    since = _since(chosen.pop("period", ""))
    rows = own.narrowed(lead_list_filtered(lead_rows(request.user), **chosen, since=since))
    by_field = own.ordered(rows)
    page = page_of(request, sorted_by(request, rows, SORTS, "-captured_at") if by_field is None else by_field)
    context = {
        "filters": filters,
        "page": page,
        "rows": [(lead, own.cells(lead)) for lead in page],
        "own": own,
        "chips": [*filters.chips, *own.chips],
        "owners": owners,
        "filtered": bool(filters.chosen or own.where),
    }
    return page_or_part(request, "ops/lead_list.html", "list", context)


def _since(period: str) -> datetime | None:
    if not period:
        return None
    began = clock.now().astimezone(tenant_zone()).replace(hour=0, minute=0, second=0, microsecond=0)
    return began if period == "today" else began - timedelta(days=int(period) - 1)


@may("lead.edit")
def create(request: Visit) -> HttpResponse:
    initial = {"source": last_source(request.user)}
    said: dict[str, Any] = {"owners": owner_choices(request.user), "role": request.user.role, "initial": initial}
    form = LeadForm(request.POST or None, **said)
    if request.method == "POST" and form.is_valid():
        owner = form.cleaned_data["owner"]
        arrived = form.arrival(owner_id=UUID(owner) if owner else None)
        outcome = arrival.lead_arrived([arrived], now=clock.now(), actor=request.user)[0]
        remember_source(request.user, form.cleaned_data["source"])
        if outcome.outcome != REJECTED and outcome.lead_id:
            if "next" in request.POST:
                messages.success(request, _("Lead saved."))
                return redirect("ops:lead_create")
            if lead_ids_visible(request.user, [outcome.lead_id]):
                messages.success(request, _("Lead saved."))
                return redirect("ops:lead_detail", outcome.lead_id)
            messages.success(request, _("Lead saved. It is in the hands of another team."))
            return redirect("ops:lead_list")
        for problem in outcome.problems:
            form.add_error(None, f"{problem.reason} {problem.fix}")
    return form_page(request, "ops/lead_form.html", form, {})


@require_POST
@may("lead.edit")
def known(request: Visit) -> HttpResponse:
    """Asked while somebody types, in a body: a phone has no place in an address."""
    return known_answer(request, "ops/lead_known.html")


@may("lead.view")
def detail(request: Visit, lead_id: UUID) -> HttpResponse:
    lead = _lead(request, lead_id)
    return _detail(request, lead, TalkForm(initial={"kind": InteractionKind.CALL}))


def _detail(request: Visit, lead: Lead, interaction_form: TalkForm) -> HttpResponse:
    owners = owner_choices(request.user)
    own = fields_shown(lead, of=FieldSubject.LEAD, role=request.user.role, zone=tenant_zone())
    context = {
        "lead": lead,
        "field_groups": fields_grouped(own),
        "fields_form": OwnFieldsForm(own),
        "answers": form_answers(lead),
        "identities": identities_of(lead.contact_id),
        "interactions": interaction_list_of_lead(lead.pk),
        "touchpoints": [
            (touch, TouchState(touch.state).name.lower(), touch_why(touch))
            for touch in touchpoint_list_of_lead(lead.pk)
        ],
        "rating_form": RatingForm(initial={"rating": lead.rating}, auto_id="rating-%s"),
        "owner_form": OwnerForm(owners=owners, initial={"owner": str(lead.owner_id or "")}, auto_id="owner-%s"),
        "loss_form": LossForm(auto_id="loss-%s"),
        "is_open": lead.status not in (LeadStatus.WON, LeadStatus.LOST),
        "is_waiting": lead.status in (LeadStatus.NEW, LeadStatus.ASSIGNED),
        **way_to_pool(request.user, lead.contact, lead),
        **wait_shown(response_of_lead(lead), clock.now()),
    }
    return form_page(request, "ops/lead_detail.html", interaction_form, context)


@require_POST
@may("lead.edit")
def log(request: Visit, lead_id: UUID) -> HttpResponse:
    lead = _lead(request, lead_id)
    form = TalkForm(request.POST, request.FILES)
    if log_talk(request, form, lead.contact_id, lead) is None:
        return _detail(request, lead, form)
    messages.success(request, _("Logged."))
    return redirect("ops:lead_detail", lead.pk)


@require_POST
@may("lead.edit")
def rate(request: Visit, lead_id: UUID) -> HttpResponse:
    lead = _lead(request, lead_id)
    form = RatingForm(request.POST)
    if form.is_valid():
        rate_lead(lead=lead, rating=form.cleaned_data["rating"], by=request.user, now=clock.now())
        messages.success(request, _("Rating saved."))
    return redirect("ops:lead_detail", lead.pk)


@require_POST
@may("lead.edit")
def work(request: Visit, lead_id: UUID) -> HttpResponse:
    lead = _lead(request, lead_id)
    start_working(lead_ids=[lead.pk], by=request.user, now=clock.now())
    return redirect("ops:lead_detail", lead.pk)


@require_POST
@may("lead.edit")
def pause(request: Visit, lead_id: UUID) -> HttpResponse:
    """The customer asked to wait: the time to answer stands still."""
    lead = _lead(request, lead_id)
    pause_posted(request, lead)
    return redirect("ops:lead_detail", lead.pk)


@require_POST
@may("lead.edit")
def resume(request: Visit, lead_id: UUID) -> HttpResponse:
    lead = _lead(request, lead_id)
    resume_posted(request, lead)
    return redirect("ops:lead_detail", lead.pk)


@require_POST
@may("lead.edit")
def win(request: Visit, lead_id: UUID) -> HttpResponse:
    lead = _lead(request, lead_id)
    progress.lead_won(lead.pk, by=request.user, now=clock.now())
    messages.success(request, _("Won. What was still planned for this contact and ends when won is cancelled."))
    return redirect("ops:lead_detail", lead.pk)


@require_POST
@may("lead.edit")
def lose(request: Visit, lead_id: UUID) -> HttpResponse:
    lead = _lead(request, lead_id)
    form = LossForm(request.POST)
    if form.is_valid():
        progress.lead_lost(lead.pk, by=request.user, reason=form.cleaned_data["reason"], now=clock.now())
        messages.success(request, _("Marked as lost."))
    else:
        messages.error(request, _("Say why the lead was lost: a few words will do."))
    return redirect("ops:lead_detail", lead.pk)


@require_POST
@may("lead.edit")
def assign(request: Visit, lead_id: UUID) -> HttpResponse:
    lead = _lead(request, lead_id)
    form = OwnerForm(request.POST, owners=owner_choices(request.user))
    if form.is_valid():
        owner_id = UUID(form.cleaned_data["owner"])
        progress.lead_reassigned([lead.pk], owner_id, by=request.user, now=clock.now())
        messages.success(request, _("Handed over."))
    else:
        messages.error(request, _("Choose an owner."))
    return redirect("ops:lead_detail", lead.pk)


@require_POST
@may("lead.edit")
def act_on_many(request: Visit) -> HttpResponse:
    """Hand over the ticked leads, or mark them as in contact."""
    ids = lead_ids_visible(request.user, _uuids(request.POST.getlist("ids")))
    if request.POST.get("action") == "work":
        done = start_working(lead_ids=ids, by=request.user, now=clock.now())
        told = ngettext("%(count)s lead is in contact now.", "%(count)s leads are in contact now.", done)
        messages.success(request, told % {"count": done})
        return _back_to_list(request)
    form = OwnerForm(request.POST, owners=owner_choices(request.user))
    if not form.is_valid():
        messages.error(request, _("Choose an owner."))
    elif ids:
        progress.lead_reassigned(ids, UUID(form.cleaned_data["owner"]), by=request.user, now=clock.now())
        told = ngettext("%(count)s lead handed over.", "%(count)s leads handed over.", len(ids))
        messages.success(request, told % {"count": len(ids)})
    return _back_to_list(request)


def _back_to_list(request: Visit) -> HttpResponse:
    return redirect(f"{reverse('ops:lead_list')}?{QueryDict(request.POST.get('query', '')).urlencode()}")


def _lead(request: Visit, lead_id: UUID) -> Lead:
    return found(lead_detail(request.user, lead_id))


def _uuids(texts: list[str]) -> list[UUID]:
    found_ids = []
    for text in texts[:500]:
        try:
            found_ids.append(UUID(text))
        except ValueError:
            continue
    return found_ids
