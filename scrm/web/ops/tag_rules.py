"""Rules that give and take tags: written, tried out on everybody, switched on, and what they did."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from contacts.selectors import contact_names
from scrm.core import clock
from scrm.core.conditions import ConditionInvalid, Scope
from scrm.flows.tag_rules import tag_rule_switched
from scrm.flows.tagging_job import rule_run_of
from scrm.web.access import Visit, found, may
from scrm.web.ops.filters import offer, offer_rows, page_of
from scrm.web.ops.replies import first_message, form_page, take_errors
from scrm.web.ops.rules import RuleForm, event_type_choices, is_rule_step, rule_words
from tagging.models import Tag, TagRule
from tagging.selectors import tag_list_active, tag_rule_get, tag_rule_list
from tagging.services_rules import save_tag_rule
from tagging.standing import DryRun, dry_run, hit_list


class TagRuleForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    event_type = forms.ChoiceField(
        label=gettext_lazy("When this happens"),
        required=False,
        help_text=gettext_lazy("At an event, the rule is asked about who did it. Without one, about everybody."),
    )
    tag = forms.ModelChoiceField(
        Tag.objects.none(), label=gettext_lazy("Give this tag"), empty_label=gettext_lazy("Choose …")
    )
    takes = forms.BooleanField(
        label=gettext_lazy("Take it again when the conditions no longer hold"),
        required=False,
        help_text=gettext_lazy("Only for rules about everybody. Within the hour."),
    )
    over_hand = forms.BooleanField(
        label=gettext_lazy("Also against what people decided by hand"),
        required=False,
        help_text=gettext_lazy("Otherwise what somebody gave by hand stays, and what somebody took stays away."),
    )
    active = forms.BooleanField(
        label=gettext_lazy("Active"),
        required=False,
        initial=True,
        help_text=gettext_lazy("A rule about everybody is off until you have seen what it would do."),
    )


@require_safe
@may("tag.view")
def index(request: Visit) -> HttpResponse:
    types = dict(event_type_choices())
    rules = [
        {
            "rule": rule,
            "event": types.get(rule.event_type, rule.event_type) if rule.event_type else _("Always, for everybody"),
            "words": rule_words(rule.condition),
        }
        for rule in tag_rule_list()
    ]
    return render(request, "ops/tag_rule_list.html", {"rules": rules, "section": "rules"})


@require_safe
@may("tag.view")
def detail(request: Visit, rule_id: UUID) -> HttpResponse:
    """What a rule says, what it would do now, and what it did."""
    rule, now = found(tag_rule_get(rule_id)), clock.now()
    context: dict[str, Any] = {
        "stored": rule,
        "event": dict(event_type_choices()).get(rule.event_type, rule.event_type),
        "words": rule_words(rule.condition),
        "page": page_of(request, hit_list(rule, request.user), 20),
        "run": None if rule.event_type else rule_run_of(rule),
        **(_tried(request, rule, now) if not rule.event_type and not rule.tag.archived else {}),
    }
    context["names"] = contact_names(request.user, [hit.contact_id for hit in context["page"]])
    context["hits"] = [(hit, context["names"].get(str(hit.contact_id), "")) for hit in context["page"]]
    return render(request, "ops/tag_rule.html", context)


@may("tag.edit")
def create(request: Visit) -> HttpResponse:
    return _rule_page(request, None)


@may("tag.edit")
def edit(request: Visit, rule_id: UUID) -> HttpResponse:
    return _rule_page(request, found(tag_rule_get(rule_id)))


@require_POST
@may("tag.edit")
def switch(request: Visit, rule_id: UUID) -> HttpResponse:
    """On or off; `apply` asks one that is on about everybody right now."""
    rule = found(tag_rule_get(rule_id))
    on = True if "apply" in request.POST else not rule.active
    try:
        job = tag_rule_switched(rule, active=on, by=request.user, now=clock.now())
    except ValidationError as error:
        messages.error(request, first_message(error))
        return redirect("ops:tag_rule_detail", rule.pk)
    if job is not None:
        return redirect("ops:tag_run", job.pk)
    messages.success(request, _("The rule is on now.") if on else _("The rule is off now."))
    return redirect("ops:tag_rule_detail", rule.pk) if not rule.event_type else redirect("ops:tag_rule_list")


def _tried(request: Visit, rule: TagRule, now: datetime) -> dict[str, Any]:
    try:
        tried: DryRun = dry_run(rule, request.user, now)
    except ConditionInvalid:
        return {"unreadable": True}
    names = contact_names(request.user, [*tried.giving, *tried.taking])
    return {
        "tried": tried,
        "giving": [(pk, names[str(pk)]) for pk in tried.giving if str(pk) in names],
        "taking": [(pk, names[str(pk)]) for pk in tried.taking if str(pk) in names],
    }


def _rule_page(request: Visit, rule: TagRule | None) -> HttpResponse:
    initial: dict[str, object] = {"active": True, "tag": request.GET.get("tag")}
    if rule:
        names = ("name", "event_type", "takes", "over_hand", "active")
        initial = {"tag": rule.tag_id, **{name: getattr(rule, name) for name in names}}
    stepping = request.method == "POST" and is_rule_step(request)
    form = (
        TagRuleForm(initial=dict(request.POST.items()))
        if stepping
        else TagRuleForm(request.POST or None, initial=initial)
    )
    offer(form, "event_type", [("", _("Always, for everybody")), *event_type_choices()])
    offer_rows(form, "tag", tag_list_active())
    if request.method == "POST":
        conditions = RuleForm.from_post(request.POST)
    else:
        conditions = RuleForm.from_stored(rule.condition if rule else {}, Scope.EVENT)
    if request.method == "POST" and not stepping and form.is_valid() & conditions.is_valid():
        try:
            saved = save_tag_rule(
                rule=rule, **form.cleaned_data, condition=conditions.to_json(), by=request.user, now=clock.now()
            )
        except ConditionInvalid as invalid:
            conditions.explain(invalid)
        except ValidationError as error:
            take_errors(form, error)
        else:
            if saved.event_type:
                messages.success(request, _("Rule saved. It counts from the next event on."))
                return redirect("ops:tag_rule_list")
            messages.success(request, _("Rule saved."))
            return redirect("ops:tag_rule_detail", saved.pk)
    return form_page(request, "ops/tag_rule_form.html", form, {"rule": conditions, "stored": rule})
