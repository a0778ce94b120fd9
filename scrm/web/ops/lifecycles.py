"""Lifecycles: stages with their numbers, the board, the history, and the rules that move contacts."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from lifecycle.models import Stage, StageRule
from lifecycle.selectors import (
    stage_list_everywhere,
    stage_median_seconds,
    stage_rule_get,
    stage_rule_list,
    stage_sizes,
    stage_transition_list,
)
from lifecycle.selectors_versions import draft_get
from lifecycle.services_rules import save_stage_rule, switch_stage_rule
from scrm.core import clock
from scrm.core.conditions import ConditionInvalid, Scope
from scrm.web.access import Visit, found, may
from scrm.web.ops.filters import offer, offer_rows, page_of
from scrm.web.ops.lifecycle_page import frame, lifecycle_asked
from scrm.web.ops.replies import first_message, form_page, take_errors
from scrm.web.ops.rules import RuleForm, event_type_choices, is_rule_step, rule_words


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
        context["draft"] = draft_get(current)
    return render(request, "ops/lifecycle.html", context)


@may("lifecycle.view")
def history(request: Visit) -> HttpResponse:
    current = lifecycle_asked(request)
    context = frame(current, "history")
    if current:
        context["page"] = page_of(request, stage_transition_list(request.user, current))
    return render(request, "ops/lifecycle_history.html", context)


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


def _days(seconds: float | None) -> float | None:
    return None if seconds is None else seconds / 86_400
