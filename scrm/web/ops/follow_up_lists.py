"""The lists that talks and deals are logged with: outcomes, topics of voices, and the stages of the pipeline."""

from collections.abc import Callable
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from commerce.services_voices import save_voice_topic
from commerce.voice_selectors import voice_topic_get, voice_topic_list
from leads.enums import DealKind, InteractionKind
from leads.selectors import opportunity_stage_get, opportunity_stages, outcome_get, outcomes_counted
from leads.services.interactions import save_outcome
from leads.services.opportunities import save_opportunity_stage
from scrm.core import clock
from scrm.flows.starter import lay_out_follow_up
from scrm.web.access import Visit, found, may
from scrm.web.ops.replies import first_message


class NameForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("thing", "Name"), max_length=60)
    archived = forms.BooleanField(label=gettext_lazy("Archived"), required=False)


class OutcomeForm(NameForm):
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=InteractionKind.choices)
    effective = forms.BooleanField(label=gettext_lazy("Effective communication"), required=False)


class PipelineForm(NameForm):
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=DealKind.choices)
    probability = forms.IntegerField(label=gettext_lazy("Probability in percent"), min_value=0, max_value=100)


@may("follow_up.edit")
def index(request: Visit) -> HttpResponse:
    outcomes = list(outcomes_counted())
    context = {
        "kinds": [
            (kind.value, kind.label, [each for each in outcomes if each.kind == kind]) for kind in InteractionKind
        ],
        "topics": voice_topic_list(),
        "stages": opportunity_stages(archived=True),
        "deal_kinds": DealKind.choices,
        "is_bare": not outcomes,
    }
    return render(request, "ops/follow_up_lists.html", context)


@require_POST
@may("follow_up.edit")
def fill(request: Visit) -> HttpResponse:
    """Begin with the usual lists."""
    lay_out_follow_up()
    messages.success(request, _("The usual lists are there. Change them as you like."))
    return redirect("ops:follow_up_lists")


@require_POST
@may("follow_up.edit")
def outcome_create(request: Visit) -> HttpResponse:
    return _outcome(request, None)


@require_POST
@may("follow_up.edit")
def outcome(request: Visit, outcome_id: UUID) -> HttpResponse:
    return _outcome(request, outcome_id)


@require_POST
@may("follow_up.edit")
def topic_create(request: Visit) -> HttpResponse:
    return _topic(request, None)


@require_POST
@may("follow_up.edit")
def topic(request: Visit, topic_id: UUID) -> HttpResponse:
    return _topic(request, topic_id)


@require_POST
@may("follow_up.edit")
def stage_create(request: Visit) -> HttpResponse:
    return _stage(request, None)


@require_POST
@may("follow_up.edit")
def stage(request: Visit, pipeline_id: UUID) -> HttpResponse:
    return _stage(request, pipeline_id)


def _outcome(request: Visit, pk: UUID | None) -> HttpResponse:
    row, form = found(outcome_get(pk)) if pk else None, OutcomeForm(request.POST)
    return _saved(
        request, form, lambda: save_outcome(outcome=row, **form.cleaned_data, by=request.user, now=clock.now())
    )


def _topic(request: Visit, pk: UUID | None) -> HttpResponse:
    row, form = found(voice_topic_get(pk)) if pk else None, NameForm(request.POST)
    return _saved(
        request, form, lambda: save_voice_topic(topic=row, **form.cleaned_data, by=request.user, now=clock.now())
    )


def _stage(request: Visit, pk: UUID | None) -> HttpResponse:
    row, form = found(opportunity_stage_get(pk)) if pk else None, PipelineForm(request.POST)
    return _saved(
        request, form, lambda: save_opportunity_stage(stage=row, **form.cleaned_data, by=request.user, now=clock.now())
    )


def _saved(request: Visit, form: forms.Form, keep: Callable[[], object]) -> HttpResponse:
    try:
        if form.is_valid():
            keep()
            messages.success(request, _("Saved."))
        else:
            messages.error(request, str(next(iter(form.errors.values()))[0]))
    except ValidationError as error:
        messages.error(request, first_message(error))
    return redirect("ops:follow_up_lists")
