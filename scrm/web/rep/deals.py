"""Possible deals on the phone: the pipeline stage by stage, and one of them, made, changed and moved."""

from dataclasses import replace
from typing import Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from contacts.selectors import contact_detail
from leads.models import Opportunity
from leads.selectors import (
    lead_open_of_contact,
    opportunity_detail,
    opportunity_history,
    opportunity_list,
    opportunity_sizes,
    opportunity_stage_get,
    opportunity_stages,
    opportunity_worth,
)
from leads.services.opportunities import Deal
from scrm.core import clock
from scrm.flows.deals import deal_changed, deal_made, deal_moved
from scrm.web.access import Visit, found
from scrm.web.rep.page import local, on_phone, show
from tenants.selectors import tenant_current

PAGE_SIZE: Final = 30


class DealForm(forms.Form):
    """What can be said with one thumb; the rest is said at the dashboard, and kept."""

    name = forms.CharField(label=pgettext_lazy("thing", "Name"), max_length=120)
    amount = forms.DecimalField(
        label=gettext_lazy("Amount"),
        max_digits=14,
        decimal_places=2,
        min_value=0,
        required=False,
        widget=forms.TextInput({"inputmode": "decimal"}),
    )
    expected_on = forms.DateField(
        label=gettext_lazy("Expected on"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    note = forms.CharField(label=gettext_lazy("Note"), max_length=4000, required=False, widget=forms.Textarea())


class MoveForm(forms.Form):
    stage = forms.UUIDField()
    reason = forms.CharField(max_length=200, required=False)


@on_phone("contact.view")
def index(request: Visit) -> HttpResponse:
    """Deals of one stage, or all that are open; what is expected first comes first."""
    stages, sizes = opportunity_stages(), opportunity_sizes(request.user)
    asked = request.GET.get("stage", "")
    chosen = asked if asked in {str(stage.pk) for stage in stages} else ""
    rows = opportunity_list(request.user, stage=chosen, state="" if chosen else "open")
    page = Paginator(rows.order_by(F("expected_on").asc(nulls_last=True), "-pk"), PAGE_SIZE)
    context = {
        "page": page.get_page(request.GET.get("page")),
        "stages": [(stage, sizes.get(stage.pk, 0)) for stage in stages],
        "stage": chosen,
        "worth": opportunity_worth(rows),
        "today": local(clock.now()).date(),
    }
    return show(request, "rep/deal_list.html", "deals", context)


@on_phone("contact.view")
def detail(request: Visit, opportunity_id: UUID) -> HttpResponse:
    deal = _deal(request, opportunity_id)
    today = local(clock.now()).date()
    context = {
        "deal": deal,
        "stages": opportunity_stages(),
        "history": opportunity_history(deal),
        "is_late": deal.settled_at is None and deal.expected_on is not None and deal.expected_on < today,
        # Whoever sees the deal need not see the contact of a colleague.
        "contact_seen": contact_detail(request.user, deal.contact_id) is not None,
    }
    return show(request, "rep/deal.html", "deals", context)


@on_phone("contact.edit")
def create(request: Visit, contact_id: UUID) -> HttpResponse:
    """A deal of a customer, which is the reader's own."""
    contact = found(contact_detail(request.user, contact_id))
    form = DealForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = Deal(**form.cleaned_data, currency=tenant_current().currency, owner_id=request.user.pk)
        lead = lead_open_of_contact(request.user, contact.pk)
        try:
            made = deal_made(contact, said, lead=lead, by=request.user, now=clock.now())
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, _("Opportunity kept."))
            return redirect("rep:deal", made.pk)
    context = {"form": form, "contact": contact}
    return show(request, "rep/deal_form.html", "deals", context, status=422 if form.errors else 200)


@on_phone("contact.edit")
def edit(request: Visit, opportunity_id: UUID) -> HttpResponse:
    deal = _deal(request, opportunity_id)
    held = Deal(
        name=deal.name,
        amount=deal.amount,
        currency=deal.currency,
        expected_on=deal.expected_on,
        note=deal.note,
        owner_id=deal.owner_id,
    )
    form = DealForm(request.POST or None, initial={name: getattr(held, name) for name in DealForm.base_fields})
    if request.method == "POST" and form.is_valid():
        try:
            deal_changed(deal, replace(held, **form.cleaned_data), by=request.user, now=clock.now())
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, _("Saved."))
            return redirect("rep:deal", deal.pk)
    context = {"form": form, "contact": deal.contact, "deal": deal}
    return show(request, "rep/deal_form.html", "deals", context, status=422 if form.errors else 200)


@require_POST
@on_phone("contact.edit")
def move(request: Visit, opportunity_id: UUID) -> HttpResponse:
    deal, form = _deal(request, opportunity_id), MoveForm(request.POST)
    stage = opportunity_stage_get(form.cleaned_data["stage"]) if form.is_valid() else None
    if stage is None:
        messages.error(request, _("Choose a stage."))
        return redirect("rep:deal", deal.pk)
    try:
        said = form.cleaned_data["reason"]
        deal_moved(deal, stage, reason=said, by=request.user, now=clock.now())
        messages.success(request, _("%(name)s is in “%(stage)s” now.") % {"name": deal.name, "stage": stage.name})
    except ValidationError as error:
        messages.error(request, error.messages[0])
    return redirect("rep:deal", deal.pk)


def _deal(request: Visit, opportunity_id: UUID) -> Opportunity:
    return found(opportunity_detail(request.user, opportunity_id))
