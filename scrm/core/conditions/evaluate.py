"""A rule decided in memory for one subject: the oracle of the SQL, and the way to ask of events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .plain import Plain, fold, plain
from .registry import Scope
from .tree import All, AnyOf, Condition, Leaf, Not, Use
from .types import WORDS, Type


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was read about one contact (see `compile_values`), beside the event at hand."""

    values: Mapping[Use, Any] = field(default_factory=dict)
    event: Any = None


def evaluate(condition: Condition, subject: Any, now: datetime) -> bool:
    """Whether the rule holds for the subject: a Snapshot, or any object the oracles can read."""
    match condition:
        case All(parts):
            return all(evaluate(part, subject, now) for part in parts)
        case AnyOf(parts):
            return any(evaluate(part, subject, now) for part in parts)
        case Not(part):
            return not evaluate(part, subject, now)
        case Leaf(means=rule) if rule is not None:
            return evaluate(rule, subject, now)
        case Leaf():
            question = plain(condition, now)
            value = _present(condition, _read(condition, subject, now))
            return _holds(question, value) is question.positive


def _read(leaf: Leaf, subject: Any, now: datetime) -> Any:
    if isinstance(subject, Snapshot):
        if leaf.fact.scope is Scope.CONTACT:
            return subject.values[leaf.use]
        subject = {"event": subject.event}
    return leaf.fact.oracle(subject, leaf.use.arguments, now)


def _present(leaf: Leaf, value: Any) -> Any:
    if leaf.fact.type is Type.KEYS:
        return frozenset(value or ())
    return value or None if leaf.fact.type in WORDS else value


def _holds(question: Plain, value: Any) -> bool:
    wanted = question.value
    if isinstance(value, frozenset):
        return _keys_hold(question.op, value, wanted)
    if value is None:
        return False
    match question.op:
        case "is_set":
            return True
        case "is":
            return bool(value == wanted)
        case "in":
            return value in wanted
        case "contains":
            return wanted in fold(value)
        case "lt":
            return bool(value < wanted)
        case "lte":
            return bool(value <= wanted)
        case "gt":
            return bool(value > wanted)
        case "gte":
            return bool(value >= wanted)
        case "between":
            return bool(wanted[0] <= value <= wanted[1])
    raise AssertionError(question.op)


def _keys_hold(op: str, keys: frozenset[str], wanted: Any) -> bool:
    match op:
        case "is_set":
            return bool(keys)
        case "has_any":
            return not keys.isdisjoint(wanted)
        case "has_all":
            return keys.issuperset(wanted)
    raise AssertionError(op)
