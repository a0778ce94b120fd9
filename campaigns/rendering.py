"""Fills a message's variables: one literal pass, no template engine, values never read again. Pure.

`{{contact.name}}` or, where it may be empty, `{{contact.name|"there"}}`.
"""

import re
from collections.abc import Collection, Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

VARIABLES: Final = {
    "contact.name": _("The customer's name"),
    "contact.city": _("The customer's city"),
    "rep.name": _("The name of the representative in charge"),
    "business.name": _("The name of your business"),
    "link": _("The tracked link of the step's material"),
    "withdraw_link": _("The link by which the customer declines further messages"),
}

_VARIABLE = re.compile(r'\{\{\s*([a-z][a-z0-9_.]*)\s*(?:\|\s*"([^"{}]*)"\s*)?\}\}')
_ANY_BRACES = re.compile(r"\{\{.*?\}\}|\{\{|\}\}", re.DOTALL)


def render(text: str, values: Mapping[str, str]) -> str:
    """The text with each variable replaced by its value, or its default where that is empty."""
    return _VARIABLE.sub(lambda found: values.get(found[1]) or found[2] or "", text)


def variables_used(text: str) -> set[str]:
    return {found[1] for found in _VARIABLE.finditer(text)}


FIELD: Final = "contact.field_"
"""Followed by the code of a field of the business."""


def fields_used(*texts: str) -> set[str]:
    """The codes of the fields of the business that these texts speak of."""
    names = (name for text in texts for name in variables_used(text))
    return {name.removeprefix(FIELD) for name in names if name.startswith(FIELD)}


def unknown_variables(text: str, fields: Collection[str] = ()) -> list[str]:
    """What stands in braces and is no variable of ours nor one of these fields, as written, in order."""
    known = {*VARIABLES, *(FIELD + code for code in fields)}
    unknown = []
    for found in _ANY_BRACES.finditer(text):
        variable = _VARIABLE.fullmatch(found[0])
        if variable is None or variable[1] not in known:
            unknown.append(found[0])
    return unknown
