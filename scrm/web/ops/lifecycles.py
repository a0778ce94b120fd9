"""Lifecycles: stages with their numbers, the board, the history, and the rules that move contacts."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from contacts.selectors import field_list
from lifecycle.enums import StageColour, StageKind
from lifecycle.models import Lifecycle, Stage, StageRule
from lifecycle.selectors import (
    stage_get,
    stage_list,
    stage_list_everywhere,
    stage_median_seconds,
    stage_rule_get,
    stage_rule_list,
    stage_sizes,
    stage_transition_list,
)
from lifecycle.services_rules import save_stage_rule, switch_stage_rule
from lifecycle.upkeep import save_stage, shift_stage
from scrm.core import clock
from scrm.core.conditions import ConditionInvalid, Scope
from scrm.web.access import Visit, found, may
from scrm.web.ops.filters import offer, offer_rows, page_of
from scrm.web.ops.lifecycle_page import frame, home_of, lifecycle_asked
from scrm.web.ops.replies import first_message, form_page, take_errors
from scrm.web.ops.rules import RuleForm, event_type_choices, is_rule_step, rule_words


class StageForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=StageKind.choices)
    typical_days = forms.IntegerField(
        label=gettext_lazy("Typical days"),
        required=False,
        min_value=1,
        max_value=3650,
        help_text=gettext_lazy("How long contacts usually stay here."),
    )
    asks = forms.MultipleChoiceField(
        label=gettext_lazy("Needed from here on"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Fields that must be filled in before somebody is moved here, or further, by hand."),
    )

    moves_to = forms.MultipleChoiceField(
        label=gettext_lazy("From here one goes to"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("By hand. None ticked: to every stage."),
    )
    colour = forms.ChoiceField(
        label=gettext_lazy("Colour"),
        required=False,
        choices=[("", gettext_lazy("By its kind")), *StageColour.choices],
    )

    def __init__(self, *args: Any, others: Sequence[Stage] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if others:
            offer(self, "moves_to", [(str(each.pk), each.name) for each in others])
        else:
            del self.fields["moves_to"]
        fields = [(field.code, field.name) for field in field_list()]
        if fields:
            offer(self, "asks", fields)
        else:
            del self.fields["asks"]


class StageRuleForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    event_type = forms.ChoiceField(
        label=gettext_lazy("When this happens"),
        required=False,
        help_text=gettext_lazy("Without an event whoever the conditions come to hold for is moved within ten minutes."),
    )
    from_stage = forms.ModelChoiceField(
        Stage.objects.none(),
        label=gettext_lazy("Only from this stage"),
        required=False,
        empty_label=gettext_lazy("From every stage before it"),
    )
    to_stage = forms.ModelChoiceField(
        Stage.objects.none(), label=gettext_lazy("Move to this stage"), empty_label=gettext_lazy("Choose …")
    )
    active = forms.BooleanField(label=gettext_lazy("Active"), required=False, initial=True)


@may("lifecycle.view")
def lifecycle(request: Visit) -> HttpResponse:
    current = lifecycle_asked(request)
    context = {**frame(current, "stages"), "rows": [], "may_edit": request.user.may("lifecycle.edit")}
    if current:
        sizes = stage_sizes(request.user, current)
        medians = stage_median_seconds(request.user, current)
        most = max((size for _stage, size in sizes), default=0) or 1
        context["rows"] = [
            {"stage": stage, "size": size, "share": size / most, "median_days": _days(medians.get(stage.pk))}
            for stage, size in sizes
        ]
        context["total"] = sum(size for _stage, size in sizes)
    return render(request, "ops/lifecycle.html", context)


@may("lifecycle.view")
def history(request: Visit) -> HttpResponse:
    current = lifecycle_asked(request)
    context = frame(current, "history")
    if current:
        context["page"] = page_of(request, stage_transition_list(request.user, current))
    return render(request, "ops/lifecycle_history.html", context)


@may("lifecycle.edit")
def stage_create(request: Visit) -> HttpResponse:
    return _stage_page(request, found(lifecycle_asked(request)), None)


@may("lifecycle.edit")
def stage_edit(request: Visit, stage_id: UUID) -> HttpResponse:
    stage = found(stage_get(stage_id))
    return _stage_page(request, stage.lifecycle, stage)


@require_POST
@may("lifecycle.edit")
def stage_shift(request: Visit, stage_id: UUID) -> HttpResponse:
    stage = found(stage_get(stage_id))
    shift_stage(stage=stage, earlier=request.POST.get("to") == "earlier", by=request.user, now=clock.now())
    return redirect(home_of(stage.lifecycle))


@may("lifecycle.view")
def rule_list(request: Visit) -> HttpResponse:
    types = dict(event_type_choices())
    rules = [
        {"rule": rule, "event": _event(types, rule), "words": rule_words(rule.condition)} for rule in stage_rule_list()
    ]
    return render(request, "ops/lifecycle_rule_list.html", {**frame(lifecycle_asked(request), "rules"), "rules": rules})


@may("lifecycle.edit")
def rule_create(request: Visit) -> HttpResponse:
    return _rule_page(request, None)


@may("lifecycle.edit")
def rule_edit(request: Visit, rule_id: UUID) -> HttpResponse:
    return _rule_page(request, found(stage_rule_get(rule_id)))


@require_POST
@may("lifecycle.edit")
def rule_switch(request: Visit, rule_id: UUID) -> HttpResponse:
    rule = found(stage_rule_get(rule_id))
    active = not rule.active
    try:
        switch_stage_rule(rule=rule, active=active, by=request.user, now=clock.now())
        messages.success(request, _("The rule is on now.") if active else _("The rule is off now."))
    except ValidationError as error:
        messages.error(request, first_message(error))
    return redirect("ops:lifecycle_rule_list")


def _event(types: dict[str, str], rule: StageRule) -> str:
    return types.get(rule.event_type, rule.event_type) if rule.event_type else _("As soon as the conditions hold")


def _rule_page(request: Visit, rule: StageRule | None) -> HttpResponse:
    initial: dict[str, object] = {"active": True}
    if rule:
        initial = {
            "name": rule.name,
            "event_type": rule.event_type,
            "from_stage": rule.from_stage_id,
            "to_stage": rule.to_stage_id,
            "active": rule.active,
        }
    stepping = request.method == "POST" and is_rule_step(request)
    posted = None if stepping else request.POST or None
    form = StageRuleForm(posted, initial=dict(request.POST.items()) if stepping else initial)
    offer(form, "event_type", [("", _("As soon as the conditions hold")), *event_type_choices()])
    offer_rows(form, "from_stage", stage_list_everywhere())
    offer_rows(form, "to_stage", stage_list_everywhere())
    if request.method == "POST":
        conditions = RuleForm.from_post(request.POST)
    else:
        conditions = RuleForm.from_stored(rule.condition if rule else {}, Scope.EVENT)
    if request.method == "POST" and not stepping and form.is_valid() & conditions.is_valid():
        try:
            save_stage_rule(
                rule=rule, **form.cleaned_data, condition=conditions.to_json(), by=request.user, now=clock.now()
            )
        except ConditionInvalid as invalid:
            conditions.explain(invalid)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Rule saved."))
            return redirect("ops:lifecycle_rule_list")
    return form_page(request, "ops/lifecycle_rule_form.html", form, {"rule": conditions, "stored": rule})


def _stage_page(request: Visit, current: Lifecycle, stage: Stage | None) -> HttpResponse:
    initial: dict[str, object] = {"kind": StageKind.OPEN.value}
    if stage:
        initial = {name: getattr(stage, name) for name in ("name", "kind", "typical_days", "asks", "colour")}
        initial["moves_to"] = [str(pk) for pk in stage.moves_to]
    others = [each for each in stage_list(current) if stage is None or each.pk != stage.pk]
    form = StageForm(request.POST or None, initial=initial, others=others)
    if request.method == "POST" and form.is_valid():
        try:
            said = form.cleaned_data | {"moves_to": [UUID(pk) for pk in form.cleaned_data.get("moves_to", ())]}
            save_stage(stage=stage, lifecycle=current, **said, by=request.user, now=clock.now())
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Stage saved."))
            if "again" in request.POST:
                return redirect(f"{reverse('ops:stage_create')}?lifecycle={current.pk}")
            return redirect(home_of(current))
    context = {
        "heading": stage.name if stage else _("New stage"),
        "action": _("Save") if stage else _("Make stage"),
        "again": "" if stage else _("Make stage and another"),
        "back": home_of(current),
        "lead": current.name,
    }
    return form_page(request, "ops/lifecycle_form.html", form, context)


def _days(seconds: float | None) -> float | None:
    return None if seconds is None else seconds / 86_400
