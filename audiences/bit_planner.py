"""Decides what of a rule bit strings can answer, and what has to be asked of those they leave. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from scrm.core.conditions import All, AnyOf, Condition, Leaf, Not, Use
from scrm.core.conditions.plain import plain

_OF_SETS: Final = frozenset({"is", "in", "has_any", "has_all", "is_set"})


@dataclass(frozen=True, slots=True)
class Holders:
    """Everybody who has one of the values of a fact; of any value when None."""

    use: Use
    values: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Joined:
    """Those in each of the parts, or in any."""

    parts: tuple["Sets", ...]
    every: bool


@dataclass(frozen=True, slots=True)
class Others:
    """Everybody else."""

    of: "Sets"


Sets = Holders | Joined | Others


@dataclass(frozen=True, slots=True)
class Plan:
    """Who matches is in `sets`, None for everybody, and `rest` holds for them; None when nothing is left to ask."""

    sets: Sets | None
    rest: Condition | None


def plan(condition: Condition, now: datetime) -> Plan:
    sets, exact = _bound(condition, now, positive=True)
    return Plan(sets, None if exact else _rest(condition, now))


def _bound(condition: Condition, now: datetime, *, positive: bool) -> tuple[Sets | None, bool]:
    """Sets that nobody who matches is outside of, and whether all who are inside match."""
    match condition:
        case Not(part):
            return _bound(part, now, positive=not positive)
        case Leaf(means=rule) if rule is not None:
            return _bound(rule, now, positive=positive)
        case Leaf():
            return _leaf(condition, now, positive=positive)
        case All(parts) | AnyOf(parts):
            every = isinstance(condition, All) is positive
            return _joined([_bound(part, now, positive=positive) for part in parts], every=every)


def _joined(bounds: Sequence[tuple[Sets | None, bool]], *, every: bool) -> tuple[Sets | None, bool]:
    exact = all(is_exact for _sets, is_exact in bounds)
    known = [sets for sets, _exact in bounds if sets is not None]
    if every:
        return (_of(known, every=True) if known else None), exact
    # One part that may hold for anybody leaves everybody in.
    if not bounds or len(known) < len(bounds):
        return None, exact and bool(bounds)
    return _of(known, every=False), exact


def _of(parts: Sequence[Sets], *, every: bool) -> Sets:
    return parts[0] if len(parts) == 1 else Joined(tuple(parts), every)


def _leaf(leaf: Leaf, now: datetime, *, positive: bool) -> tuple[Sets | None, bool]:
    asked = plain(leaf, now)
    if leaf.fact.kept is None or asked.op not in _OF_SETS:
        return None, False
    sets: Sets
    match asked.op:
        case "is_set":
            sets = Holders(leaf.use, None)
        case "has_all":
            sets = _of([Holders(leaf.use, (key,)) for key in asked.value], every=True)
        case "is":
            sets = Holders(leaf.use, (asked.value,))
        case _:
            sets = Holders(leaf.use, tuple(asked.value))
    return (sets if asked.positive is positive else Others(sets)), True


def _rest(condition: Condition, now: datetime) -> Condition:
    """What the sets leave open: of parts that all must hold, those that they don't settle."""
    if not isinstance(condition, All):
        return condition
    open_parts = [part for part in condition.parts if not _bound(part, now, positive=True)[1]]
    return All(tuple(_rest(part, now) for part in open_parts))
