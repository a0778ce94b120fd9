"""Fields of the business: set up, per role, and written on the page of a contact or a lead."""

from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.enums import Role
from contacts.enums import FieldKind, FieldSubject, Sight
from contacts.models import CustomField
from contacts.selectors import contact_detail, field_get, field_list, fields_shown
from contacts.selectors.sealed_fields import sealed_visible
from contacts.services import archive_field, save_field, set_fields
from contacts.services.sealed_fields import reveal_field
from leads.selectors import lead_detail
from leads.services.fields import set_lead_fields
from scrm.core import clock
from scrm.web.access import Visit, found, may
from scrm.web.ops.replies import form_page, take_errors
from scrm.web.own_fields import save_posted
from scrm.web.own_inputs import shown_in_input
from scrm.web.reveals import shown_in_clear
from tenants.selectors import tenant_zone


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
    default = forms.CharField(
        label=gettext_lazy("Default"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("What is made without the field gets this; of several choices with commas."),
    )
    help_text = forms.CharField(label=gettext_lazy("Help"), max_length=200, required=False)
    group = forms.CharField(
        label=gettext_lazy("Group"), max_length=40, required=False, help_text=gettext_lazy("A heading above it.")
    )
    position = forms.IntegerField(label=gettext_lazy("Position"), required=False, min_value=-9999, max_value=9999)
    required = forms.BooleanField(label=gettext_lazy("Required"), required=False)
    sealed = forms.BooleanField(
        label=gettext_lazy("Sensitive"),
        required=False,
        help_text=gettext_lazy(
            "Kept sealed, shown masked; who looks is counted. It can't be sorted or searched by, and this can't be "
            "changed later."
        ),
    )

    def __init__(self, *args: Any, subject: FieldSubject, field: CustomField | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if field is not None:
            del self.fields["code"]
        if field is not None or subject != FieldSubject.CONTACT:
            del self.fields["sealed"]
        if field is not None and field.sealed:
            del self.fields["default"]
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
    asked = request.GET.get("of", "")
    subject = FieldSubject(asked) if asked in FieldSubject.values else FieldSubject.CONTACT
    form = CustomFieldForm(request.POST or None, subject=subject)
    if _saved(request, form, None, subject):
        return _back(subject)
    return _page(request, form, subject, None)


@may("field.edit")
def edit(request: Visit, field_id: UUID) -> HttpResponse:
    field = found(field_get(field_id))
    said = {name: getattr(field, name) for name in CustomFieldForm.base_fields if name not in ("choices", "default")}
    said["choices"] = "\n".join(label for _key, label in field.choices)
    said["default"] = show_default(field)
    form = CustomFieldForm(request.POST or None, subject=FieldSubject(field.subject), field=field, initial=said)
    if _saved(request, form, field, FieldSubject(field.subject)):
        return _back(field.subject)
    return _page(request, form, FieldSubject(field.subject), field)


@require_POST
@may("field.edit")
def archive(request: Visit, field_id: UUID) -> HttpResponse:
    field = found(field_get(field_id))
    archived = request.POST.get("archived") == "yes"
    archive_field(field=field, archived=archived, by=request.user, now=clock.now())
    messages.success(request, _("Archived. What was said is kept.") if archived else _("Shown again."))
    return _back(field.subject)


@require_POST
@may("contact.edit")
def of_contact(request: Visit, contact_id: UUID) -> HttpResponse:
    """Write what the fields of one contact hold."""
    contact = found(contact_detail(request.user, contact_id))
    shown = fields_shown(contact, role=request.user.role, zone=tenant_zone())
    save_posted(request, shown, partial(set_fields, contact_id=contact.pk))
    return redirect("ops:contact_detail", contact.pk)


@require_POST
@may("lead.edit")
def of_lead(request: Visit, lead_id: UUID) -> HttpResponse:
    """Write what the fields of one lead hold."""
    lead = found(lead_detail(request.user, lead_id))
    shown = fields_shown(lead, of=FieldSubject.LEAD, role=request.user.role, zone=tenant_zone())
    save_posted(request, shown, partial(set_lead_fields, lead_id=lead.pk))
    return redirect("ops:lead_detail", lead.pk)


def show_default(field: CustomField) -> str:
    """As it is typed."""
    shown = shown_in_input(field.shape, field.default, zone=tenant_zone())
    return ", ".join(shown) if isinstance(shown, list) else shown or ""


@require_POST
@may("contact.reveal")
def reveal(request: Visit, contact_id: UUID, value_id: UUID) -> HttpResponseBase:
    """Show what a sensitive field holds in clear; who asked is counted and in the audit trail."""
    held = found(sealed_visible(request.user, contact_id, value_id))

    def opened() -> str:
        return reveal_field(held=held, by=request.user, now=clock.now())

    return shown_in_clear(request, opened, "components/revealed.html", {})


def _page(request: Visit, form: CustomFieldForm, subject: FieldSubject, field: CustomField | None) -> HttpResponse:
    context = {
        "tab": "fields",
        "subject": subject,
        "subjects": FieldSubject.choices,
        "fields": field_list(subject),
        "archived": field_list(subject, archived=True),
        "field": field,
    }
    return form_page(request, "ops/settings_fields.html", form, context)


def _back(subject: str) -> HttpResponse:
    """To the fields of the same."""
    return redirect(f"{reverse('ops:settings_fields')}?of={subject}")


def _saved(request: Visit, form: CustomFieldForm, field: CustomField | None, subject: FieldSubject) -> bool:
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        save_field(field=field, subject=subject, by=request.user, now=clock.now(), **form.said())
    except ValidationError as error:
        take_errors(form, error)
        return False
    messages.success(request, _("Field saved."))
    return True
