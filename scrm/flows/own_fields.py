"""Fields and kinds of identity of the business, as leads that come in may say them."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext

from contacts.custom.kinds import OwnKinds
from contacts.enums import FieldSubject
from contacts.selectors import field_shapes, fields_writable
from contacts.selectors.kinds import own_kinds_coded
from leads.field_readings import OwnField, Shapes
from leads.mapping import FIELD, IDENTITY, InvalidMapping

ARRIVING: Final = (FieldSubject.CONTACT, FieldSubject.LEAD)


def own_fields(role: str = "") -> list[OwnField]:
    """The fields that a role may set, in their order; what comes from another system may set all of them."""
    fields = fields_writable(role, *ARRIVING)
    return [
        OwnField(field.code, tuple(filter(None, (field.name, field.label, field.label_zh, field.code))), field.shape)
        for field in fields
    ]


def shapes_of(said: Mapping[str, str], fields: list[OwnField] | None = None) -> Shapes:
    """What the fields of a mapping hold; InvalidMapping names one that there is not, or that is none of `fields`."""
    if not said:
        return {}
    shapes = field_shapes(said) if fields is None else {each.code: each.shape for each in fields}
    for code, path in said.items():
        if code not in shapes:
            message = gettext("There is no field “%(code)s” that could be written.")
            raise InvalidMapping(path, message % {"code": f"{FIELD}{code}"[:60]})
    return {code: shapes[code] for code in said}


def kinds_of(said: Mapping[str, str], *, kept: bool = False) -> OwnKinds:
    """The kinds of identity that a mapping speaks of; InvalidMapping names one by which nothing comes in.

    One that was archived since the mapping was `kept` is there, to be passed over.
    """
    kinds = {code: kind for code, kind in own_kinds_coded(said).items() if kept or not kind.archived}
    for code, path in said.items():
        if code not in kinds:
            message = gettext("There is no kind of identity “%(code)s”; it may be archived.")
            raise InvalidMapping(path, message % {"code": f"{IDENTITY}{code}"[:60]})
    return {code: kinds[code] for code in said}
