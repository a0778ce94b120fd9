"""Facts that are sets: who has a tag, who stands in a stage. Of these bit strings may be kept beside the truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

# The names of the arguments that are given.
Given = frozenset[str]


@dataclass(frozen=True, slots=True)
class Family:
    """Sets of contacts of one kind, each known by a UUID: those of each tag, those of each owner.

    `rows` SELECTs contact and key of everybody who is in a set, at %(now)s where time matters. Then `turning` SELECTs
    the contacts of whom it says something else at %(now)s than at %(then)s, either of which may be the later, though
    nothing was written. Whatever else changes its answer must be noted by a trigger (`audiences.bit_triggers`).
    """

    name: str
    rows: str
    turning: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """How a fact is read from a family's sets: `keys` SELECTs key and value, for all values that somebody may have.

    A contact has a value when it is in the set of one of its keys. It names arguments as %(name)s; where its shape
    depends on which are given it is a function of their names.
    """

    family: Family
    keys: str | Callable[[Given], str]

    def template(self, given: Given) -> str:
        return self.keys if isinstance(self.keys, str) else self.keys(given)
