"""Decides what a cell of a file or a pushed value says for a field of the business. Pure."""

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from contacts.custom.values import FieldInvalid, Shape, read_field
from contacts.enums import FieldKind, FieldSubject
from contacts.normalise import InvalidValue
from leads.readings import read_boolean, read_moment

Shapes = Mapping[str, Shape]
"""What the fields hold that a mapping speaks of, by their codes."""
_MONEY_MARKS: Final = "¥$€£元 "
NO_SHAPES: Final[Shapes] = MappingProxyType({})


class OwnField(NamedTuple):
    """A field that a column may become: its code, what it is called, and what it holds."""

    code: str
    names: tuple[str, ...]
    shape: Shape

    @property
    def label(self) -> str:
        """What it is called where fields of contacts and of leads stand together."""
        subject = self.shape.subject
        return self.names[0] if subject is FieldSubject.CONTACT else f"{self.names[0]} · {subject.label}"


def read_said(shape: Shape, text: str, *, zone: ZoneInfo, day_order: str = "") -> Any:
    """The value as it is kept, from how people and programs write it; InvalidValue says what would do."""
    try:
        match shape.kind:
            case FieldKind.YES_NO:
                return read_boolean(text)
            case FieldKind.DATE:
                return read_moment(text, zone=zone, day_order=day_order).astimezone(zone).date().isoformat()
            case FieldKind.MOMENT:
                return read_moment(text, zone=zone, day_order=day_order).isoformat()
            case FieldKind.NUMBER:
                text = unicodedata.normalize("NFKC", text)
            case FieldKind.MONEY:
                text = unicodedata.normalize("NFKC", text).strip(_MONEY_MARKS)
        return read_field(shape, text, zone=zone)
    except FieldInvalid as error:
        raise InvalidValue(error.code, gettext("This field can't hold this."), error.message) from error
