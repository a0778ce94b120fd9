"""Tags: the taxonomy with its usage, and the rules that give tags."""

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

from scrm.core import clock
from scrm.core.conditions import ConditionInvalid, Scope
from scrm.web.access import Visit, found, may
from scrm.web.ops.filters import offer, offer_rows
from scrm.web.ops.replies import form_page, take_errors
from scrm.web.ops.rules import RuleForm, event_type_choices, is_rule_step, rule_words
from tagging.enums import CategoryKind
from tagging.models import Tag, TagCategory, TagGroup, TagRule
from tagging.selectors import (
    tag_archived_count,
    tag_category_list,
    tag_get,
    tag_group_list,
    tag_list_active,
    tag_rule_get,
    tag_rule_list,
    tag_tree,
)
from tagging.upkeep import (
    archive_tag,
    create_category,
    create_group,
    create_tag,
    rename_tag,
    restore_tag,
    save_tag_rule,
    switch_tag_rule,
)

COLOURS = (
    ("gray", gettext_lazy("Gray")),
    ("blue", gettext_lazy("Blue")),
    ("green", gettext_lazy("Green")),
    ("amber", gettext_lazy("Amber")),
    ("red", gettext_lazy("Red")),
    ("violet", gettext_lazy("Violet")),
    ("teal", gettext_lazy("Teal")),
    ("pink", gettext_lazy("Pink")),
)


class CategoryForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=CategoryKind.choices)


class GroupForm(forms.Form):
    category = forms.ModelChoiceField(TagCategory.objects.none(), label=gettext_lazy("Category"), empty_label=None)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    exclusive = forms.BooleanField(
        label=gettext_lazy("A contact has one tag of this group at most"),
        required=False,
        help_text=gettext_lazy("A new tag of the group then replaces the one before."),
    )


class TagForm(forms.Form):
    group = forms.ModelChoiceField(TagGroup.objects.none(), label=gettext_lazy("Group"), empty_label=None)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    colour = forms.ChoiceField(label=gettext_lazy("Colour"), choices=COLOURS)


class RenameForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    colour = forms.ChoiceField(label=gettext_lazy("Colour"), choices=COLOURS)


class TagRuleForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    event_type = forms.ChoiceField(label=gettext_lazy("When this happens"))
    tag = forms.ModelChoiceField(
        Tag.objects.none(), label=gettext_lazy("Give this tag"), empty_label=gettext_lazy("Choose …")
    )
    active = forms.BooleanField(label=gettext_lazy("Active"), required=False, initial=True)


@may("tag.view")
def tag_list(request: Visit) -> HttpResponse:
    archived = request.GET.get("archived") == "1"
    context = {
        "categories": tag_tree(request.user, clock.now(), archived=archived),
        "archived": archived,
        "archived_count": tag_archived_count(),
        "section": "tags",
    }
    return render(request, "ops/tag_list.html", context)


@may("tag.edit")
def tag_category_create(request: Visit) -> HttpResponse:
    form = CategoryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            category = create_category(**form.cleaned_data, by=request.user, now=clock.now())
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Category made. Now give it a group."))
            return redirect(f"{reverse('ops:tag_group_create')}?category={category.pk}")
    return form_page(request, "ops/tag_form.html", form, {"heading": _("New category"), "action": _("Make category")})


@may("tag.edit")
def tag_group_create(request: Visit) -> HttpResponse:
    form = GroupForm(request.POST or None, initial={"category": request.GET.get("category")})
    offer_rows(form, "category", tag_category_list())
    if request.method == "POST" and form.is_valid():
        try:
            group = create_group(**form.cleaned_data, by=request.user, now=clock.now())
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Group made. Now give it tags."))
            return redirect(f"{reverse('ops:tag_create')}?group={group.pk}")
    return form_page(request, "ops/tag_form.html", form, {"heading": _("New group"), "action": _("Make group")})


