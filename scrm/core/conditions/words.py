"""A rule read back in words, through the catalogues: the only file here that knows Django."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import localize
from django.utils.translation import gettext, gettext_lazy, ngettext, pgettext

from .errors import MESSAGES, Problem
from .registry import Argument, Fact, Label
from .tree import All, AnyOf, Condition, Leaf, Not, Use
from .types import SHAPES, Shape, Type

# Whole phrases, so that a language may put the words in its own order.
_PHRASES: dict[str, Label] = {
    "is": gettext_lazy("%(fact)s is %(value)s"),
    "is_not": gettext_lazy("%(fact)s is not %(value)s"),
    "in": gettext_lazy("%(fact)s is one of %(value)s"),
    "not_in": gettext_lazy("%(fact)s is none of %(value)s"),
    "contains": gettext_lazy("%(fact)s contains %(value)s"),
    "gt": gettext_lazy("%(fact)s is more than %(value)s"),
    "gte": gettext_lazy("%(fact)s is at least %(value)s"),
    "lt": gettext_lazy("%(fact)s is less than %(value)s"),
    "lte": gettext_lazy("%(fact)s is at most %(value)s"),
    "between": gettext_lazy("%(fact)s is between %(low)s and %(high)s"),
    "before": gettext_lazy("%(fact)s is before %(value)s"),
    "after": gettext_lazy("%(fact)s is after %(value)s"),
    "has": gettext_lazy("%(fact)s include %(value)s"),
    "has_any": gettext_lazy("%(fact)s include one of %(value)s"),
    "has_all": gettext_lazy("%(fact)s include all of %(value)s"),
    "has_none": gettext_lazy("%(fact)s include none of %(value)s"),
    "is_set": gettext_lazy("%(fact)s is not empty"),
    "is_not_set": gettext_lazy("%(fact)s is empty"),
}

OPERATOR_LABELS: dict[str, Label] = {
    "is": gettext_lazy("is"),
    "is_not": gettext_lazy("is not"),
    "in": gettext_lazy("is one of"),
    "not_in": gettext_lazy("is none of"),
    "contains": gettext_lazy("contains"),
    "gt": gettext_lazy("is more than"),
    "gte": gettext_lazy("is at least"),
    "lt": gettext_lazy("is less than"),
    "lte": gettext_lazy("is at most"),
    "between": gettext_lazy("is between"),
    "before": gettext_lazy("is before"),
    "after": gettext_lazy("is after"),
    "within_last": gettext_lazy("is within the last days"),
    "older_than": gettext_lazy("is more than days ago"),
    "within_next": gettext_lazy("is within the next days"),
    "has": gettext_lazy("include"),
    "has_any": gettext_lazy("include one of"),
    "has_all": gettext_lazy("include all of"),
    "has_none": gettext_lazy("include none of"),
    "is_set": gettext_lazy("is not empty"),
    "is_not_set": gettext_lazy("is empty"),
}


def sentence(condition: Condition) -> str:
    """The rule in the language that is active."""
    match condition:
        case All(()):
            return gettext("no condition")
        case All(parts) | AnyOf(parts):
            clauses = [_clause(part) for part in parts]
            return _every(clauses) if isinstance(condition, All) else _either(clauses)
        case Not(part):
            return gettext("it is not so that %(clause)s") % {"clause": _clause(part)}
        case Leaf():
            return _leaf_phrase(condition)


def explain(problem: Problem) -> str:
    """What is wrong, in the language that is active; the path stays the door's to show."""
    return gettext(MESSAGES[problem.code]) % problem.values


def _clause(part: Condition) -> str:
    text = sentence(part)
    if isinstance(part, All | AnyOf) and len(part.parts) > 1:
        return gettext("(%(clause)s)") % {"clause": text}
    return text


def _every(clauses: list[str]) -> str:
    if len(clauses) == 1:
        return clauses[0]
    return pgettext("conditions", "%(clauses)s and %(last)s") % {
        "clauses": _row(clauses[:-1]),
        "last": clauses[-1],
    }


def _either(clauses: list[str]) -> str:
    if len(clauses) == 1:
        return clauses[0]
    return pgettext("conditions", "%(clauses)s or %(last)s") % {
        "clauses": _row(clauses[:-1]),
        "last": clauses[-1],
    }


def _row(items: list[str]) -> str:
    row = items[0]
    for item in items[1:]:
        row = pgettext("list", "%(items)s, %(next)s") % {"items": row, "next": item}
    return row


def _leaf_phrase(leaf: Leaf) -> str:
    fact = _fact_phrase(leaf.use)
    if SHAPES[leaf.op] is Shape.DAYS:
        return _days_phrase(leaf.op, leaf.value) % {
            "fact": fact,
            "days": localize(leaf.value),
        }
    if leaf.fact.type is Type.BOOLEAN and leaf.op in ("is", "is_not"):
        return _boolean_phrase(leaf) % {"fact": fact}
    values: dict[str, str] = {"fact": fact}
    if SHAPES[leaf.op] is Shape.PAIR:
        values["low"], values["high"] = (_shown(leaf.fact, each) for each in leaf.value)
    elif SHAPES[leaf.op] is Shape.MANY:
        values["value"] = _row([_shown(leaf.fact, each) for each in leaf.value])
    elif SHAPES[leaf.op] is Shape.ONE:
        values["value"] = _shown(leaf.fact, leaf.value)
    return str(_phrase(leaf)) % values


def _phrase(leaf: Leaf) -> Label:
    phrases = leaf.fact.phrases
    if phrases and SHAPES[leaf.op] is Shape.MANY and len(leaf.value) == 1:
        # One of one is that one.
        return phrases.get("has_not" if leaf.op == "has_none" else "has", _PHRASES[leaf.op])
    return phrases.get(leaf.op, _PHRASES[leaf.op])


def _boolean_phrase(leaf: Leaf) -> str:
    if leaf.op == "is":
        return gettext("%(fact)s: yes") if leaf.value else gettext("%(fact)s: no")
    return gettext("%(fact)s: not yes") if leaf.value else gettext("%(fact)s: not no")


def _days_phrase(op: str, days: int) -> str:
    if op == "within_last":
        return ngettext(
            "%(fact)s is within the last %(days)s day",
            "%(fact)s is within the last %(days)s days",
            days,
        )
    if op == "within_next":
        return ngettext(
            "%(fact)s is within the next %(days)s day",
            "%(fact)s is within the next %(days)s days",
            days,
        )
    return ngettext(
        "%(fact)s is more than %(days)s day ago",
        "%(fact)s is more than %(days)s days ago",
        days,
    )


def _fact_phrase(use: Use) -> str:
    template = str(use.fact.phrase(use.given))
    if not use.args:
        return template
    return template % {name: _shown(use.fact.argument(name), value) for name, value in use.args}


def _shown(of: Fact | Argument, value: Any) -> str:
    if of.choices:
        label = next((label for key, label in of.choices() if key == value), None)
        if label is not None:
            return str(label)
        if isinstance(of, Fact) and of.gone:
            return str(of.gone)
    if of.type is Type.TEXT:
        return gettext("“%(text)s”") % {"text": value}
    if isinstance(value, datetime):
        value = timezone.localtime(value)
    return str(localize(value))
