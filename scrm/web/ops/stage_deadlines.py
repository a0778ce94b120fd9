"""Deadlines of stages: what happens after so long, stage by stage."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from lifecycle.enums import DeadlineAction, DeadlineUnit
from lifecycle.models import LossReason, Stage, StageDeadline
from lifecycle.selectors import stage_get, stage_list, stage_sizes
from lifecycle.selectors_deadlines import stage_deadline_get, stage_deadline_list
from lifecycle.selectors_guards import loss_reasons_of
from lifecycle.services_deadlines import save_stage_deadline, switch_stage_deadline
from scrm.core import clock
from scrm.web.access import Visit, found, may
from scrm.web.ops.filters import offer_rows
from scrm.web.ops.lifecycle_page import frame, lifecycle_asked, place_of
from scrm.web.ops.replies import first_message, form_page, take_errors


class DeadlineForm(forms.Form):
    after = forms.IntegerField(label=gettext_lazy("After"), min_value=1, validators=[MaxValueValidator(3650)])
    unit = forms.ChoiceField(label=gettext_lazy("Unit"), choices=DeadlineUnit.choices)
    working = forms.BooleanField(
        label=gettext_lazy("Count working time only"),
        required=False,
        help_text=gettext_lazy("Opening hours, or days on which the business works."),
    )
    action = forms.ChoiceField(label=gettext_lazy("Then"), choices=DeadlineAction.choices)
    text = forms.CharField(label=gettext_lazy("What to do"), max_length=120, required=False)
    to_stage = forms.ModelChoiceField(
        Stage.objects.none(),
        label=gettext_lazy("Move to"),
        required=False,
        empty_label=gettext_lazy("Choose …"),
    )
    loss_reason = forms.ModelChoiceField(
        LossReason.objects.none(), label=gettext_lazy("Why"), required=False, empty_label=gettext_lazy("No reason")
    )


@may("lifecycle.view")
def index(request: Visit) -> HttpResponse:
    current = lifecycle_asked(request)
    context = frame(current, "deadlines")
    if current:
        of_stage: dict[UUID, list[StageDeadline]] = {}
        for each in stage_deadline_list(current):
            of_stage.setdefault(each.stage_id, []).append(each)
        context["rows"] = [
            (stage, size, of_stage.get(stage.pk, [])) for stage, size in stage_sizes(request.user, current)
        ]
    return render(request, "ops/stage_deadline_list.html", context)


@may("lifecycle.edit")
def create(request: Visit, stage_id: UUID) -> HttpResponse:
    return _page(request, found(stage_get(stage_id)), None)


@may("lifecycle.edit")
def edit(request: Visit, deadline_id: UUID) -> HttpResponse:
    deadline = found(stage_deadline_get(deadline_id))
    return _page(request, deadline.stage, deadline)


@require_POST
@may("lifecycle.edit")
def switch(request: Visit, deadline_id: UUID) -> HttpResponse:
    deadline = found(stage_deadline_get(deadline_id))
    active = not deadline.active
    try:
        switch_stage_deadline(deadline=deadline, active=active, by=request.user, now=clock.now())
        messages.success(request, _("The deadline is on now.") if active else _("The deadline is off now."))
    except ValidationError as error:
        messages.error(request, first_message(error))
    return redirect(place_of("ops:stage_deadline_list", deadline.stage.lifecycle))


def _page(request: Visit, stage: Stage, deadline: StageDeadline | None) -> HttpResponse:
    initial: dict[str, object] = {"after": 3, "unit": DeadlineUnit.DAYS.value, "action": DeadlineAction.REMIND.value}
    if deadline:
        initial = {name: getattr(deadline, name) for name in ("after", "unit", "working", "action", "text")}
        initial |= {"to_stage": deadline.to_stage_id, "loss_reason": deadline.loss_reason_id}
    form = DeadlineForm(request.POST or None, initial=initial)
    offer_rows(form, "to_stage", stage_list(stage.lifecycle).exclude(pk=stage.pk))
    offer_rows(form, "loss_reason", loss_reasons_of(stage.lifecycle))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data | {"text": " ".join(form.cleaned_data["text"].split())}
        try:
            save_stage_deadline(deadline=deadline, stage=stage, **said, by=request.user, now=clock.now())
        except ValidationError as error:
            take_errors(form, error)
        else:
            text = _("Saved. For those who are there already it is planned within a minute.")
            messages.success(request, text)
            return redirect(place_of("ops:stage_deadline_list", stage.lifecycle))
    context = {"stage": stage, "deadline": deadline, "back": place_of("ops:stage_deadline_list", stage.lifecycle)}
    return form_page(request, "ops/stage_deadline_form.html", form, context)