@may("tag.edit")
def tag_create(request: Visit) -> HttpResponse:
    form = TagForm(request.POST or None, initial={"group": request.GET.get("group"), "colour": "blue"})
    offer_rows(form, "group", tag_group_list())
    if request.method == "POST" and form.is_valid():
        try:
            tag = create_tag(**form.cleaned_data, by=request.user, now=clock.now())
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Tag “%(name)s” made.") % {"name": tag.name})
            if "again" in request.POST:
                return redirect(f"{reverse('ops:tag_create')}?group={tag.group_id}")
            return redirect("ops:tag_list")
    context = {"heading": _("New tag"), "action": _("Make tag"), "again": _("Make tag and another")}
    return form_page(request, "ops/tag_form.html", form, context)


@may("tag.edit")
def tag_edit(request: Visit, tag_id: UUID) -> HttpResponse:
    tag = found(tag_get(tag_id))
    form = RenameForm(request.POST or None, initial={"name": tag.name, "colour": tag.colour})
    if request.method == "POST" and form.is_valid():
        try:
            rename_tag(tag=tag, **form.cleaned_data, by=request.user, now=clock.now())
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Tag saved."))
            return redirect("ops:tag_list")
    return form_page(request, "ops/tag_form.html", form, {"heading": tag.name, "action": _("Save"), "tag": tag})


@require_POST
@may("tag.edit")
def tag_archive(request: Visit, tag_id: UUID) -> HttpResponse:
    tag = found(tag_get(tag_id))
    archive_tag(tag=tag, by=request.user, now=clock.now())
    messages.success(request, _("Tag “%(name)s” archived. Who has it keeps it.") % {"name": tag.name})
    return redirect("ops:tag_list")


@require_POST
@may("tag.edit")
def tag_restore(request: Visit, tag_id: UUID) -> HttpResponse:
    tag = found(tag_get(tag_id))
    restore_tag(tag=tag, by=request.user, now=clock.now())
    messages.success(request, _("Tag “%(name)s” is offered again.") % {"name": tag.name})
    return redirect("ops:tag_list")


@may("tag.view")
def rule_list(request: Visit) -> HttpResponse:
    types = dict(event_type_choices())
    rules = [
        {"rule": rule, "event": types.get(rule.event_type, rule.event_type), "words": rule_words(rule.condition)}
        for rule in tag_rule_list()
    ]
    return render(request, "ops/tag_rule_list.html", {"rules": rules, "section": "rules"})


@may("tag.edit")
def rule_create(request: Visit) -> HttpResponse:
    return _rule_page(request, None)


@may("tag.edit")
def rule_edit(request: Visit, rule_id: UUID) -> HttpResponse:
    return _rule_page(request, found(tag_rule_get(rule_id)))


@require_POST
@may("tag.edit")
def rule_switch(request: Visit, rule_id: UUID) -> HttpResponse:
    rule = found(tag_rule_get(rule_id))
    switch_tag_rule(rule=rule, active=not rule.active, by=request.user, now=clock.now())
    messages.success(request, _("The rule is off now.") if rule.active else _("The rule is on now."))
    return redirect("ops:tag_rule_list")


def _rule_page(request: Visit, rule: TagRule | None) -> HttpResponse:
    initial: dict[str, object] = {"active": True}
    if rule:
        initial = {"name": rule.name, "event_type": rule.event_type, "tag": rule.tag_id, "active": rule.active}
    stepping = request.method == "POST" and is_rule_step(request)
    form = (
        TagRuleForm(initial=dict(request.POST.items()))
        if stepping
        else TagRuleForm(request.POST or None, initial=initial)
    )
    offer(form, "event_type", [("", _("Choose …")), *event_type_choices()])
    offer_rows(form, "tag", tag_list_active())
    if request.method == "POST":
        conditions = RuleForm.from_post(request.POST)
    else:
        conditions = RuleForm.from_stored(rule.condition if rule else {}, Scope.EVENT)
    if request.method == "POST" and not stepping and form.is_valid() & conditions.is_valid():
        try:
            save_tag_rule(
                rule=rule, **form.cleaned_data, condition=conditions.to_json(), by=request.user, now=clock.now()
            )
        except ConditionInvalid as invalid:
            conditions.explain(invalid)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Rule saved. It counts from the next event on."))
            return redirect("ops:tag_rule_list")
    return form_page(request, "ops/tag_rule_form.html", form, {"rule": conditions, "stored": rule})
