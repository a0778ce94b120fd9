"""Fills a message's variables: one literal pass, no template engine, values never read again. Pure.

`{{contact.name}}` or, where it may be empty, `{{contact.name|"there"}}`.
"""

import re
from collections.abc import Mapping
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

_VARIABLE = re.compile(r'\{\{\s*([a-z_.]+)\s*(?:\|\s*"([^"{}]*)"\s*)?\}\}')
_ANY_BRACES = re.compile(r"\{\{.*?\}\}|\{\{|\}\}", re.DOTALL)


def render(text: str, values: Mapping[str, str]) -> str:
    """The text with each variable replaced by its value, or its default where that is empty."""
    return _VARIABLE.sub(lambda found: values.get(found[1]) or found[2] or "", text)


def variables_used(text: str) -> set[str]:
    return {found[1] for found in _VARIABLE.finditer(text)}


def unknown_variables(text: str) -> list[str]:
    """What stands in braces and is no variable of ours, as written, in order."""
    unknown = []
    for found in _ANY_BRACES.finditer(text):
        variable = _VARIABLE.fullmatch(found[0])
        if variable is None or variable[1] not in VARIABLES:
            unknown.append(found[0])
    return unknown
