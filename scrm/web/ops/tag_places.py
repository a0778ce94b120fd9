"""Where tags stand: categories and groups, made, changed and put in order by dragging or by buttons."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from scrm.core import clock
from scrm.web.access import Visit, found, may
from scrm.web.ops.filters import offer_rows
from scrm.web.ops.replies import form_page, take_errors
from scrm.web.ordering import ordered
from tagging.enums import CategoryKind
from tagging.models import TagCategory
from tagging.selectors import (
    group_list_of_category,
    tag_category_get,
    tag_category_list,
    tag_group_get,
    tag_list_of_group,
)
from tagging.upkeep import create_category, create_group, edit_category, edit_group, order_rows, remove_empty


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


@may("tag.edit")
def category_create(request: Visit) -> HttpResponse:
    form = CategoryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = create_category(**form.cleaned_data, by=request.user, now=clock.now())
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Category made. Now give it a group."))
            return redirect(f"{reverse('ops:tag_group_create')}?category={made.pk}")
    return form_page(request, "ops/tag_form.html", form, {"heading": _("New category"), "action": _("Make category")})


@may("tag.edit")
def category(request: Visit, category_id: UUID) -> HttpResponse:
    row = found(tag_category_get(category_id))
    form = CategoryForm(request.POST or None, initial={"name": row.name, "kind": row.kind})
    if request.method == "POST" and form.is_valid():
        try:
            edit_category(category=row, **form.cleaned_data, by=request.user, now=clock.now())
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Category saved."))
            return redirect("ops:tag_list")
    groups = group_list_of_category(row)
    context: dict[str, Any] = {
        "place": row,
        "rows": groups,
        "order_url": reverse("ops:tag_group_order", args=[row.pk]),
        "remove_url": reverse("ops:tag_category_remove", args=[row.pk]),
        "edit_name": "ops:tag_group_edit",
        "inside": _("Groups"),
        "nothing": _("No groups yet. A group holds the tags that answer one question."),
    }
    return form_page(request, "ops/tag_place.html", form, context)


@may("tag.edit")
def group_create(request: Visit) -> HttpResponse:
    form = GroupForm(request.POST or None, initial={"category": request.GET.get("category")})
    offer_rows(form, "category", tag_category_list())
    if request.method == "POST" and form.is_valid():
        try:
            made = create_group(**form.cleaned_data, by=request.user, now=clock.now())
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Group made. Now give it tags."))
            return redirect(f"{reverse('ops:tag_create')}?group={made.pk}")
    return form_page(request, "ops/tag_form.html", form, {"heading": _("New group"), "action": _("Make group")})


@may("tag.edit")
def group(request: Visit, group_id: UUID) -> HttpResponse:
    row = found(tag_group_get(group_id))
    initial = {"category": row.category_id, "name": row.name, "exclusive": row.exclusive}
    form = GroupForm(request.POST or None, initial=initial)
    offer_rows(form, "category", tag_category_list())
    if request.method == "POST" and form.is_valid():
        try:
            edit_group(group=row, **form.cleaned_data, by=request.user, now=clock.now())
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Group saved."))
            return redirect("ops:tag_list")
    context: dict[str, Any] = {
        "place": row,
        "rows": tag_list_of_group(row),
        "order_url": reverse("ops:tag_order", args=[row.pk]),
        "remove_url": reverse("ops:tag_group_remove", args=[row.pk]),
        "edit_name": "ops:tag_edit",
        "inside": _("Tags"),
        "nothing": _("No tags yet"),
    }
    return form_page(request, "ops/tag_place.html", form, context)


@require_POST
@may("tag.edit")
def group_order(request: Visit, category_id: UUID) -> HttpResponse:
    row = found(tag_category_get(category_id))
    order_rows(rows=ordered(request.POST, group_list_of_category(row)), by=request.user, now=clock.now())
    return redirect("ops:tag_category_edit", row.pk)


@require_POST
@may("tag.edit")
def tag_order(request: Visit, group_id: UUID) -> HttpResponse:
    row = found(tag_group_get(group_id))
    order_rows(rows=ordered(request.POST, tag_list_of_group(row)), by=request.user, now=clock.now())
    return redirect("ops:tag_group_edit", row.pk)


@require_POST
@may("tag.edit")
def category_remove(request: Visit, category_id: UUID) -> HttpResponse:
    row = found(tag_category_get(category_id))
    if remove_empty(row=row, by=request.user, now=clock.now()):
        messages.success(request, _("Category removed."))
        return redirect("ops:tag_list")
    messages.error(request, _("It has groups still: move or remove them first."))
    return redirect("ops:tag_category_edit", row.pk)


@require_POST
@may("tag.edit")
def group_remove(request: Visit, group_id: UUID) -> HttpResponse:
    row = found(tag_group_get(group_id))
    if remove_empty(row=row, by=request.user, now=clock.now()):
        messages.success(request, _("Group removed."))
        return redirect("ops:tag_list")
    messages.error(request, _("It has tags still, archived ones too: move or merge them first."))
    return redirect("ops:tag_group_edit", row.pk)
