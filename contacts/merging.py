"""Decides what becomes of the rows of a contact that is folded into another, and how they come back. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

Key = int | str
"""A primary key as JSON holds it."""


@dataclass(frozen=True, slots=True)
class Follow:
    """The rows go along: the survivor may have any number of them."""


@dataclass(frozen=True, slots=True)
class OneStays:
    """A person has one row per `key`: the survivor's stays and the folded one's is set aside.

    `key`, `where` (the rows that this is about) and `better` are SQL: the first two of one row `{row}`, `better` of the
    folded contact's row `f` and the survivor's `s`. Where it holds, the survivor's row takes over the columns `takes`.
    """

    key: str
    where: str = "true"
    better: str = "false"
    takes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Numbered:
    """A person's rows per `key` are numbered: where both have some, the folded contact's come after."""

    key: str
    number: str


@dataclass(frozen=True, slots=True)
class Marked:
    """Of two rows per `key` that `where` is about, one stops counting: its `column` becomes `value`.

    It is the one whose `later` is later; without one, the folded contact's.
    """

    key: str
    column: str
    value: Any
    where: str = "true"
    later: str = ""


@dataclass(frozen=True, slots=True)
class Paired:
    """Rows about two contacts: one about both of these is set aside, and so is one like which the survivor has another.

    `better` and `takes` are as with `OneStays`.
    """

    other: str
    better: str = "false"
    takes: tuple[str, ...] = ()


Rule = Follow | OneStays | Numbered | Marked | Paired


@dataclass(slots=True)
class Record:
    """What a merge did, so that it can be taken back. Rows and values are JSON as PostgreSQL writes it.

    `moved`: table and column, and the keys of rows that went along. `changed`: table, key, and the values before and
    after. `removed`: table and the whole row. `added`: table and key. `others` is what further rooms note.
    """

    moved: list[tuple[str, str, list[Key]]] = field(default_factory=list)
    changed: list[tuple[str, Key, str, str]] = field(default_factory=list)
    removed: list[tuple[str, str]] = field(default_factory=list)
    added: list[tuple[str, Key]] = field(default_factory=list)
    others: dict[str, Any] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """How many rows went along."""
        return sum(len(keys) for _table, _column, keys in self.moved)

    def as_bytes(self) -> bytes:
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":")).encode()


def read_record(data: bytes) -> Record:
    said = json.loads(data)
    return Record(
        moved=[(table, column, keys) for table, column, keys in said["moved"]],
        changed=[(table, key, before, after) for table, key, before, after in said["changed"]],
        removed=[(table, row) for table, row in said["removed"]],
        added=[(table, key) for table, key in said["added"]],
        others=said["others"],
    )


SURVIVOR: Final = "survivor"
FOLDED: Final = "folded"
BOTH: Final = "both"


def chosen_values(
    survivor: Mapping[str, Any],
    folded: Mapping[str, Any],
    choices: Mapping[str, str],
    joined: Sequence[str] = ("note",),
) -> dict[str, Any]:
    """The values that the survivor ends up with, of those that become other than they were.

    A choice per name is `survivor`, `folded` or, for texts that can be joined and for sets of values, `both`. Without
    one the survivor keeps what it has, gets what it lacks, and texts that can be joined are.
    """
    ends: dict[str, Any] = {}
    for name, own in survivor.items():
        other = folded[name]
        choice = choices.get(name)
        mixed = name in joined or isinstance(own, dict)
        if choice is None:
            choice = BOTH if mixed else SURVIVOR if own not in (None, "") else FOLDED
        if choice == BOTH and mixed:
            value = _joined(own, other)
        else:
            value = other if choice == FOLDED else own
        if value != own:
            ends[name] = value
    return ends


def _joined(own: Any, other: Any) -> Any:
    if isinstance(own, dict):
        return {**(other or {}), **{name: value for name, value in own.items() if value not in (None, "", [])}}
    return own if not other or other in own else "\n".join(filter(None, [own, other]))
