"""How warm people are: the rules that give points, and from when on somebody is warm or hot."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from events.selectors import event_type_label, event_type_list
from scrm.core import clock
from scrm.core.conditions import ConditionInvalid, Scope
from scrm.flows.scoring import score_rule_saved, score_rule_switched, score_scale_saved
from scrm.web.access import Visit, found, may
from scrm.web.ops.filters import offer, offer_rows
from scrm.web.ops.replies import first_message, form_page, take_errors
from scrm.web.ops.rules import RuleForm, is_rule_step, rule_words
from tagging.enums import Band, ScoreKind
from tagging.models import ScoreRule, Tag
from tagging.selectors import score_band_counts, score_rule_get, score_rule_list, score_scale, tag_list_active


class ScoreRuleForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    kind = forms.ChoiceField(label=gettext_lazy("Points for"), choices=ScoreKind.choices)
    points = forms.IntegerField(
        label=pgettext_lazy("score", "Points"),
        min_value=-1000,
        max_value=1000,
        help_text=gettext_lazy("May be below zero."),
    )
    event_type = forms.ChoiceField(label=gettext_lazy("When this happens"), required=False)
    most = forms.IntegerField(
        label=gettext_lazy("At most so many times"),
        required=False,
        min_value=1,
        max_value=1000,
        help_text=gettext_lazy("The latest ones count. Empty: all of them."),
    )
    tag = forms.ModelChoiceField(label=gettext_lazy("Tag"), queryset=Tag.objects.none(), required=False)
    half_life_days = forms.IntegerField(
        label=gettext_lazy("Half-life in days"),
        required=False,
        min_value=1,
        max_value=3650,
        help_text=gettext_lazy("After so many days half of the points are left. Empty: they stay."),
    )
    active = forms.BooleanField(label=gettext_lazy("Active"), required=False)


class ScaleForm(forms.Form):
    warm_from = forms.IntegerField(label=gettext_lazy("Warm from"), min_value=-1000, max_value=1000)
    hot_from = forms.IntegerField(label=gettext_lazy("Hot from"), min_value=-1000, max_value=1000)


@may("tag.view")
def index(request: Visit) -> HttpResponse:
    types = {each.code: event_type_label(each) for each in event_type_list(active_only=False)}
    scale, counts = score_scale(), score_band_counts(request.user)
    context = {
        "rules": [(rule, _of(rule, types)) for rule in score_rule_list()],
        "scale_form": ScaleForm(initial={"warm_from": scale.warm_from, "hot_from": scale.hot_from}),
        "bands": [(band.label, band.value, counts.get(band.value, 0)) for band in Band],
        "section": "score",
    }
    return render(request, "ops/score_list.html", context)


@may("tag.edit")
def create(request: Visit) -> HttpResponse:
    return _rule_page(request, None)


@may("tag.edit")
def edit(request: Visit, score_rule_id: UUID) -> HttpResponse:
    return _rule_page(request, found(score_rule_get(score_rule_id)))


@require_POST
@may("tag.edit")
def switch(request: Visit, score_rule_id: UUID) -> HttpResponse:
    rule = found(score_rule_get(score_rule_id))
    score_rule_switched(rule, active=not rule.active, by=request.user, now=clock.now())
    messages.success(request, _("The rule is off now.") if rule.active else _("The rule is on now."))
    return redirect("ops:score_list")


@require_POST
@may("tag.edit")
def scale(request: Visit) -> HttpResponse:
    form = ScaleForm(request.POST)
    if form.is_valid():
        try:
            score_scale_saved(**form.cleaned_data, by=request.user, now=clock.now())
            messages.success(request, _("Saved. Everybody is counted again."))
        except ValidationError as error:
            messages.error(request, first_message(error))
    else:
        messages.error(request, _("Two whole numbers are needed."))
    return redirect("ops:score_list")


def _of(rule: ScoreRule, types: dict[str, str]) -> str:
    """What the rule gives points for, in words."""
    if rule.kind == ScoreKind.EVENT:
        return types.get(rule.event_type, rule.event_type)
    if rule.kind == ScoreKind.TAG:
        return _("Tag %(tag)s") % {"tag": rule.tag}
    return rule_words(rule.condition, Scope.CONTACT)


def _rule_page(request: Visit, rule: ScoreRule | None) -> HttpResponse:
    initial: dict[str, object] = {"active": True, "kind": ScoreKind.EVENT}
    if rule:
        names = ("name", "kind", "points", "event_type", "most", "half_life_days", "active")
        initial = {name: getattr(rule, name) for name in names} | {"tag": rule.tag_id}
    stepping = request.method == "POST" and is_rule_step(request)
    form = (
        ScoreRuleForm(initial=dict(request.POST.items()))
        if stepping
        else ScoreRuleForm(request.POST or None, initial=initial)
    )
    types = [(each.code, event_type_label(each)) for each in event_type_list()]
    offer(form, "event_type", [("", _("Choose …")), *types])
    offer_rows(form, "tag", tag_list_active())
    if request.method == "POST":
        conditions = RuleForm.from_post(request.POST)
    else:
        conditions = RuleForm.from_stored(rule.condition if rule else {}, Scope.CONTACT)
    if request.method == "POST" and not stepping and form.is_valid() & conditions.is_valid():
        try:
            score_rule_saved(
                rule, condition=conditions.to_json(), by=request.user, now=clock.now(), **form.cleaned_data
            )
        except ConditionInvalid as invalid:
            conditions.explain(invalid)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Rule saved. Everybody is counted again."))
            return redirect("ops:score_list")
    return form_page(request, "ops/score_rule_form.html", form, {"rule": conditions, "stored": rule})
