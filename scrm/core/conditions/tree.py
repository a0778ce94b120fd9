"""A rule after parsing: four kinds of frozen nodes, and the ways to walk and write them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .registry import Fact, Given, Scope
from .types import write_value


@dataclass(frozen=True, slots=True)
class Leaf:
    """One question about one fact. `args` is a sorted tuple of pairs, so leaves can be keys.

    `means` is what is asked instead, where the fact's keys stand for rules.
    """

    fact: Fact
    op: str
    value: Any = None
    args: tuple[tuple[str, Any], ...] = ()
    means: Condition | None = None

    @property
    def use(self) -> Use:
        return Use(self.fact, self.args)


@dataclass(frozen=True, slots=True)
class Use:
    """A fact with its arguments: what has to be known about a subject, whatever is asked of it."""

    fact: Fact
    args: tuple[tuple[str, Any], ...] = ()

    @property
    def arguments(self) -> Mapping[str, Any]:
        return dict(self.args)

    @property
    def given(self) -> Given:
        return frozenset(name for name, _ in self.args)


@dataclass(frozen=True, slots=True)
class All:
    """Holds when every part does; with no parts it always holds."""

    parts: tuple[Condition, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Holds when at least one part does."""

    parts: tuple[Condition, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Not:
    """Holds exactly when its part does not."""

    part: Condition


Condition = All | AnyOf | Not | Leaf


def walk(condition: Condition, path: str = "") -> Iterator[tuple[str, Leaf]]:
    """Every leaf with its path, in reading order."""
    match condition:
        case All(parts) | AnyOf(parts):
            name = "all" if isinstance(condition, All) else "any"
            for index, part in enumerate(parts):
                yield from walk(part, join(path, f"{name}[{index}]"))
        case Not(part):
            yield from walk(part, join(path, "not"))
        case Leaf():
            yield path, condition


def asked(condition: Condition) -> Iterator[Leaf]:
    """Every leaf that is asked in the end: of one that stands for rules, theirs."""
    for _, leaf in walk(condition):
        if leaf.means is None:
            yield leaf
        else:
            yield from asked(leaf.means)


def join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def facts_used(condition: Condition) -> frozenset[str]:
    """The keys of the facts that decide this rule, rules that it names included: nothing else can change its answer."""
    named = (leaf.fact.key for _, leaf in walk(condition))
    return frozenset([*named, *(leaf.fact.key for leaf in asked(condition))])


def uses(*conditions: Condition) -> tuple[Use, ...]:
    """What has to be read about a contact: each fact with its arguments, once, in reading order."""
    found = (leaf.use for condition in conditions for leaf in asked(condition))
    return tuple(dict.fromkeys(use for use in found if use.fact.scope is Scope.CONTACT))


def to_json(condition: Condition) -> dict[str, Any]:
    """The canonical JSON form; parsing it gives the same tree."""
    match condition:
        case All(parts):
            return {"all": [to_json(part) for part in parts]}
        case AnyOf(parts):
            return {"any": [to_json(part) for part in parts]}
        case Not(part):
            return {"not": to_json(part)}
        case Leaf(fact, op, value, args):
            written: dict[str, Any] = {"fact": fact.key, "op": op}
            if value is not None:
                written["value"] = write_value(value)
            if args:
                written["args"] = {name: write_value(each) for name, each in args}
            return written
