"""How a field of the business is asked on a page, and how its answer is read."""

from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _

from contacts.custom.values import TEXT_MAX, FieldInvalid, Shape, read_field
from contacts.enums import FieldKind

_FEW: Final = 6
"""Up to so many choices stand on the page; more are a list to open."""
_SHORT: Final = 64
_TYPES: Final[dict[FieldKind, dict[str, str]]] = {
    FieldKind.NUMBER: {"inputmode": "decimal", "autocomplete": "off"},
    FieldKind.MONEY: {"inputmode": "decimal", "autocomplete": "off"},
    FieldKind.DATE: {"type": "date"},
    FieldKind.MOMENT: {"type": "datetime-local"},
    FieldKind.LINK: {"type": "url", "inputmode": "url"},
}


def input_for(shape: Shape, *, few: int = _FEW, **said: Any) -> forms.Field:
    """The input of a field; choices are answered by their labels, so that what was sent can be read by people."""
    match shape.kind:
        case FieldKind.CHOICES:
            offered = [(label, label) for _key, label in shape.choices]
            return forms.MultipleChoiceField(**said, choices=offered, widget=forms.CheckboxSelectMultiple)
        case FieldKind.CHOICE | FieldKind.YES_NO:
            labels = [_("Yes"), _("No")] if shape.kind == FieldKind.YES_NO else [label for _key, label in shape.choices]
            offered = [(label, label) for label in labels]
            if len(offered) > few:
                return forms.ChoiceField(**said, choices=[("", _("Choose")), *offered])
            return forms.ChoiceField(**said, choices=offered, widget=forms.RadioSelect)
    most = TEXT_MAX if shape.kind in (FieldKind.TEXT, FieldKind.LINK) else _SHORT
    return forms.CharField(**said, max_length=most, widget=forms.TextInput(_TYPES.get(shape.kind, {})))


def shown_in_input(shape: Shape, value: Any, *, zone: ZoneInfo) -> Any:
    """What stands in the input for a value."""
    if value is None:
        return None
    labels = dict(shape.choices)
    match shape.kind:
        case FieldKind.CHOICE:
            return labels.get(value)
        case FieldKind.CHOICES:
            return [labels[key] for key in value if key in labels]
        case FieldKind.YES_NO:
            return _("Yes") if value else _("No")
        case FieldKind.MOMENT:
            return datetime.fromisoformat(value).astimezone(zone).strftime("%Y-%m-%dT%H:%M")
    return value


def read_answer(shape: Shape, answer: Any, *, zone: ZoneInfo) -> Any:
    """The value of an answer as it is kept; ValidationError says what would do."""
    try:
        return read_field(shape, answer, zone=zone)
    except FieldInvalid as error:
        raise forms.ValidationError(error.message, code=error.code) from error
