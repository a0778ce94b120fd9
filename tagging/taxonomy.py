"""What a taxonomy says, tag by tag, and what it takes to make one say what another does. Pure."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tagging.enums import Act

FORMAT: Final = "scrm.taxonomy"


@dataclass(frozen=True, slots=True)
class Line:
    """A tag in its place; without a name, a group that has none yet. Without a code it is known by its name there."""

    category: str
    kind: str
    group: str
    exclusive: bool = False
    code: str = ""
    name: str = ""
    colour: str = "gray"
    description: str = ""
    archived: bool = False

    @property
    def place(self) -> tuple[str, str]:
        return self.category, self.group


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, with the line that asks for it; `code` is that of a tag that is there already."""

    act: Act
    line: Line
    code: str = ""
    before: str = ""
    after: str = ""


@dataclass(slots=True)
class _Known:
    """The taxonomy as it will be after the steps so far."""

    categories: set[str] = field(default_factory=set)
    groups: dict[tuple[str, str], bool] = field(default_factory=dict)
    tags: dict[str, Line] = field(default_factory=dict)
    names: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def take(self, line: Line, code: str) -> None:
        self.tags[code] = line
        self.names[*line.place, line.name] = code

    def forget(self, code: str) -> None:
        line = self.tags.pop(code)
        del self.names[*line.place, line.name]


def steps_between(known: Iterable[Line], wanted: Sequence[Line]) -> list[Step]:
    """What to do so that all that is wanted is there; nothing that is known goes away, and done twice it is nothing."""
    state = _Known()
    for line in known:
        state.categories.add(line.category)
        if line.group:
            state.groups[line.place] = line.exclusive
        if line.name:
            state.take(line, line.code)
    steps: list[Step] = []
    for line in wanted:
        steps += _place(line, state)
    waiting = [(number, line) for number, line in enumerate(wanted) if line.name]
    claimed = {line.code for line in wanted if line.code}
    while waiting:
        # A name that one tag gives up is free for the next.
        left = []
        for number, line in waiting:
            found = _tag(line, state, number, claimed)
            if found is None:
                left.append((number, line))
            else:
                steps += found
        if len(left) == len(waiting):
            return steps + [Step(Act.TAKEN, line, line.code, after=line.name) for _number, line in left]
        waiting = left
    return steps


def _place(line: Line, state: _Known) -> list[Step]:
    steps = []
    if line.category not in state.categories:
        state.categories.add(line.category)
        steps.append(Step(Act.CATEGORY, line, after=line.category))
    if not line.group:
        return steps
    alone = state.groups.get(line.place)
    if alone is None:
        steps.append(Step(Act.GROUP, line, after=line.group))
    elif alone != line.exclusive:
        steps.append(Step(Act.ALONE, line, before=_alone(alone), after=_alone(line.exclusive)))
    state.groups[line.place] = line.exclusive
    return steps


def _tag(line: Line, state: _Known, number: int, claimed: Collection[str]) -> list[Step] | None:
    """None while another tag has the name in that group."""
    holder = state.names.get((*line.place, line.name), "")
    code = line.code if line.code in state.tags else holder
    if not code:
        # A place of its own among those that are there, also where it has no code yet.
        state.take(line, line.code or f"\0{number}")
        return [Step(Act.TAG, line, after=line.name)]
    if holder not in ("", code) or (code != line.code and code in claimed):
        return None
    before = state.tags[code]
    state.forget(code)
    state.take(line, code)
    told = [
        (Act.MOVE, " › ".join(before.place), " › ".join(line.place)),
        (Act.RENAME, before.name, line.name),
        (Act.COLOUR, before.colour, line.colour),
        (Act.DESCRIBE, before.description, line.description),
    ]
    steps = [Step(act, line, code, was, becomes) for act, was, becomes in told if was != becomes]
    return [*steps, Step(Act.RESTORE, line, code, after=line.name)] if before.archived else steps


def _alone(exclusive: bool) -> str:
    return "one" if exclusive else "several"


def as_tree(lines: Iterable[Line]) -> dict[str, Any]:
    """The taxonomy as a file of JSON holds it."""
    categories: dict[str, dict[str, Any]] = {}
    groups: dict[tuple[str, str], dict[str, Any]] = {}
    for line in lines:
        if line.category not in categories:
            categories[line.category] = {"name": line.category, "kind": line.kind, "groups": []}
        if line.group and line.place not in groups:
            groups[line.place] = {"name": line.group, "exclusive": line.exclusive, "tags": []}
            categories[line.category]["groups"].append(groups[line.place])
        if line.name:
            tag = {"code": line.code, "name": line.name, "colour": line.colour, "description": line.description}
            groups[line.place]["tags"].append(tag)
    return {"format": FORMAT, "version": 1, "categories": list(categories.values())}
