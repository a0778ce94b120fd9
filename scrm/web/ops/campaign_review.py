"""Looking back at a campaign (复盘): its figures as they stood, what was learnt, and what is done next."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.enums import Scope
from accounts.selectors import user_list_visible
from analytics.campaigns import campaign_figures
from campaigns.campaign_selectors import (
    campaign_list_over,
    campaign_review,
    learning_list,
    next_action_get,
    next_actions,
)
from campaigns.models import Campaign
from campaigns.selectors import campaign_get
from campaigns.services.campaigns import add_next_action, copy_campaign, finish_next_action
from scrm.core import clock
from scrm.flows.campaign_review import campaign_reviewed
from scrm.web.access import Visit, found, may
from scrm.web.ops.campaign_forms import ActionForm, ReviewForm
from scrm.web.ops.filters import FilterForm, page_of
from scrm.web.ops.replies import take_errors
from scrm.web.ops.reports import today


@may("sop.view")
def learnings(request: Visit) -> HttpResponse:
    """What past campaigns taught, searchable."""
    filters = FilterForm(request)
    search = filters.chosen.get("q", "")
    context = {
        "page": page_of(request, learning_list(search), 10),
        "filters": filters,
        "filtered": bool(search),
        "waiting": campaign_list_over(today())[:10],
        "sees_all": request.user.data_scope == Scope.ALL,
    }
    return render(request, "ops/campaign_learnings.html", context)


@may("sop.view")
def review(request: Visit, campaign_id: UUID) -> HttpResponse:
    """The review; written by those who plan and see the whole of it."""
    campaign = found(campaign_get(campaign_id))
    kept = campaign_review(campaign)
    initial = {name: getattr(kept, name) for name in ("worked", "repeat", "stop")} if kept else {}
    writing = request.method == "POST" and _writes(request)
    form = ReviewForm(request.POST if writing else None, initial=initial)
    if writing and form.is_valid():
        campaign_reviewed(campaign=campaign, **form.cleaned_data, by=request.user, now=clock.now())
        messages.success(request, _("Review saved."))
        return redirect("ops:campaign_review", campaign.pk)
    return _page(request, campaign, form=form)


@require_POST
@may("sop.edit")
def add_action(request: Visit, campaign_id: UUID) -> HttpResponse:
    campaign = found(campaign_get(campaign_id))
    kept = found(campaign_review(campaign))
    people = list(user_list_visible(request.user))
    form = ActionForm(request.POST, people=people, auto_id="action-%s")
    if form.is_valid():
        said = form.cleaned_data
        owner = next((user for user in people if str(user.pk) == said["owner"]), None)
        try:
            add_next_action(
                review=kept,
                text=said["text"],
                owner=owner,
                due_on=said["due_on"],
                by=request.user,
                now=clock.now(),
            )
        except ValidationError as error:
            take_errors(form, error)
        else:
            return redirect("ops:campaign_review", campaign.pk)
    return _page(request, campaign, action_form=form)


@require_POST
@may("sop.edit")
def finish_action(request: Visit, campaign_id: UUID, action_id: UUID) -> HttpResponse:
    action = found(next_action_get(campaign_id, action_id))
    finish_next_action(action=action, done=request.POST.get("done") == "yes", by=request.user, now=clock.now())
    return redirect("ops:campaign_review", campaign_id)


@require_POST
@may("sop.edit")
def copy(request: Visit, campaign_id: UUID) -> HttpResponse:
    """The same plan once more; its days are chosen next."""
    made = copy_campaign(campaign=found(campaign_get(campaign_id)), by=request.user, now=clock.now())
    messages.success(request, _("Copied. Choose its days."))
    return redirect("ops:campaign_edit", made.pk)


def _page(
    request: Visit, campaign: Campaign, *, form: ReviewForm | None = None, action_form: ActionForm | None = None
) -> HttpResponse:
    kept = campaign_review(campaign)
    people = list(user_list_visible(request.user))
    initial = {name: getattr(kept, name) for name in ("worked", "repeat", "stop")} if kept else {}
    context: dict[str, Any] = {
        "campaign": campaign,
        "review": kept,
        "now_figures": campaign_figures(request.user, campaign, today=today()),
        "form": form or ReviewForm(initial=initial),
        "actions": next_actions(kept) if kept else [],
        "action_form": action_form or ActionForm(people=people, auto_id="action-%s"),
        "writes": _writes(request),
        "sees_all": request.user.data_scope == Scope.ALL,
        "today": today(),
    }
    wrong = bool((form and form.errors) or (action_form and action_form.errors))
    return render(request, "ops/campaign_review.html", context, status=422 if wrong else 200)


def _writes(request: Visit) -> bool:
    """The figures that are kept are the whole campaign's, so whoever keeps them sees all of it."""
    return request.user.may("sop.edit") and request.user.data_scope == Scope.ALL
