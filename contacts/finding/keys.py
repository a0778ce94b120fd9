"""Decides by which keys a name is found: pairs of characters, syllables, initials, three letters of a word. Pure.

`王小` two characters side by side; `~wang` a character's reading; `-wx` the initials of two units side by side;
`smi` three letters of a word, `^sm` the two it begins with.
"""

import itertools
import re
import unicodedata
from collections.abc import Iterator
from typing import Final, NamedTuple

from contacts.finding.sounds import readings

LONGEST: Final = 64
"""So many characters of a name are looked at."""

_HAN: Final = "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
_UNIT: Final = re.compile(f"[{_HAN}]|[^\\W_{_HAN}]+")
_MARKS: Final = ("Mn", "Me")


class Unit(NamedTuple):
    """One Chinese character with its readings, or one word of another script; where it stands in the folded text."""

    text: str
    at: int
    readings: tuple[str, ...] = ()

    @property
    def initials(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each[0] for each in self.readings)) if self.readings else (self.text[0],)


def fold(text: str) -> str:
    """What spellings that differ in case, width or accents have in common."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text)
    if not apart.isalpha():
        apart = "".join(each for each in apart if unicodedata.category(each) not in _MARKS)
    return apart.casefold()


def units_of(folded: str) -> Iterator[Unit]:
    for found in _UNIT.finditer(folded):
        text = found[0]
        yield Unit(text, found.start(), readings(text) if len(text) == 1 and text >= "\u3400" else ())


def keys_of(name: str) -> list[str]:
    """The keys that a name is kept with; none of an empty one."""
    if len(name) <= 4:
        quick = _quick_keys(name)
        if quick is not None:
            return quick
    units = list(units_of(fold(name[:LONGEST])))
    found: dict[str, None] = {}
    for unit in units:
        if unit.readings:
            found |= dict.fromkeys(f"~{each}" for each in unit.readings)
        elif unit.text < "\u3400" or len(unit.text) > 1:
            found |= dict.fromkeys(pieces_of(f"^{unit.text}"))
    for one, other in itertools.pairwise(units):
        if one.readings and other.readings:
            found[one.text + other.text] = None
        found |= dict.fromkeys(pair_of(mine, its) for mine in one.initials for its in other.initials)
    return list(found)


def pieces_of(word: str) -> list[str]:
    """Every three letters side by side, or what there is of less."""
    return [word[at : at + 3] for at in range(len(word) - 2)] or [word]


def pair_of(initial: str, other: str) -> str:
    return f"-{initial}{other}"


# What nearly every character of a name has: one reading, as key and initial.
_SOUNDS: Final[dict[str, tuple[str, str]]] = {}


def _quick_keys(name: str) -> list[str] | None:
    # Most names of a Chinese business: two to four characters of one reading each.
    try:
        sounds = [_SOUNDS[each] for each in name]
    except KeyError:
        if not all(len(readings(each)) == 1 for each in name):
            return None
        _SOUNDS.update((each, (f"~{readings(each)[0]}", readings(each)[0][0])) for each in name)
        return _quick_keys(name)
    found = [key for key, _initial in sounds]
    before, said = "", ""
    for character, (_key, initial) in zip(name, sounds, strict=True):
        if before:
            found += (before + character, f"-{said}{initial}")
        before, said = character, initial
    return found
