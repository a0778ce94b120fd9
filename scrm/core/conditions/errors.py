"""What can be wrong with a rule, as data: where, which code, and the values a message names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from reprlib import Repr

_QUOTE = Repr()
_QUOTE.maxstring = _QUOTE.maxother = 60


def gettext_noop(message: str) -> str:
    """Mark a message for the catalogues; `words.explain` looks it up."""
    return message


MESSAGES: dict[str, str] = {
    "not_a_condition": gettext_noop("expected an object with one of all, any, not or fact, got %(got)s"),
    "unknown_field": gettext_noop("unknown field %(got)s; allowed here: %(allowed)s"),
    "missing_field": gettext_noop("missing field %(field)s"),
    "needless_value": gettext_noop("%(op)s takes no value; leave it out"),
    "empty_any": gettext_noop("any of nothing never holds; add at least one condition"),
    "too_deep": gettext_noop("nested deeper than %(limit)s levels; flatten the groups"),
    "too_large": gettext_noop("more than %(limit)s conditions; split the rule"),
    "unknown_fact": gettext_noop("unknown fact %(got)s; known facts: %(allowed)s"),
    "mistyped_fact": gettext_noop("unknown fact %(got)s; did you mean %(suggestion)s?"),
    "event_fact": gettext_noop("%(fact)s belongs to an event, and there is none here; use a fact about the contact"),
    "unknown_op": gettext_noop("%(got)s does not fit %(fact)s; use one of %(allowed)s"),
    "unknown_argument": gettext_noop("%(fact)s has no argument %(got)s; allowed here: %(allowed)s"),
    "missing_argument": gettext_noop("%(fact)s needs the argument %(argument)s"),
    "expected_object": gettext_noop("expected an object, got %(got)s"),
    "expected_list": gettext_noop("expected a list, got %(got)s"),
    "expected_text": gettext_noop("expected text, got %(got)s"),
    "expected_whole_number": gettext_noop("expected a whole number, got %(got)s"),
    "expected_number": gettext_noop("expected a number, got %(got)s"),
    "expected_boolean": gettext_noop("expected true or false, got %(got)s"),
    "expected_moment": gettext_noop(
        "expected a date and time with its zone, such as 2026-03-01T09:30:00+08:00, got %(got)s"
    ),
    "expected_date": gettext_noop("expected a date such as 2026-03-01, got %(got)s"),
    "expected_pair": gettext_noop("expected a list of two values, low and high, got %(got)s"),
    "reversed_pair": gettext_noop("the first value is above the second; swap them"),
    "empty_text": gettext_noop("expected at least one character; to ask for nothing use is_not_set"),
    "long_text": gettext_noop("longer than %(limit)s characters; shorten it"),
    "bad_text": gettext_noop("%(got)s holds a character that can't be stored; remove it"),
    "out_of_range": gettext_noop("expected a number from %(low)s to %(high)s, got %(got)s"),
    "empty_list": gettext_noop("the list is empty; add at least one value"),
    "long_list": gettext_noop("more than %(limit)s values; shorten the list"),
    "unknown_choice": gettext_noop("unknown choice %(got)s; choose one of %(allowed)s"),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, at one place of the rule."""

    path: str
    code: str
    values: dict[str, object] = field(default_factory=dict)

    @property
    def message(self) -> str:
        return MESSAGES[self.code] % self.values

    def __str__(self) -> str:
        return f"{self.path or 'condition'}: {self.message}"


class ConditionInvalid(ValueError):
    """The rule can't be used; `problems` says everything that is wrong with it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(map(str, self.problems)))


class ValueInvalid(ValueError):
    """A value does not fit its type; the parser adds the path."""

    def __init__(self, code: str, **values: object) -> None:
        self.code = code
        self.values = values
        super().__init__(code)


def shown(raw: object) -> str:
    """A value as an error quotes it: recognisable, and never long."""
    text = _QUOTE.repr(raw)
    return text if len(text) <= 60 else text[:57] + "..."


def listed(names: Iterable[object], limit: int = 20) -> str:
    """Names as an error lists them, cut where they would drown the message."""
    found = list(map(str, names))
    return ", ".join([*found[:limit], "..."] if len(found) > limit else found)
