"""Lifecycles: stages with their numbers, the board, the history, and the rules that move contacts."""

import json
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
from lifecycle.enums import MoveSource, StageKind
from lifecycle.models import Lifecycle, Stage, StageRule
from lifecycle.selectors import (
    board_cards,
    lifecycle_get,
    lifecycle_list,
    position_get,
    stage_get,
    stage_list_everywhere,
    stage_median_seconds,
    stage_rule_get,
    stage_rule_list,
    stage_sizes,
    stage_transition_list,
)
from lifecycle.upkeep import create_lifecycle, save_stage, save_stage_rule, shift_stage, switch_stage_rule
from scrm.core import clock
from scrm.core.conditions import ConditionInvalid, Scope
from scrm.flows import progress
from scrm.web.access import Visit, found, may
from scrm.web.ops.filters import offer, offer_rows, page_of
from scrm.web.ops.replies import form_page, take_errors
from scrm.web.ops.rules import RuleForm, event_type_choices, is_rule_step, rule_words


class LifecycleForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)


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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields = [(field.code, field.name) for field in field_list()]
        if fields:
            offer(self, "asks", fields)
        else:
            del self.fields["asks"]


class StageRuleForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    event_type = forms.ChoiceField(label=gettext_lazy("When this happens"))
    to_stage = forms.ModelChoiceField(
        Stage.objects.none(), label=gettext_lazy("Move to this stage"), empty_label=gettext_lazy("Choose …")
    )
    active = forms.BooleanField(label=gettext_lazy("Active"), required=False, initial=True)


class MoveForm(forms.Form):
    contact = forms.UUIDField()
    stage = forms.UUIDField()


@may("lifecycle.view")
def lifecycle(request: Visit) -> HttpResponse:
    current = _current(request)
    context = {**_frame(request, current, "stages"), "rows": []}
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
def board(request: Visit) -> HttpResponse:
    current = _current(request)
    context = {**_frame(request, current, "board"), "columns": []}
    if current:
        context |= _columns(request, current)
    return render(request, "ops/lifecycle_board.html", context)


@require_POST
@may("contact.edit")
def move(request: Visit, lifecycle_id: UUID) -> HttpResponse:
    """Move one contact on the board; htmx gets the board back."""
    current = found(lifecycle_get(lifecycle_id))
    form = MoveForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=400)
    position = found(position_get(request.user, current, form.cleaned_data["contact"]))
    stage = found(stage_get(form.cleaned_data["stage"]))
    if stage.lifecycle_id != current.pk:
        return HttpResponse(status=400)
    refused = ""
    try:
        progress.stage_moved([position.contact_id], stage.pk, by=request.user, source=MoveSource.HAND, now=clock.now())
        told = _("%(name)s is in “%(stage)s” now.") % {"name": position.contact, "stage": stage.name}
    except progress.FieldsMissing as error:
        told = refused = f"{position.contact}: {error.message}"
    if not request.htmx:
        (messages.error if refused else messages.success)(request, told)
        return redirect(f"{reverse('ops:lifecycle_board')}?lifecycle={current.pk}")
    context = {**_frame(request, current, "board"), **_columns(request, current), "told": told}
    answer = render(request, "ops/lifecycle_board.html#board", context)
    if refused:
        answer["HX-Trigger"] = json.dumps({"toast": {"text": refused, "tone": "red"}})
    return answer


@may("lifecycle.view")
def history(request: Visit) -> HttpResponse:
    current = _current(request)
    context = _frame(request, current, "history")
    if current:
        context["page"] = page_of(request, stage_transition_list(request.user, current))
    return render(request, "ops/lifecycle_history.html", context)


@may("lifecycle.edit")
def create(request: Visit) -> HttpResponse:
    form = LifecycleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = create_lifecycle(name=form.cleaned_data["name"], by=request.user, now=clock.now())
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Lifecycle made. Now give it its stages."))
            return redirect(f"{reverse('ops:stage_create')}?lifecycle={made.pk}")
    context = {"heading": _("New lifecycle"), "action": _("Make lifecycle"), "back": reverse("ops:lifecycle")}
    return form_page(request, "ops/lifecycle_form.html", form, context)


