"""Rules that name segments: what each stands for, which name which, and the ways that lead back to where they began."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

from audiences.models import Segment, SegmentKind
from scrm.core.conditions import AnyOf, Condition, ConditionInvalid, Fact, Leaf, Scope, Type, facts, parse
from scrm.core.conditions.tree import asked

NAMED: Final = "segments"
"""The fact by which a rule names segments."""
MOST_LEVELS: Final = 5
"""So many segments may name one another in a row."""
MOST_QUESTIONS: Final = 500
"""So many may be asked by one rule and those that it names."""
NOBODY: Final = AnyOf(())

# Who is in a segment whose members no longer follow from a rule. No rule names it: it has no place in the registry.
_KEPT: Final = Fact(
    key="segments.kept",
    label="",
    type=Type.KEYS,
    sql="SELECT m.contact_id, m.segment_id::text FROM audiences_segmentmember m WHERE m.left_at IS NULL",
    oracle=lambda subject, args, now: subject["segments"],
)


@dataclass(frozen=True, slots=True)
class Said:
    """What a segment says."""

    name: str
    kind: str
    condition: Any


@dataclass(frozen=True, slots=True)
class Read:
    """What all segments say, and the rules among them that were read already."""

    said: Mapping[str, Said]
    rules: dict[str, Condition] = field(default_factory=dict)


_read: ContextVar[Read | None] = ContextVar("segments_read", default=None)


@contextmanager
def segments_read() -> Iterator[Mapping[str, Said]]:
    """Read what all segments say once; rules parsed in here ask for none of them again."""
    rows = Segment.objects.order_by().values_list("pk", "name", "kind", "condition")
    read = Read({str(pk): Said(name, kind, condition) for pk, name, kind, condition in rows})
    mark = _read.set(read)
    try:
        yield read.said
    finally:
        _read.reset(mark)


def rule_of(key: str, inside: tuple[str, ...]) -> Condition:
    """What a rule asks that names this segment; of one that is gone, or holds itself, it is nobody."""
    read = _read.get()
    if read is None:
        with segments_read():
            return rule_of(key, inside)
    said = read.said.get(key)
    if said is None or key in inside or len(inside) > MOST_LEVELS:
        return NOBODY
    if key not in read.rules:
        kept = said.kind == SegmentKind.FROZEN
        read.rules[key] = Leaf(_KEPT, "has", key) if kept else _parsed(said, (*inside, key))
    return read.rules[key]


def named_in(condition: Any) -> set[str]:
    """The segments that a stored rule names itself."""
    match condition:
        case {"fact": str(fact), "value": value}:
            if fact != NAMED:
                return set()
            return set(value) if isinstance(value, list) else {value}
        case {"all": list(parts)} | {"any": list(parts)}:
            return set().union(*map(named_in, parts))
        case {"not": part}:
            return named_in(part)
    return set()


def circle(key: str, names: Mapping[str, set[str]]) -> list[str]:
    """The shortest way of segments that name one another from this one back to it; empty where there is none."""
    came_from: dict[str, str] = {}
    todo = [key]
    while todo:
        here = todo.pop(0)
        for each in sorted(names.get(here, ())):
            if each == key:
                way = [here]
                while way[-1] != key:
                    way.append(came_from[way[-1]])
                return [*reversed(way), key]
            if each not in came_from:
                came_from[each] = here
                todo.append(each)
    return []


def above(key: str, names: Mapping[str, set[str]]) -> list[str]:
    """The segments that name this one, and those that name them: each after those it asks. No circle among them."""
    parents = {child: {each for each, below in names.items() if child in below} for child in {*names, key}}
    found = reach(key, parents)
    levels = {each: levels_below(each, names) for each in found}
    return sorted(found, key=lambda each: (levels[each], each))


def reach(key: str, names: Mapping[str, set[str]]) -> set[str]:
    """All that one can get to from here."""
    found: set[str] = set()
    todo = [key]
    while todo:
        new = names.get(todo.pop(), set()) - found
        found |= new
        todo += new
    return found


def levels_below(key: str, names: Mapping[str, set[str]]) -> int:
    """How many segments name one another in a row from this one on, itself included. No circle among them."""
    known: dict[str, int] = {}

    def levels(each: str) -> int:
        if each not in known:
            known[each] = 1 + max(map(levels, names.get(each, ())), default=0)
        return known[each]

    return levels(key)


def is_too_large(condition: Condition) -> bool:
    """Whether it asks too many questions, those of the segments it names included."""
    return len(list(islice(asked(condition), MOST_QUESTIONS + 1))) > MOST_QUESTIONS


def _parsed(said: Said, inside: tuple[str, ...]) -> Condition:
    try:
        rule = parse(said.condition, facts, scope=Scope.CONTACT, stored=True, inside=inside)
    except ConditionInvalid:
        return NOBODY
    return NOBODY if is_too_large(rule) else rule
