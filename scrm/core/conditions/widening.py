"""The same question put so that it is answered for everybody at once, instead of for one contact after the other."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from .plain import plain
from .registry import Fact
from .tree import All, AnyOf, Condition, Leaf, Not


def widened(condition: Condition, now: datetime) -> Condition:
    """Counts asked of their tallies, which hold whoever has one at all: so who has none is whoever is not in them.

    Worth it where many are asked; the same object where nothing changes.
    """
    match condition:
        case All(parts) | AnyOf(parts):
            wide = tuple(widened(part, now) for part in parts)
            same = all(new is old for new, old in zip(wide, parts, strict=True))
            return condition if same else type(condition)(wide)
        case Not(part):
            wide_part = widened(part, now)
            return condition if wide_part is part else Not(wide_part)
        case Leaf(means=rule) if rule is not None:
            wide_rule = widened(rule, now)
            return condition if wide_rule is rule else replace(condition, means=wide_rule)
        case Leaf():
            return _leaf(condition, now)


def _leaf(leaf: Leaf, now: datetime) -> Condition:
    tally = leaf.fact.tally
    if tally is None:
        return leaf
    asked = plain(leaf, now)
    lowest, highest = asked.value if asked.op == "between" else (asked.value, asked.value)
    found: Condition
    if asked.op in ("gt", "gte", "is", "between") and (lowest > 0 or asked.op == "gt"):
        found = Leaf(tally, asked.op, asked.value, leaf.args)
    elif asked.op == "lt" and lowest > 0:
        found = _not_in(tally, "gte", highest, leaf)
    elif asked.op in ("lte", "is", "between"):
        found = _not_in(tally, "gt", highest, leaf)
    else:
        return leaf
    return found if asked.positive else Not(found)


def _not_in(tally: Fact, op: str, bound: object, leaf: Leaf) -> Condition:
    return Not(Leaf(tally, op, bound, leaf.args))
