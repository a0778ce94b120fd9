"""Possible deals: list, board, forecast, and one of them with how it came there."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from commerce.opportunity_items import product_ids_of_opportunity
from commerce.voice_selectors import voice_product_choices
from contacts.selectors import contact_detail
from leads.models import Opportunity
from leads.selectors import (
    lead_open_of_contact,
    opportunity_board,
    opportunity_detail,
    opportunity_forecast,
    opportunity_history,
    opportunity_list,
    opportunity_stage_get,
    opportunity_stages,
    opportunity_totals,
)
from leads.services.opportunities import remove_opportunity
from scrm.core import clock
from scrm.flows.deals import deal_changed, deal_made, deal_moved
from scrm.web.access import Visit, found, may
from scrm.web.ops.filters import page_of, sorted_by
from scrm.web.ops.lead_forms import owner_choices
from scrm.web.ops.opportunity_forms import MoveForm, OpportunityFilter, OpportunityForm
from scrm.web.ops.replies import first_message, form_page, take_errors
from scrm.web.ops.reports import today
from tenants.selectors import tenant_current

SORTS = {"name": "name", "amount": "amount", "expected": "expected_on", "stage": "stage__position"}


@may("contact.view")
def index(request: Visit) -> HttpResponse:
    filters = OpportunityFilter(request, owner_choices(request.user))
    chosen, on = filters.chosen, today()
    rows = opportunity_list(
        request.user,
        search=chosen.get("q", ""),
        stage=chosen.get("stage", ""),
        owner=chosen.get("owner", ""),
        state=chosen.get("state", ""),
        today=on,
    )
    months = opportunity_forecast(request.user, currency=tenant_current().currency, today=on)
    context = {
        "filters": filters,
        "filtered": bool(chosen),
        "page": page_of(request, sorted_by(request, rows, SORTS, "-created_at")),
        "totals": opportunity_totals(opportunity_list(request.user), on),
        "weighted": sum(month.weighted for month in months),
        "currency": tenant_current().currency,
        "today": on,
        "view": "list",
    }
    return render(request, "ops/opportunity_list.html", context)


@may("contact.view")
def forecast_chart(request: Visit) -> HttpResponse:
    """What open deals are likely to bring, month by month, beside their whole amounts."""
    currency = tenant_current().currency
    months = opportunity_forecast(request.user, currency=currency, today=today())
    data = {
        "kind": "bar",
        "categories": [_month(month.on) for month in months],
        "series": [
            {"name": _("Weighted"), "data": [float(month.weighted) for month in months]},
            {"name": _("In full"), "data": [float(month.amount) for month in months]},
        ],
        "format": "money",
        "currency": currency,
    }
    return JsonResponse(data)


@may("contact.view")
def board(request: Visit) -> HttpResponse:
    return render(request, "ops/opportunity_board.html", _columns(request))


@may("contact.view")
def detail(request: Visit, opportunity_id: UUID) -> HttpResponse:
    deal = _deal(request, opportunity_id)
    return render(request, "ops/opportunity_detail.html", _told(request, deal))


@may("contact.edit")
def create(request: Visit, contact_id: UUID) -> HttpResponse:
    contact = found(contact_detail(request.user, contact_id))
    form = OpportunityForm(
        request.POST or None,
        owners=owner_choices(request.user),
        products=voice_product_choices(),
        initial={"owner": str(contact.owner_id or request.user.pk)},
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = deal_made(
                contact,
                form.deal(),
                lead=lead_open_of_contact(request.user, contact.pk),
                product_ids=form.product_ids(),
                by=request.user,
                now=clock.now(),
            )
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Opportunity kept."))
            # Whoever gives it to somebody out of their sight sees it no more.
            seen = opportunity_detail(request.user, made.pk)
            return redirect("ops:opportunity_detail", made.pk) if seen else redirect("ops:contact_detail", contact.pk)
    return form_page(request, "ops/opportunity_form.html", form, {"contact": contact})


@may("contact.edit")
def edit(request: Visit, opportunity_id: UUID) -> HttpResponse:
    deal = _deal(request, opportunity_id)
    names = ("name", "amount", "currency", "expected_on", "note")
    held = [str(pk) for pk in product_ids_of_opportunity(deal.pk)]
    told = {name: getattr(deal, name) for name in names} | {"owner": str(deal.owner_id or ""), "products": held}
    form = OpportunityForm(
        request.POST or None, owners=owner_choices(request.user), products=voice_product_choices(), initial=told
    )
    if request.method == "POST" and form.is_valid():
        try:
            deal_changed(deal, form.deal(), product_ids=form.product_ids(), by=request.user, now=clock.now())
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Saved."))
            seen = opportunity_detail(request.user, deal.pk)
            return redirect("ops:opportunity_detail", deal.pk) if seen else redirect("ops:opportunity_list")
    return form_page(request, "ops/opportunity_form.html", form, {"contact": deal.contact, "deal": deal})


@require_POST
@may("contact.edit")
def move(request: Visit, opportunity_id: UUID) -> HttpResponse:
    """To another stage, from its page or from the board."""
    deal = _deal(request, opportunity_id)
    form, told = MoveForm(request.POST), ""
    stage = opportunity_stage_get(form.cleaned_data["stage"]) if form.is_valid() else None
    if stage is None:
        messages.error(request, _("Choose a stage."))
    else:
        try:
            deal_moved(deal, stage, reason=form.cleaned_data["reason"], by=request.user, now=clock.now())
            told = _("%(name)s is in “%(stage)s” now.") % {"name": deal.name, "stage": stage.name}
        except ValidationError as error:
            messages.error(request, first_message(error))
    if request.htmx and told:
        return render(request, "ops/opportunity_board.html#board", {**_columns(request), "told": told})
    answer = redirect("ops:opportunity_detail", deal.pk)
    if request.htmx:
        # A lost deal needs its reason, which its own page asks for.
        moved = HttpResponse()
        moved["HX-Redirect"] = answer.url
        return moved
    if told:
        messages.success(request, told)
    return answer


@require_POST
@may("contact.edit")
def remove(request: Visit, opportunity_id: UUID) -> HttpResponse:
    deal = _deal(request, opportunity_id)
    remove_opportunity(opportunity=deal, by=request.user, now=clock.now())
    messages.success(request, _("Deleted."))
    return redirect("ops:opportunity_list")


def _deal(request: Visit, opportunity_id: UUID) -> Opportunity:
    return found(opportunity_detail(request.user, opportunity_id))


def _told(request: Visit, deal: Opportunity) -> dict[str, object]:
    products = dict(voice_product_choices())
    return {
        "deal": deal,
        "history": opportunity_history(deal),
        "stages": opportunity_stages(),
        "products": [products[str(pk)] for pk in product_ids_of_opportunity(deal.pk) if str(pk) in products],
        "overdue": deal.settled_at is None and deal.expected_on is not None and deal.expected_on < today(),
        # Whoever sees the deal need not see the contact of a colleague.
        "contact_seen": contact_detail(request.user, deal.contact_id) is not None,
    }


def _columns(request: Visit) -> dict[str, object]:
    return {"columns": opportunity_board(request.user), "today": today(), "view": "board"}


def _month(on: date | None) -> str:
    return date_format(on, "YEAR_MONTH_FORMAT") if on else _("No date")
