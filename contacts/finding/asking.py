"""Decides what somebody means who types a part of a name: in which ways its keys can be asked for. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from typing import Final

from contacts.finding.keys import LONGEST, fold, pair_of, pieces_of, units_of
from contacts.finding.sounds import completions, readings, syllables

LAST: Final = "\U0010ffff"
"""Behind every character that a name may go on with."""

_WAYS_MAX: Final = 8
_COMPLETIONS_MAX: Final = 12
_TAIL_MAX: Final = 5
# No syllable begins with these.
_NO_INITIAL: Final = frozenset("iuv")
_LONGEST_SYLLABLE: Final = 6
_SPLITS_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class Way:
    """One way to read a run of letters: keys that all are there, of which one is there, and a text in the name."""

    every: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    holds: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was `typed`: `text` folded, its `runs` of Chinese characters or letters, and how each may be meant.

    All of `meant` must hold, each in one of its ways; nothing is `meant` by single letters alone.
    """

    text: str = ""
    runs: tuple[str, ...] = ()
    meant: tuple[tuple[Way, ...], ...] = field(default=(), repr=False)
    typed: str = ""


def ask(text: str) -> Asked:
    folded = " ".join(fold(text[:LONGEST]).split())
    runs = tuple(_runs(folded))
    meant = tuple(map(_ways, runs))
    # A single letter has no key: it narrows what others find.
    if not any(way.every or way.one_of for ways in meant for way in ways):
        return Asked(folded, runs, typed=text)
    return Asked(folded, runs, meant, text)


def spellings(text: str) -> tuple[str, ...]:
    """How a name that begins with what was typed may be written; none of nothing."""
    return tuple(dict.fromkeys([text, text.lower(), text.capitalize()])) if text else ()


def _runs(folded: str) -> Iterator[str]:
    for spoken, units in groupby(units_of(folded), key=lambda unit: bool(unit.readings)):
        if spoken:
            yield "".join(unit.text for unit in units)
        else:
            yield from (unit.text for unit in units)


def _ways(run: str) -> tuple[Way, ...]:
    if readings(run[0]) and len(run) == 1:
        return (Way(one_of=tuple(f"~{each}" for each in readings(run)), holds=run),)
    if readings(run[0]):
        return (Way(every=tuple(one + other for one, other in pairwise(run))),)
    if len(run) == 1:
        return (Way(holds=run),)
    word = Way(every=tuple(pieces_of(run if len(run) > 2 else f"^{run}")))
    return tuple(dict.fromkeys([word, *_sounds(run)]))[:_WAYS_MAX] if run.isascii() and run.isalpha() else (word,)


def _sounds(run: str) -> Iterator[Way]:
    """The ways to read letters as pinyin: whole syllables, the last one begun, or initials."""
    for said, rest in _split(run):
        before = tuple(f"~{each}" for each in said)
        if not rest:
            yield Way((*before[:-1], *_pairs(said)), tuple(f"~{each}" for each in completions(said[-1])))
            continue
        begun = completions(rest)
        if len(rest) > 1 and 0 < len(begun) <= _COMPLETIONS_MAX:
            yield Way((*before, *_pairs([*said, rest])), tuple(f"~{each}" for each in begun))
        if len(rest) <= _TAIL_MAX and len(said) + len(rest) > 1 and _may_be_initials(rest, alone=not said):
            yield Way((*before, *_pairs([*said, *rest])))


def _split(run: str) -> list[tuple[list[str], str]]:
    """Whole syllables from the beginning and what is left; longer syllables first, no more than make sense."""
    found: list[list[tuple[list[str], str]]] = [[] for _letter in run] + [[([], "")]]
    # From the end: what follows a place is found once, however one came there.
    for at in reversed(range(len(run))):
        for length in range(min(_LONGEST_SYLLABLE, len(run) - at), 0, -1):
            said = run[at : at + length]
            if said in syllables():
                found[at] += [([said, *more], rest) for more, rest in found[at + length]]
        if len(run) - at <= _LONGEST_SYLLABLE:
            found[at].append(([], run[at:]))
        del found[at][_SPLITS_MAX:]
    return found[0]


def _may_be_initials(letters: str, *, alone: bool) -> bool:
    # Words of other scripts have any initial.
    return alone or _NO_INITIAL.isdisjoint(letters)


def _pairs(said: list[str]) -> list[str]:
    return [pair_of(one[0], other[0]) for one, other in pairwise(said)]
