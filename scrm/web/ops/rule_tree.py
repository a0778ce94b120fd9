"""The parts of a rule on a page: rows and groups within groups, numbered in reading order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from scrm.core.conditions import All, AnyOf, Condition, Leaf, Not, Registry
from scrm.core.conditions.parse import MAX_NODES
from scrm.web.counts import small_count
from scrm.web.ops.rule_rows import Row, row_posted, row_stored

MATCHES = {
    "all": _("all of these are true"),
    "any": _("at least one of these is true"),
    "none": _("none of these is true"),
    "not_all": _("not all of these are true"),
}


@dataclass(slots=True)
class Group:
    """What must hold of its parts."""

    match: str = "all"
    parts: list[Part] = field(default_factory=list)
    error: str = ""
    is_next: bool = False
    """Where a keyboard goes on."""

    @property
    def is_filled(self) -> bool:
        return bool(self.parts) and all(part.is_filled for part in self.parts)

    def to_json(self) -> dict[str, Any]:
        parts = [part.to_json() for part in self.parts]
        match self.match:
            case "none":
                return {"not": {"any": parts}}
            case "not_all":
                return {"not": {"all": parts}}
        return {self.match: parts}


Part = Row | Group


def read_tree(data: QueryDict, registry: Registry) -> Group:
    """The parts as posted: each says how deep it stands, and goes into the last group above it."""
    root = Group(_match(data.get("rule-match")))
    open_groups = [root]
    for index in range(min(_number(data.get("rule-rows")), MAX_NODES)):
        start = f"rule-{index}-"
        depth = min(_number(data.get(f"{start}depth")) or 1, len(open_groups))
        part: Part | None = (
            Group(_match(data.get(f"{start}match")))
            if data.get(f"{start}kind") == "group"
            else row_posted(data, index, registry)
        )
        if part is None:
            continue
        del open_groups[depth:]
        open_groups[-1].parts.append(part)
        if isinstance(part, Group):
            open_groups.append(part)
    return root


def tree_of(condition: Condition) -> Group:
    """A rule as the page shows it: the same for everybody, though not always written the same."""
    part = _part(condition)
    return part if isinstance(part, Group) else Group(parts=[part])


def numbered(root: Group) -> Iterator[tuple[int, int, Part]]:
    """Every part below the root with its number and how deep it stands, in reading order."""
    return ((number, depth, part) for number, (depth, part) in enumerate(_below(root, 1)))


def at_path(root: Group, path: str) -> Part:
    """The part that a problem's path leads to, or the deepest one on the way."""
    here: Part = root
    for step in path.split("."):
        name, _bracket, place = step.partition("[")
        if name not in ("all", "any") or not isinstance(here, Group):
            continue
        number = _number(place.rstrip("]"))
        if number >= len(here.parts):
            break
        here = here.parts[number]
    return here


def _below(group: Group, depth: int) -> Iterator[tuple[int, Part]]:
    for part in group.parts:
        yield depth, part
        if isinstance(part, Group):
            yield from _below(part, depth + 1)


def _part(condition: Condition) -> Part:
    match condition:
        case Leaf():
            return row_stored(condition)
        case All(parts):
            return Group("all", [_part(each) for each in parts])
        case AnyOf(parts):
            return Group("any", [_part(each) for each in parts])
        case Not(All(parts)):
            return Group("not_all", [_part(each) for each in parts])
        case Not(AnyOf(parts)):
            return Group("none", [_part(each) for each in parts])
        case Not(part):
            return Group("none", [_part(part)])


def _match(text: str | None) -> str:
    return text if text in MATCHES else "all"


def _number(text: str | None) -> int:
    return small_count(text) or 0
