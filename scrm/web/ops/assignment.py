"""Assignment rules: in their order, written, tried out on one lead and on the last hundred."""

from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.selectors import department_list, user_list_all
from leads.arrival_facts import arrival_facts
from leads.enums import AssignMethod, OrElse
from leads.models import AssignmentMember, AssignmentRule
from leads.selectors import (
    assignment_rule_detail,
    assignment_rule_list,
    assignment_rules_active,
    lead_detail,
    source_choices,
)
from leads.services import (
    archive_assignment_rule,
    order_assignment_rules,
    save_assignment_rule,
    switch_assignment_rule,
)
from scrm.core import clock
from scrm.core.conditions import ConditionInvalid, Scope
from scrm.flows.assignment import Asked
from scrm.flows.assignment_preview import last_leads_spread, who_would_get, who_would_get_lead
from scrm.web.access import Visit, found, may
from scrm.web.counts import small_count
from scrm.web.ops.replies import form_page, take_errors
from scrm.web.ops.rules import ArrivalRuleForm, is_rule_step, rule_words
from scrm.web.person_form import PersonForm

_WEIGHT: Final = "weight-"


class AssignmentRuleForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    department = forms.ModelChoiceField(
        label=gettext_lazy("Department or dealer"),
        queryset=department_list(),
        required=False,
        empty_label=gettext_lazy("Only the people below"),
        help_text=gettext_lazy("All its people, and those of departments below it."),
    )
    method = forms.ChoiceField(label=gettext_lazy("Chosen by"), choices=AssignMethod.choices)
    within_hours = forms.BooleanField(label=gettext_lazy("Only within opening hours"), required=False)
    or_else = forms.ChoiceField(label=gettext_lazy("When nobody is free"), choices=OrElse.choices)


class TryForm(PersonForm):
    source = forms.ChoiceField(label=gettext_lazy("Source"), required=False)
    phone = forms.CharField(label=gettext_lazy("Phone"), required=False, max_length=40)
    city = forms.CharField(label=gettext_lazy("City or region"), required=False, max_length=80)
    product = forms.CharField(label=gettext_lazy("Product asked for"), required=False, max_length=120)
    company = forms.CharField(label=gettext_lazy("Company"), required=False, max_length=120)

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        choices = self.fields["source"]
        if isinstance(choices, forms.ChoiceField):
            choices.choices = [("", _("Any source")), *source_choices(active_only=True)]


@require_safe
@may("assignment.view")
def index(request: Visit) -> HttpResponse:
    archived = request.GET.get("view") == "archived"
    rules = [
        {"rule": rule, "words": rule_words(rule.condition, registry=arrival_facts), "people": _named(rule)}
        for rule in assignment_rule_list(archived=archived)
    ]
    return render(request, "ops/assignment_list.html", {"rules": rules, "archived": archived, "try": TryForm()})


@may("assignment.edit")
def create(request: Visit) -> HttpResponse:
    return _rule_page(request, None)


@may("assignment.edit")
def edit(request: Visit, assignment_rule_id: UUID) -> HttpResponse:
    return _rule_page(request, found(assignment_rule_detail(assignment_rule_id)))


@require_POST
@may("assignment.edit")
def order(request: Visit) -> HttpResponse:
    """All rules in the order as posted; `up` or `down` moves one of them, for those who don't drag."""
    ids = [pk for text in request.POST.getlist("rule") if (pk := _uuid(text)) is not None]
    for name, step in (("up", -1), ("down", 1)):
        moved = _uuid(request.POST.get(name, ""))
        if moved in ids:
            at = ids.index(moved)
            to = min(max(at + step, 0), len(ids) - 1)
            ids[at], ids[to] = ids[to], ids[at]
    order_assignment_rules(ids=ids, by=request.user, now=clock.now())
    return redirect("ops:assignment_list")


@require_POST
@may("assignment.edit")
def switch(request: Visit, assignment_rule_id: UUID) -> HttpResponse:
    rule = found(assignment_rule_detail(assignment_rule_id))
    switch_assignment_rule(rule=rule, active=not rule.active, by=request.user, now=clock.now())
    messages.success(request, _("The rule is off now.") if rule.active else _("The rule is on now."))
    return redirect("ops:assignment_list")


@require_POST
@may("assignment.edit")
def archive(request: Visit, assignment_rule_id: UUID) -> HttpResponse:
    """Put it away, or bring it back, switched off."""
    rule = found(assignment_rule_detail(assignment_rule_id))
    archive_assignment_rule(rule=rule, by=request.user, now=clock.now())
    text = _("Rule “%(name)s” archived.") if rule.archived_at is None else _("Rule “%(name)s” is back, switched off.")
    messages.success(request, text % {"name": rule.name})
    return redirect("ops:assignment_list")


