"""Tags: the taxonomy with its usage; a tag made, changed, merged, archived."""

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

from accounts.models import User
from accounts.selectors import user_list_offered
from scrm.core import clock
from scrm.flows.tag_rules import tags_merged
from scrm.web.access import Visit, found, may
from scrm.web.ops.filters import offer_rows
from scrm.web.ops.replies import first_message, form_page, take_errors
from tagging.enums import Colour
from tagging.models import Tag, TagGroup
from tagging.selectors import (
    tag_archived_count,
    tag_get,
    tag_group_list,
    tag_list_others,
    tag_tree,
    tag_usage,
)
from tagging.upkeep import archive_tag, create_tag, edit_tag, restore_tag


class TagForm(forms.Form):
    group = forms.ModelChoiceField(TagGroup.objects.none(), label=gettext_lazy("Group"), empty_label=None)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    colour = forms.ChoiceField(label=gettext_lazy("Colour"), choices=Colour.choices)


class TagEditForm(TagForm):
    description = forms.CharField(
        label=gettext_lazy("What it means"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("So that everybody gives it for the same reason."),
    )
    owner = forms.ModelChoiceField(
        User.objects.none(),
        label=gettext_lazy("Who looks after it"),
        required=False,
        empty_label=gettext_lazy("Nobody in particular"),
    )
    lasts_days = forms.IntegerField(
        label=gettext_lazy("Days that it lasts"),
        min_value=1,
        max_value=3650,
        required=False,
        help_text=gettext_lazy("Then it goes by itself, unless it was given once more. Empty: it stays."),
    )


class MergeForm(forms.Form):
    into = forms.ModelChoiceField(Tag.objects.none(), label=gettext_lazy("Into"), empty_label=gettext_lazy("Choose …"))


@may("tag.view")
def tag_list(request: Visit) -> HttpResponse:
    archived = request.GET.get("archived") == "1"
    context = {
        "categories": tag_tree(request.user, clock.now(), archived=archived, sought=request.GET.get("q", "")),
        "archived": archived,
        "archived_count": tag_archived_count(),
        "sought": " ".join(request.GET.get("q", "").split())[:60],
        "section": "tags",
    }
    return render(request, "ops/tag_list.html", context)


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
    names = ("name", "colour", "group", "description", "owner", "lasts_days")
    form = TagEditForm(request.POST or None, initial={name: getattr(tag, name) for name in names})
    offer_rows(form, "group", tag_group_list())
    offer_rows(form, "owner", user_list_offered(request.user, also=tag.owner_id))
    if request.method == "POST" and form.is_valid():
        try:
            edit_tag(tag=tag, **form.cleaned_data, by=request.user, now=clock.now())
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Tag saved."))
            return redirect("ops:tag_list")
    merge = MergeForm(auto_id="merge-%s")
    offer_rows(merge, "into", tag_list_others(tag))
    context = {"heading": tag.name, "action": _("Save"), "tag": tag, "merge": merge, "usage": tag_usage(tag)}
    return form_page(request, "ops/tag_form.html", form, context)


@require_POST
@may("tag.edit")
def tag_merge(request: Visit, tag_id: UUID) -> HttpResponse:
    """Let a tag become another: whoever has it, its rules and its code follow."""
    tag = found(tag_get(tag_id))
    form = MergeForm(request.POST)
    offer_rows(form, "into", tag_list_others(tag))
    if form.is_valid():
        try:
            job = tags_merged(tag, form.cleaned_data["into"], by=request.user, now=clock.now())
            return redirect("ops:tag_run", job.pk)
        except ValidationError as error:
            messages.error(request, first_message(error))
    else:
        messages.error(request, _("Choose the tag that it is to become."))
    return redirect("ops:tag_edit", tag.pk)


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
