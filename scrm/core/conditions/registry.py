"""What a rule may ask about: facts, their arguments, and the registry that rooms fill at start."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import combinations
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from .kept import Given as Given
from .kept import Kept
from .types import OPERATORS, Type

if TYPE_CHECKING:
    from .tree import Condition

# A translatable string, lazy or not: whatever str() turns into words.
Label = Any
Arguments = Mapping[str, Any]
Choices = Callable[[], Iterable[tuple[str, Label]]]
Oracle = Callable[[Any, Arguments, datetime], Any]
StandsFor = Callable[[str, tuple[str, ...]], "Condition"]

PLACEHOLDER = re.compile(r"%\((\w+)\)s")
_STRAY_PERCENT = re.compile(r"%(?!%|\(\w+\)s)")


class Scope(StrEnum):
    """Whom a fact is about: the contact at any time, or the one event being handled."""

    CONTACT = "contact"
    EVENT = "event"


@dataclass(frozen=True, slots=True)
class Argument:
    """One thing a fact can be narrowed by: an event type, a window of days.

    `needs` names another argument that must be given with this one.
    """

    name: str
    label: Label
    type: Type
    required: bool = False
    choices: Choices | None = None
    needs: str = ""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Fact:
    """One thing a rule can ask: in words, in SQL and in memory.

    `sql` is a template. It is a scalar expression over the alias `c`, a row of contacts_contact. With
    `rows`, and always for keys, it is a SELECT of two columns, contact id and value (no NULLs), that
    does not know `c`, so that PostgreSQL may join it; unless keys, one row per contact at most.
    It names `now` and the arguments as %(name)s, which always become parameters. Where its shape
    depends on which arguments are given it is a function of their *names*; no value ever reaches
    it. `wording` likewise.

    `stands_for` makes keys stand for rules of their own, such as segments: it has no SQL, and gives the rule of one
    key, which is asked instead. It is told which keys are being read already, so that no rule holds itself.
    `phrases` says a whole question by its operator (`has_not`: none of a single one); `gone` what a key reads as that
    is no choice any more.
    """

    key: str
    label: Label
    type: Type
    oracle: Oracle
    sql: str | Callable[[Given], str] = ""
    group: Label = ""
    wording: Callable[[Given], Label] | None = None
    arguments: tuple[Argument, ...] = ()
    choices: Choices | None = None
    scope: Scope = Scope.CONTACT
    always_set: bool = False
    rows: bool = False
    stands_for: StandsFor | None = None
    phrases: Mapping[str, Label] = field(default_factory=dict)
    gone: Label = ""
    kept: Kept | None = None
    """From which bit strings it may be read instead, of texts and keys that have values from a list."""
    tally: Fact | None = None
    """Of a count: the same with `rows`, of those alone who have any. Nobody's rule names it."""

    @property
    def has_rows(self) -> bool:
        return self.rows or self.type is Type.KEYS

    @property
    def operators(self) -> tuple[str, ...]:
        allowed = OPERATORS[self.type]
        if self.always_set:
            return tuple(op for op in allowed if op not in ("is_set", "is_not_set"))
        return allowed

    def template(self, given: Given) -> str:
        return self.sql if isinstance(self.sql, str) else self.sql(given)

    def phrase(self, given: Given) -> Label:
        return self.wording(given) if self.wording else self.label

    def argument(self, name: str) -> Argument:
        return next(each for each in self.arguments if each.name == name)


class Registry:
    """The facts that rules may use. Rooms fill the one of the house in their `ready()`."""

    def __init__(self) -> None:
        self._facts: dict[str, Fact] = {}
        self._offers: dict[str, tuple[Callable[[str], Fact | None], Callable[[], Iterable[Fact]]]] = {}

    def register(self, *facts: Fact) -> None:
        for fact in facts:
            if fact.key in self._facts:
                raise ValueError(f"fact {fact.key} is already registered")
            _check(fact)
            self._facts[fact.key] = fact

    def offer(self, prefix: str, find: Callable[[str], Fact | None], listed: Callable[[], Iterable[Fact]]) -> None:
        """Take facts whose keys begin so from data: the one of a key, and those that a rule may newly ask for."""
        self._offers[prefix] = (find, listed)

    def get(self, key: str) -> Fact | None:
        found = self._facts.get(key)
        if found is None:
            finders = (find for prefix, (find, _listed) in self._offers.items() if key.startswith(prefix))
            found = next((fact for find in finders if (fact := find(key)) is not None), None)
        return found

    def __iter__(self) -> Iterator[Fact]:
        yield from self._facts.values()
        for _find, listed in self._offers.values():
            yield from listed()

    @property
    def by_key(self) -> Mapping[str, Fact]:
        """Those that are declared, without what is data."""
        return MappingProxyType(self._facts)


facts = Registry()


def _check(fact: Fact) -> None:
    """Fail at start-up, not in a customer's rule."""
    if fact.scope is Scope.EVENT:
        if fact.sql:
            raise ValueError(f"fact {fact.key} is about an event and can't have SQL")
        return
    if fact.stands_for is not None:
        if fact.sql or fact.type is not Type.KEYS or not fact.always_set or fact.arguments:
            raise ValueError(f"fact {fact.key} stands for rules: keys that are always set, and nothing else")
        return
    for given in _shapes(fact):
        fact.phrase(given)
        template = fact.template(given)
        strangers = set(PLACEHOLDER.findall(template)) - given - {"now"}
        if not template or strangers or _STRAY_PERCENT.search(template.replace("%%", "")):
            raise ValueError(f"fact {fact.key}: bad SQL for {sorted(given)}: {template!r}")


def _shapes(fact: Fact) -> Iterator[Given]:
    """Every set of arguments that the parser lets through."""
    for size in range(len(fact.arguments) + 1):
        for chosen in combinations(fact.arguments, size):
            given = frozenset(each.name for each in chosen)
            needed = {each.needs for each in chosen if each.needs}
            needed |= {each.name for each in fact.arguments if each.required}
            if needed <= given:
                yield given