@require_POST
@may("assignment.view")
def try_out(request: Visit) -> HttpResponse:
    """Who would get a lead as it is typed, or one that is there, and why."""
    now, rules = clock.now(), assignment_rules_active()
    lead_id = _uuid(request.POST.get("lead", ""))
    if lead_id is not None:
        shown = who_would_get_lead(found(lead_detail(request.user, lead_id)), rules, now=now)
    else:
        form = TryForm(request.POST)
        if not form.is_valid():
            return render(request, "ops/assignment_tried.html", {"form": form}, status=422)
        said = form.cleaned_data
        asked = Asked(
            source_id=_uuid(said["source"]),
            phone=said["phone"].key if said["phone"] else "",
            city=said["city"],
            attributes={"product": said["product"]} if said["product"] else {},
            company=said["company"],
        )
        shown = who_would_get(asked, rules, now=now)
    return render(request, "ops/assignment_tried.html", {"shown": shown})


@require_POST
@may("assignment.view")
def spread(request: Visit) -> HttpResponse:
    """Where the last hundred leads would have gone by the rules in force, with the one on the form as it is."""
    rules = assignment_rules_active()
    edited = _uuid(request.POST.get("stored", ""))
    if "method" in request.POST:
        rules = _with_edited(request, rules, edited)
    context = {"spread": last_leads_spread(rules, now=clock.now()), "edited": edited}
    return render(request, "ops/assignment_spread.html", context)


def _rule_page(request: Visit, rule: AssignmentRule | None) -> HttpResponse:
    stepping = request.method == "POST" and is_rule_step(request)
    initial: dict[str, Any] = {"method": AssignMethod.TURNS, "or_else": OrElse.NEXT}
    if rule is not None:
        names = ("name", "department", "method", "within_hours", "or_else")
        initial = {name: getattr(rule, name) for name in names}
    if stepping:
        form = AssignmentRuleForm(initial=dict(request.POST.items()))
    else:
        form = AssignmentRuleForm(request.POST or None, initial=initial)
    conditions = ArrivalRuleForm.from_post(request.POST) if request.method == "POST" else _stored(rule)
    people = _people_posted(request) if request.method == "POST" else _people_of(rule)
    if request.method == "POST" and not stepping and form.is_valid() & conditions.is_valid():
        try:
            save_assignment_rule(
                rule=rule,
                **form.cleaned_data,
                condition=conditions.to_json(),
                people=people,
                by=request.user,
                now=clock.now(),
            )
        except ConditionInvalid as invalid:
            conditions.explain(invalid)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Rule saved. It counts from the next lead on."))
            return redirect("ops:assignment_list")
    choices = [(user, people.get(user.pk)) for user in user_list_all() if user.is_active or user.pk in people]
    return form_page(
        request, "ops/assignment_form.html", form, {"rule": conditions, "stored": rule, "choices": choices}
    )


def _with_edited(request: Visit, rules: list[AssignmentRule], edited: UUID | None) -> list[AssignmentRule]:
    """The rules in force, with what the form says in place of the one it is about, or behind them; nothing is saved."""
    form, conditions = AssignmentRuleForm(request.POST), ArrivalRuleForm.from_post(request.POST)
    form.is_valid()
    said = form.cleaned_data
    if conditions.condition() is None or not {"method", "or_else"} <= said.keys():
        return rules
    draft = AssignmentRule(
        name=said.get("name", ""),
        method=said["method"],
        or_else=said["or_else"],
        department=said.get("department"),
        within_hours=said.get("within_hours", False),
        condition=conditions.to_json(),
    )
    if edited is not None:
        draft.pk = edited
    people = _people_posted(request)
    members = [AssignmentMember(rule=draft, user_id=pk, weight=weight) for pk, weight in people.items()]
    vars(draft)["_prefetched_objects_cache"] = {"members": members}
    placed = [draft if each.pk == edited else each for each in rules]
    return placed if draft in placed else [*rules, draft]


def _stored(rule: AssignmentRule | None) -> ArrivalRuleForm:
    form = ArrivalRuleForm.from_stored(rule.condition if rule else {}, Scope.EVENT)
    assert isinstance(form, ArrivalRuleForm)
    return form


def _people_posted(request: Visit) -> dict[UUID, int]:
    people = {}
    for text in request.POST.getlist("person"):
        pk, weight = _uuid(text), request.POST.get(f"{_WEIGHT}{text}", "1")
        if pk is not None:
            people[pk] = min(max(small_count(weight) or 1, 1), 100)
    return people


def _people_of(rule: AssignmentRule | None) -> dict[UUID, int]:
    return {each.user_id: each.weight for each in rule.members.all() if each.named} if rule else {}


def _named(rule: AssignmentRule) -> list[AssignmentMember]:
    return [member for member in rule.members.all() if member.named]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