@may("lifecycle.edit")
def stage_create(request: Visit) -> HttpResponse:
    return _stage_page(request, found(_current(request)), None)


@may("lifecycle.edit")
def stage_edit(request: Visit, stage_id: UUID) -> HttpResponse:
    stage = found(stage_get(stage_id))
    return _stage_page(request, stage.lifecycle, stage)


@require_POST
@may("lifecycle.edit")
def stage_shift(request: Visit, stage_id: UUID) -> HttpResponse:
    stage = found(stage_get(stage_id))
    shift_stage(stage=stage, earlier=request.POST.get("to") == "earlier", by=request.user, now=clock.now())
    return redirect(_home(stage.lifecycle))


@may("lifecycle.view")
def rule_list(request: Visit) -> HttpResponse:
    types = dict(event_type_choices())
    rules = [
        {"rule": rule, "event": types.get(rule.event_type, rule.event_type), "words": rule_words(rule.condition)}
        for rule in stage_rule_list()
    ]
    return render(
        request, "ops/lifecycle_rule_list.html", {**_frame(request, _current(request), "rules"), "rules": rules}
    )


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
    switch_stage_rule(rule=rule, active=not rule.active, by=request.user, now=clock.now())
    messages.success(request, _("The rule is off now.") if rule.active else _("The rule is on now."))
    return redirect("ops:lifecycle_rule_list")


def _rule_page(request: Visit, rule: StageRule | None) -> HttpResponse:
    initial: dict[str, object] = {"active": True}
    if rule:
        initial = {
            "name": rule.name,
            "event_type": rule.event_type,
            "to_stage": rule.to_stage_id,
            "active": rule.active,
        }
    stepping = request.method == "POST" and is_rule_step(request)
    posted = None if stepping else request.POST or None
    form = StageRuleForm(posted, initial=dict(request.POST.items()) if stepping else initial)
    offer(form, "event_type", [("", _("Choose …")), *event_type_choices()])
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
            messages.success(request, _("Rule saved. It counts from the next event on."))
            return redirect("ops:lifecycle_rule_list")
    return form_page(request, "ops/lifecycle_rule_form.html", form, {"rule": conditions, "stored": rule})


def _stage_page(request: Visit, current: Lifecycle, stage: Stage | None) -> HttpResponse:
    initial: dict[str, object] = {"kind": StageKind.OPEN.value}
    if stage:
        initial = {"name": stage.name, "kind": stage.kind, "typical_days": stage.typical_days, "asks": stage.asks}
    form = StageForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            save_stage(stage=stage, lifecycle=current, **form.cleaned_data, by=request.user, now=clock.now())
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Stage saved."))
            if "again" in request.POST:
                return redirect(f"{reverse('ops:stage_create')}?lifecycle={current.pk}")
            return redirect(_home(current))
    context = {
        "heading": stage.name if stage else _("New stage"),
        "action": _("Save") if stage else _("Make stage"),
        "again": "" if stage else _("Make stage and another"),
        "back": _home(current),
        "lead": current.name,
    }
    return form_page(request, "ops/lifecycle_form.html", form, context)


def _columns(request: Visit, current: Lifecycle) -> dict[str, object]:
    sizes = stage_sizes(request.user, current)
    stages = [stage for stage, _size in sizes]
    cards = board_cards(request.user, stages)
    columns = [
        {"stage": stage, "size": size, "cards": cards[stage.pk], "more": size - len(cards[stage.pk])}
        for stage, size in sizes
    ]
    return {"columns": columns, "stages": stages}


def _frame(request: Visit, current: Lifecycle | None, section: str) -> dict[str, object]:
    return {"lifecycles": lifecycle_list(), "current": current, "section": section}


def _current(request: Visit) -> Lifecycle | None:
    asked = request.GET.get("lifecycle")
    if not asked:
        return lifecycle_get(None)
    try:
        return found(lifecycle_get(UUID(asked)))
    except ValueError:
        return found(None)


def _home(current: Lifecycle) -> str:
    return f"{reverse('ops:lifecycle')}?lifecycle={current.pk}"


def _days(seconds: float | None) -> float | None:
    return None if seconds is None else seconds / 86_400
