"""A rule as one SQL predicate over a contact row: names from the facts, values as parameters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .errors import ConditionInvalid, Problem
from .plain import CAPITALS, SMALLS, Plain, plain
from .registry import PLACEHOLDER, Scope
from .tree import All, AnyOf, Condition, Leaf, Not, Use, join, walk
from .types import WORDS, Type


@dataclass(frozen=True, slots=True)
class Sql:
    """Text with %s placeholders, and their values in order."""

    text: str
    params: tuple[Any, ...] = ()


_COMPARISONS = {
    "is": "= %s",
    "in": "= ANY(%s)",
    "has_any": "= ANY(%s)",
    "lt": "< %s",
    "lte": "<= %s",
    "gt": "> %s",
    "gte": ">= %s",
    "between": "BETWEEN %s AND %s",
}


def compile_sql(condition: Condition, now: datetime) -> Sql:
    """The rule for `SELECT c.id FROM contacts_contact c WHERE <text>`.

    Meant for WHERE, where NULL counts as false; to turn a rule round, compile `Not(rule)` rather
    than writing NOT before the text.
    """
    strangers = [
        Problem(join(path, "fact"), "event_fact", {"fact": leaf.fact.key})
        for path, leaf in walk(condition)
        if leaf.fact.scope is Scope.EVENT
    ]
    if strangers:
        raise ConditionInvalid(strangers)
    return _predicate(condition, now, positive=True)


def compile_values(uses: Sequence[Use], now: datetime) -> Sql:
    """A select list, one column per use: reads all facts of many contacts in one statement."""
    return _glue(", ", [_value(use, now) for use in uses])


def _value(use: Use, now: datetime) -> Sql:
    expression = _expression(use, now)
    if not use.fact.has_rows:
        return expression
    array = "ARRAY" if use.fact.type is Type.KEYS else ""
    return _wrap(f"{array}(SELECT k.value FROM (", expression, ") AS k(id, value) WHERE k.id = c.id)")


def _predicate(condition: Condition, now: datetime, *, positive: bool) -> Sql:
    # Negation travels down to the leaves, where missing values are known; comparisons above stay
    # plain, so that indexes serve them.
    match condition:
        case All(parts) | AnyOf(parts):
            every = isinstance(condition, All) is positive
            if not parts:
                return Sql("TRUE" if every else "FALSE")
            found = [_predicate(part, now, positive=positive) for part in parts]
            return _wrap("(", _glue(" AND " if every else " OR ", found), ")")
        case Not(part):
            return _predicate(part, now, positive=not positive)
        case Leaf(means=rule) if rule is not None:
            return _predicate(rule, now, positive=positive)
        case Leaf():
            question = plain(condition, now)
            return _leaf(condition, question, now, positive=question.positive is positive)


def _leaf(leaf: Leaf, question: Plain, now: datetime, *, positive: bool) -> Sql:
    expression = _expression(leaf.use, now)
    never_null = leaf.fact.has_rows or leaf.fact.always_set or leaf.fact.type is Type.COUNT
    if leaf.fact.has_rows:
        found = _rows(leaf, expression, question)
    else:
        found = _comparison(leaf, expression, question)
    if positive:
        return found
    return _wrap("NOT (", found, ")") if never_null else _wrap("(", found, ") IS NOT TRUE")


def _rows(leaf: Leaf, rows: Sql, question: Plain) -> Sql:
    if question.op == "has_all":
        each = [Plain("has_any", [key], positive=True) for key in question.value]
        return _glue(" AND ", [_rows(leaf, rows, question) for question in each])
    # Tied to the contact only in WHERE: so PostgreSQL may turn it into a semi-join.
    tied = _wrap("EXISTS (SELECT 1 FROM (", rows, ") AS k(id, value) WHERE k.id = c.id AND ")
    compared = _comparison(leaf, Sql("k.value"), question)
    return Sql(f"{tied.text}{compared.text})", (*tied.params, *compared.params))


def _comparison(leaf: Leaf, expression: Sql, question: Plain) -> Sql:
    value = question.value
    if question.op == "is_set":
        return _wrap("", expression, " <> ''" if leaf.fact.type in WORDS else " IS NOT NULL")
    if question.op == "contains":
        folded = _wrap("strpos(translate(", expression, ", %s, %s), %s) > 0")
        return Sql(folded.text, (*folded.params, CAPITALS, SMALLS, value))
    params: Iterable[Any] = (value,)
    if question.op in ("in", "has_any"):
        params = (list(value),)
    elif question.op == "between":
        params = value
    return Sql(f"{expression.text} {_COMPARISONS[question.op]}", (*expression.params, *params))


def _expression(use: Use, now: datetime) -> Sql:
    template = use.fact.template(use.given)
    known = {**use.arguments, "now": now}
    params = tuple(known[name] for name in PLACEHOLDER.findall(template))
    text = PLACEHOLDER.sub("%s", template)
    return Sql(text if use.fact.has_rows else f"({text})", params)


def _wrap(before: str, inner: Sql, after: str) -> Sql:
    return Sql(f"{before}{inner.text}{after}", inner.params)


def _glue(between: str, found: Sequence[Sql]) -> Sql:
    params = tuple(param for each in found for param in each.params)
    return Sql(between.join(each.text for each in found), params)
