"""To whom customers go when they reach a stage: stage by stage, with what it would have done."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.selectors import department_list, user_list_all, user_names
from leads.enums import AssignMethod
from lifecycle.models import Stage, StageHandOver
from lifecycle.selectors import lifecycle_list, stage_get, stage_list_everywhere
from lifecycle.selectors_hand_over import stage_hand_over_list, stage_hand_over_of
from lifecycle.services_hand_over import save_stage_hand_over
from scrm.core import clock
from scrm.flows.stage_handover import who_would_get_them
from scrm.web.access import Visit, found, may
from scrm.web.ops.replies import form_page, take_errors

_METHODS = [choice for choice in AssignMethod.choices if choice[0] != AssignMethod.WEIGHTED]


class StageHandOverForm(forms.Form):
    department = forms.ModelChoiceField(
        label=gettext_lazy("Department or dealer"),
        queryset=department_list(),
        required=False,
        empty_label=gettext_lazy("Only the people below"),
        help_text=gettext_lazy("All its people, and those of departments below it."),
    )
    method = forms.ChoiceField(label=gettext_lazy("Chosen by"), choices=_METHODS)
    keep_days = forms.IntegerField(
        label=gettext_lazy("Days to read on"),
        min_value=0,
        validators=[MaxValueValidator(365)],
        help_text=gettext_lazy(
            "For so long whoever had the customer still reads about them, on the phone. 0: not at all."
        ),
    )
    active = forms.BooleanField(label=gettext_lazy("Active"), required=False)


@require_safe
@may("lifecycle.view")
def index(request: Visit) -> HttpResponse:
    """Every stage, with the team that it hands customers to."""
    known = {each.stage_id: each for each in stage_hand_over_list()}
    lifecycles = lifecycle_list()
    context = {
        "rows": [(stage, known.get(stage.pk)) for stage in stage_list_everywhere() if stage.lifecycle.active],
        "lifecycles": lifecycles,
        "current": lifecycles[0] if lifecycles else None,
        "section": "hand_overs",
    }
    return render(request, "ops/stage_hand_over_list.html", context)


@may("assignment.edit")
def edit(request: Visit, stage_id: UUID) -> HttpResponse:
    stage = found(stage_get(stage_id))
    stored = stage_hand_over_of(stage.pk)
    initial: dict[str, Any] = {"method": AssignMethod.TURNS, "keep_days": 0, "active": True}
    if stored is not None:
        initial = {name: getattr(stored, name) for name in ("department", "method", "keep_days", "active")}
    form = StageHandOverForm(request.POST or None, initial=initial)
    people = _posted(request) if request.method == "POST" else _people_of(stored)
    if request.method == "POST" and form.is_valid():
        try:
            save_stage_hand_over(stage=stage, **form.cleaned_data, people=people, by=request.user, now=clock.now())
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Saved. It counts from the next customer who reaches the stage."))
            return redirect("ops:stage_hand_over_list")
    choices = [(user, user.pk in people) for user in user_list_all() if user.is_active or user.pk in people]
    return form_page(request, "ops/stage_hand_over_form.html", form, {"stage": stage, "choices": choices})


@require_POST
@may("assignment.edit")
def preview(request: Visit, stage_id: UUID) -> HttpResponse:
    """Where the last hundred who reached the stage would have gone, by the form as it stands; nothing is saved."""
    stage, form = found(stage_get(stage_id)), StageHandOverForm(request.POST)
    counts: dict[UUID | None, int] = {}
    if form.is_valid():
        counts = who_would_get_them(_draft(stage, form.cleaned_data), _posted(request), now=clock.now())
    names = user_names(pk for pk in counts if pk)
    context = {
        "total": sum(counts.values()),
        "people": [(names.get(pk, "–"), count) for pk, count in counts.items() if pk],
        "stay": counts.get(None, 0),
    }
    return render(request, "ops/stage_hand_over_preview.html", context)


def _draft(stage: Stage, said: dict[str, Any]) -> StageHandOver:
    return StageHandOver(stage=stage, method=said["method"], department=said["department"])


def _posted(request: Visit) -> set[UUID]:
    """The people ticked, of those there are."""
    ticked = set(request.POST.getlist("person"))
    return {user.pk for user in user_list_all() if str(user.pk) in ticked}


def _people_of(stored: StageHandOver | None) -> set[UUID]:
    return {user.pk for user in stored.people.all()} if stored else set()
