"""Decides whether a name is what was asked for, how well, and which of its characters show it. Pure."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from contacts.finding.asking import Asked
from contacts.finding.keys import Unit, fold, units_of
from contacts.finding.sounds import readings


class Rank(IntEnum):
    """How well, the best first."""

    SAME = 0
    WHOLE = 1
    BEGINNING = 2
    PART = 3


@dataclass(frozen=True, slots=True)
class NameMatch:
    """`shown` are the places in the name, from and to, that were asked for."""

    rank: Rank
    shown: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class _Place:
    """Units from `first` to before `end`; `begin` and `stop` are places in the folded name; `whole` to their ends."""

    first: int
    end: int
    begin: int
    stop: int
    whole: bool = True


_Seen = dict[tuple[int, int], tuple[int, bool] | None]
"""What came of reading so many letters from a unit on: each is tried once, for the ways to them double."""


def match_name(name: str, asked: Asked) -> NameMatch | None:
    """How a name matches; None when it does not."""
    folds = [fold(each) for each in name]
    places = [place for place, said in enumerate(folds) for _each in said]
    folded = "".join(folds)
    if folded == asked.text:
        return NameMatch(Rank.SAME, ((0, len(name)),))
    units = list(units_of(folded))
    found = [_place_of(run, units) for run in asked.runs]
    if not found or None in found:
        return None
    sure = [place for place in found if place is not None]
    covered = {unit for place in sure for unit in range(place.first, place.end)}
    if len(covered) == len(units) and all(place.whole for place in sure):
        rank = Rank.WHOLE
    else:
        rank = Rank.BEGINNING if sure[0].begin == 0 else Rank.PART
    spans = sorted((places[place.begin], places[place.stop - 1] + 1) for place in sure)
    return NameMatch(rank, tuple(dict.fromkeys(spans)))


def _place_of(run: str, units: list[Unit]) -> _Place | None:
    if readings(run[0]):
        return _characters(run, units)
    return _word(run, units) or _sound(run, units)


def _characters(run: str, units: list[Unit]) -> _Place | None:
    for first in range(len(units) - len(run) + 1):
        meant = units[first : first + len(run)]
        if "".join(unit.text for unit in meant) == run and all(unit.readings for unit in meant):
            return _between(units, first, first + len(run))
    return None


def _word(run: str, units: list[Unit]) -> _Place | None:
    found = []
    for first, unit in enumerate(units):
        at = -1 if unit.readings else unit.text.find(run)
        if at >= 0:
            begin = unit.at + at
            found.append(_Place(first, first + 1, begin, begin + len(run), len(run) == len(unit.text)))
    return min(found, key=lambda place: (place.begin != units[place.first].at, place.first), default=None)


def _sound(run: str, units: list[Unit]) -> _Place | None:
    seen: _Seen = {}
    for first in range(len(units)):
        read = _read(run, units, first, seen)
        if read is not None and read[0] > first:
            return _between(units, first, read[0], whole=read[1])
    return None


def _read(run: str, units: list[Unit], at: int, seen: _Seen) -> tuple[int, bool] | None:
    """Behind which unit the letters end that are read from `at` on, and whether the last is said whole."""
    key = (len(run), at)
    if key not in seen:
        seen[key] = _read_anew(run, units, at, seen)
    return seen[key]


def _read_anew(run: str, units: list[Unit], at: int, seen: _Seen) -> tuple[int, bool] | None:
    if not run:
        return at, True
    if at == len(units):
        return None
    for said in units[at].readings:
        if run.startswith(said):
            found = _read(run[len(said) :], units, at + 1, seen)
            if found is not None:
                return found
    for said in units[at].readings:
        if said.startswith(run):
            return at + 1, len(run) == 1 or said == run
    return _read(run[1:], units, at + 1, seen) if run[0] in units[at].initials else None


def _between(units: list[Unit], first: int, end: int, *, whole: bool = True) -> _Place:
    last = units[end - 1]
    stop: Final = last.at + len(last.text)
    return _Place(first, end, units[first].at, stop, whole)
