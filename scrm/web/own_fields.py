"""What the business notes about contacts, leads and companies: their inputs at the desk and on the phone."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from contacts.enums import FieldKind
from contacts.models import CustomField
from contacts.selectors import FieldShown
from scrm.core import clock
from scrm.web.access import Visit
from scrm.web.own_inputs import input_for, read_answer, shown_in_input
from tenants.selectors import tenant_zone

PREFIX: Final = "field-"
_GONE: Final = "-gone"
"""Behind the name of a sensitive field: what it holds is to be deleted."""


class OwnInputs(forms.Form):
    """A form that asks for fields of the business besides its own."""

    own: Sequence[CustomField] = ()

    def ask_for(self, fields: Sequence[CustomField], held: Mapping[str, Any] | None = None) -> None:
        """Ask for these fields too, each with what it holds; of what is yet to be made with what it begins with."""
        self.own, zone = fields, tenant_zone()
        for field in fields:
            value = field.default if held is None else held.get(field.code)
            initial = shown_in_input(field.shape, value, zone=zone)
            said: dict[str, Any] = {"label": field.name, "help_text": field.help_text, "required": field.required}
            self.fields[PREFIX + field.code] = input_for(field.shape, few=0, **said, initial=initial)
            if field.sealed:
                self.fields[PREFIX + field.code].widget.attrs["autocomplete"] = "off"

    @property
    def own_rows(self) -> list[forms.BoundField]:
        """The inputs of the fields, in their order."""
        return [self[PREFIX + field.code] for field in self.own]

    def clean(self) -> dict[str, Any]:
        cleaned, zone = super().clean() or {}, tenant_zone()
        for field in self.own:
            name = PREFIX + field.code
            try:
                cleaned[name] = read_answer(field.shape, cleaned.get(name), zone=zone)
            except forms.ValidationError as error:
                self.add_error(name, error)
        return cleaned

    @property
    def own_values(self) -> dict[str, Any]:
        """By the codes of the fields, as they are kept; None where nothing was said."""
        return {field.code: self.cleaned_data.get(PREFIX + field.code) for field in self.own}


class OwnFieldsForm(OwnInputs):
    """The fields that its reader changes, each with what it holds."""

    def __init__(self, shown: Sequence[FieldShown], prefix: str = "own") -> None:
        super().__init__(auto_id=f"{prefix}-%s")
        editable = [each for each in shown if each.editable]
        self.ask_for([each.field for each in editable], {each.field.code: each.value for each in editable})
        for each in editable:
            if each.sealed is not None:
                asked = self.fields[PREFIX + each.field.code]
                asked.required, asked.help_text = False, _("Left empty, it stays as it is.")
                asked.widget.attrs["placeholder"] = each.text
                if not each.field.required:
                    gone = forms.BooleanField(label=_("Delete: %(field)s") % {"field": each.field.name}, required=False)
                    self.fields[f"{PREFIX}{each.field.code}{_GONE}"] = gone


def save_posted(request: Visit, shown: Sequence[FieldShown], write: Callable[..., list[str]]) -> None:
    """Write what was entered of the fields shown, or tell of each what is wrong with it."""
    values: dict[str, Any] = {}
    for each in shown:
        name = PREFIX + each.field.code
        if each.editable and each.field.kind == FieldKind.CHOICES:
            values[each.field.code] = request.POST.getlist(name)
        elif each.editable:
            values[each.field.code] = request.POST.get(name, "").replace("\0", "")
            if each.sealed is not None and not values[each.field.code] and name + _GONE not in request.POST:
                del values[each.field.code]
    try:
        write(values=values, role=request.user.role, by=request.user, now=clock.now(), zone=tenant_zone())
        messages.success(request, _("Saved."))
    except ValidationError as error:
        labels = {each.field.code: each.field.name for each in shown}
        for code, words in error.message_dict.items():
            messages.error(request, f"{labels[code]}: {words[0]}" if code in labels else words[0])
