"""Fields that the business gives its contacts: set up, per role, and written on a contact's page."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.enums import Role
from contacts.enums import FieldKind, Sight
from contacts.models import CustomField
from contacts.selectors import contact_detail, field_get, field_list
from contacts.services import archive_field, save_field
from scrm.core import clock
from scrm.web.access import Visit, found, may
from scrm.web.ops.replies import form_page, take_errors
from scrm.web.own_fields import save_posted


class CustomFieldForm(forms.Form):
    label = forms.CharField(label=gettext_lazy("Label"), max_length=80)
    label_zh = forms.CharField(label=gettext_lazy("Label in Chinese"), max_length=80, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=FieldKind.choices)
    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=40,
        required=False,
        help_text=gettext_lazy(
            "For the API, rules and messages; it stays whatever the field is called. Empty: made out of the label."
        ),
    )
    choices = forms.CharField(
        label=gettext_lazy("Choices"),
        max_length=20_000,
        required=False,
        help_text=gettext_lazy("One per line."),
        widget=forms.Textarea({"rows": 4}),
    )
    help_text = forms.CharField(label=gettext_lazy("Help"), max_length=200, required=False)
    group = forms.CharField(
        label=gettext_lazy("Group"), max_length=40, required=False, help_text=gettext_lazy("A heading above it.")
    )
    position = forms.IntegerField(label=gettext_lazy("Position"), required=False, min_value=-9999, max_value=9999)
    required = forms.BooleanField(label=gettext_lazy("Required"), required=False)

    def __init__(self, *args: Any, field: CustomField | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if field is not None:
            del self.fields["code"]
        for role, label in Role.choices:
            self.fields[f"role_{role}"] = forms.ChoiceField(
                label=label, choices=Sight.choices, required=False, initial=field.sight_of(role) if field else None
            )

    def said(self) -> dict[str, Any]:
        values = dict(self.cleaned_data)
        values["layout"] = {role: values.pop(f"role_{role}") or Sight.EDITS for role in Role.values}
        values["choices"] = [line.strip() for line in values["choices"].splitlines() if line.strip()]
        values["position"] = values["position"] or 0
        return values


@may("field.edit")
def index(request: Visit) -> HttpResponse:
    form = CustomFieldForm(request.POST or None)
    if _saved(request, form, None):
        return redirect("ops:settings_fields")
    context = {"tab": "fields", "fields": field_list(), "archived": field_list(archived=True), "field": None}
    return form_page(request, "ops/settings_fields.html", form, context)


@may("field.edit")
def edit(request: Visit, field_id: UUID) -> HttpResponse:
    field = found(field_get(field_id))
    said = {name: getattr(field, name) for name in CustomFieldForm.base_fields if name != "choices"}
    said["choices"] = "\n".join(label for _key, label in field.choices)
    form = CustomFieldForm(request.POST or None, field=field, initial=said)
    if _saved(request, form, field):
        return redirect("ops:settings_fields")
    context = {"tab": "fields", "fields": field_list(), "archived": field_list(archived=True), "field": field}
    return form_page(request, "ops/settings_fields.html", form, context)


@require_POST
@may("field.edit")
def archive(request: Visit, field_id: UUID) -> HttpResponse:
    field = found(field_get(field_id))
    archived = request.POST.get("archived") == "yes"
    archive_field(field=field, archived=archived, by=request.user, now=clock.now())
    messages.success(request, _("Archived. What was said is kept.") if archived else _("Shown again."))
    return redirect("ops:settings_fields")


@require_POST
@may("contact.edit")
def of_contact(request: Visit, contact_id: UUID) -> HttpResponse:
    """Write what the fields of one contact hold."""
    contact = found(contact_detail(request.user, contact_id))
    save_posted(request, contact)
    return redirect("ops:contact_detail", contact.pk)


def _saved(request: Visit, form: CustomFieldForm, field: CustomField | None) -> bool:
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        save_field(field=field, by=request.user, now=clock.now(), **form.said())
    except ValidationError as error:
        take_errors(form, error)
        return False
    messages.success(request, _("Field saved."))
    return True
