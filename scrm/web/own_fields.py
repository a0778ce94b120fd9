"""What the business notes about a contact: the form of it at the desk and on the phone, and what was entered."""

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from contacts.enums import FieldKind
from contacts.models import Contact
from contacts.selectors import FieldShown, fields_shown
from contacts.services import set_fields
from scrm.core import clock
from scrm.web.access import Visit
from scrm.web.own_inputs import input_for, shown_in_input
from tenants.selectors import tenant_zone

PREFIX: Final = "field-"


class OwnFieldsForm(forms.Form):
    """The fields that its reader changes, each with what it holds."""

    def __init__(self, shown: Sequence[FieldShown]) -> None:
        super().__init__(auto_id="own-%s")
        zone = tenant_zone()
        for each in shown:
            if each.editable:
                shape = each.field.shape
                said: dict[str, Any] = {"label": each.field.name, "help_text": each.field.help_text}
                said |= {"required": each.field.required, "initial": shown_in_input(shape, each.value, zone=zone)}
                self.fields[PREFIX + each.field.code] = input_for(shape, few=0, **said)


def save_posted(request: Visit, contact: Contact) -> None:
    """Write what was entered, or tell of each field what is wrong with it."""
    shown = fields_shown(contact, role=request.user.role, zone=tenant_zone())
    values: dict[str, Any] = {}
    for each in shown:
        name = PREFIX + each.field.code
        if each.editable and each.field.kind == FieldKind.CHOICES:
            values[each.field.code] = request.POST.getlist(name)
        elif each.editable:
            values[each.field.code] = request.POST.get(name, "").replace("\0", "")
    said: dict[str, Any] = {"role": request.user.role, "by": request.user, "now": clock.now(), "zone": tenant_zone()}
    try:
        set_fields(contact_id=contact.pk, values=values, **said)
        messages.success(request, _("Saved."))
    except ValidationError as error:
        labels = {each.field.code: each.field.name for each in shown}
        for code, words in error.message_dict.items():
            messages.error(request, f"{labels.get(code, code)}: {words[0]}")
