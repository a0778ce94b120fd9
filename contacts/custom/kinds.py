"""Decides in which form an id of a kind of the business's own is kept, and whether it can be one. Pure."""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from django.utils.translation import gettext

from contacts.enums import IdentityKind, Spelling
from contacts.normalise import EXTERNAL_ID_MAX, ExternalId, InvalidValue, normalise_external_id

PATTERNS_MOST: Final = 5
PATTERN_MAX: Final = 60
RESERVED: Final = frozenset([*IdentityKind.values, "external_id", "wecom_id", "buyer_id", "company", "name", "id"])
"""Words by which something else is meant already."""
_BETWEEN: Final = ","
# One character each and none repeated: a value is compared in as many steps as it has characters.
_CLASSES: Final[Mapping[str, Callable[[str], bool]]] = {
    "#": lambda character: character.isascii() and character.isdigit(),
    "@": str.isalpha,
    "*": str.isalnum,
}


@dataclass(frozen=True, slots=True)
class OwnKind:
    """A kind as values are read by it. `patterns` are what one may look like: # a digit, @ a letter, * either.

    `matches`: who comes in with it is recognised by it; else it is noted, and two with the same are compared by people.
    What stands for one that is `archived` is passed over.
    """

    code: str
    names: tuple[str, ...] = ()
    spelling: Spelling = Spelling.AS_IS
    patterns: tuple[str, ...] = ()
    matches: bool = True
    several: bool = True
    archived: bool = False
    help: str = ""

    @property
    def label(self) -> str:
        return self.names[0] if self.names else self.code


OwnKinds = Mapping[str, OwnKind]
"""Kinds of the business's own by their codes."""
NO_KINDS: Final[OwnKinds] = MappingProxyType({})


def read_own_id(kind: OwnKind, text: str) -> ExternalId:
    """The id as it is kept; InvalidValue says what would do."""
    key = spelt(kind.spelling, normalise_external_id(text).value)
    if not key:
        message = gettext("Nothing of it is a letter or a digit.")
        raise InvalidValue("id_empty", message, gettext("Write the id itself."))
    if len(key) > EXTERNAL_ID_MAX:
        message = gettext("The id is longer than %(limit)s characters.") % {"limit": EXTERNAL_ID_MAX}
        raise InvalidValue("id_too_long", message, gettext("Shorten it."))
    if kind.patterns and not any(_fits(pattern, key) for pattern in kind.patterns):
        message = gettext("It does not look like this: %(kind)s.") % {"kind": kind.label}
        fix = gettext("Write it like %(patterns)s, where # is a digit, @ a letter and * either.")
        raise InvalidValue("id_unlike", message, fix % {"patterns": f"{_BETWEEN} ".join(kind.patterns)})
    return ExternalId(key)


def spelt(spelling: Spelling, text: str) -> str:
    """The text in one spelling; in itself it is the same again."""
    if spelling == Spelling.AS_IS:
        return text
    if spelling == Spelling.DIGITS:
        digits = (unicodedata.decimal(each, None) for each in unicodedata.normalize("NFKC", text))
        return "".join(str(digit) for digit in digits if digit is not None)
    capitals = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).upper())
    if spelling == Spelling.UPPER:
        return " ".join(capitals.split())
    return "".join(filter(str.isalnum, capitals))


def patterns_of(text: str) -> tuple[str, ...]:
    """What was typed with commas between, each once."""
    return tuple(dict.fromkeys(filter(None, (each.strip() for each in text.split(_BETWEEN)))))


def unkept_in(pattern: str, spelling: Spelling) -> str:
    """The first character of a pattern that no value in this spelling holds; empty where each may be."""
    for each in pattern:
        if each == "@" and spelling == Spelling.DIGITS:
            return each
        if each not in _CLASSES and spelt(spelling, each) != each:
            return each
    return ""


def _fits(pattern: str, key: str) -> bool:
    if len(pattern) != len(key):
        return False
    return all(_CLASSES.get(meant, meant.__eq__)(each) for meant, each in zip(pattern, key, strict=True))
