"""Campaigns: period, budget, goal, sources, and what came of them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from analytics.campaigns import campaign_figures
from analytics.funnel import total_of
from analytics.selectors import source_table
from campaigns.campaign_selectors import campaign_links
from campaigns.form_selectors import form_list_of_campaign
from campaigns.models import Campaign
from campaigns.selectors import campaign_get, campaign_list, campaign_source_ids, campaign_source_options
from campaigns.services.campaigns import save_campaign
from scrm.core import clock
from scrm.web.access import Visit, found, may
from scrm.web.ops.campaign_forms import CampaignForm
from scrm.web.ops.filters import FilterForm, offer_rows, page_of, sorted_by
from scrm.web.ops.replies import form_page, take_errors
from scrm.web.ops.reports import of_sources, today
from tenants.selectors import tenant_current

SORTS = {"name": "name", "from": "starts_on", "to": "ends_on", "budget": "budget", "created": "created_at"}
FIELDS = ("name", "kind", "starts_on", "ends_on", "budget", "goal", "goal_metric", "goal_target", "goal_by")


@may("sop.view")
def index(request: Visit) -> HttpResponse:
    filters = FilterForm(request)
    chosen = filters.chosen
    page = page_of(request, sorted_by(request, campaign_list(chosen.get("q", "")), SORTS, "-created_at"))
    context = {"page": page, "filters": filters, "filtered": bool(chosen), "today": today()}
    return render(request, "ops/campaign_list.html", context)


@may("sop.view")
def detail(request: Visit, campaign_id: UUID) -> HttpResponse:
    campaign = found(campaign_get(campaign_id))
    chosen = of_sources(campaign_source_ids(campaign), campaign.starts_on, campaign.ends_on)
    rows = source_table(request.user, chosen)
    context = {
        "campaign": campaign,
        "found": campaign_figures(request.user, campaign, today=today()),
        "rows": rows,
        "forms": form_list_of_campaign(campaign),
        "links": campaign_links(campaign),
        "total": total_of(rows, name=_("All sources"), currency=tenant_current().currency),
        "today": today(),
    }
    return render(request, "ops/campaign_detail.html", context)


@may("sop.edit")
def create(request: Visit) -> HttpResponse:
    campaign = Campaign(created_at=clock.now(), currency=tenant_current().currency)
    return _campaign_page(request, campaign, {})


@may("sop.edit")
def edit(request: Visit, campaign_id: UUID) -> HttpResponse:
    campaign = found(campaign_get(campaign_id))
    initial = {name: getattr(campaign, name) for name in FIELDS}
    return _campaign_page(request, campaign, {**initial, "sources": campaign_source_ids(campaign)})


def _campaign_page(request: Visit, campaign: Campaign, initial: dict[str, Any]) -> HttpResponse:
    form = CampaignForm(request.POST or None, initial=initial)
    offer_rows(form, "sources", campaign_source_options())
    if request.method == "POST" and form.is_valid():
        for name in FIELDS:
            setattr(campaign, name, form.cleaned_data[name])
        try:
            saved = save_campaign(campaign=campaign, sources=list(form.cleaned_data["sources"]))
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Campaign saved."))
            return redirect("ops:campaign_detail", saved.pk)
    return form_page(request, "ops/campaign_form.html", form, {"campaign": campaign if initial else None})
