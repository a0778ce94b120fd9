"""Reads `fields.toml`: what every column holds, and whose a row is. Pure."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

PERSON: Final = "contacts_contact"
TOKEN: Final = "token"


class Mark(StrEnum):
    PERSONAL = "personal"
    PSEUDONYMOUS = "pseudonymous"
    SECRET = "secret"  # nosec B105
    BUSINESS = "business"


class About(StrEnum):
    PERSON = "person"
    STAFF = "staff"
    BUSINESS = "business"


class Rows(StrEnum):
    """What an erasure does with a person's rows."""

    KEEP = "keep"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Way:
    """A row is theirs when its `column` is the `key` of one of their rows in `table`."""

    column: str
    table: str
    key: str


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    about: About
    marks: Mapping[str, Mark]
    of: tuple[Way, ...] = ()
    searched: str = ""
    rows: Rows | None = None
    leaves: Mapping[str, str] = field(default_factory=dict)

    def columns(self, *marks: Mark) -> list[str]:
        return [name for name, mark in self.marks.items() if mark in marks]

    @property
    def emptied(self) -> list[str]:
        """What an erasure empties where the row stays."""
        return self.columns(Mark.PERSONAL, Mark.SECRET)

    @property
    def exported(self) -> list[str]:
        return self.columns(Mark.PERSONAL, Mark.PSEUDONYMOUS)


@dataclass(frozen=True, slots=True)
class Inventory:
    """`tables` in the order of the file; `like` are tables that are read and written through another."""

    tables: Mapping[str, Table]
    like: Mapping[str, str]

    def of_persons(self) -> Iterator[Table]:
        return (table for table in self.tables.values() if table.about is About.PERSON)

    def depth(self, name: str) -> int:
        """How many tables lie between a row and its person; the furthest are erased first."""
        ways = self.tables[name].of
        return max((1 + self.depth(way.table) for way in ways if way.table != name), default=0)


class InventoryWrong(ValueError):
    """The file can't be read; the text says where."""


def parse(text: str) -> Inventory:
    tables: dict[str, Table] = {}
    like: dict[str, str] = {}
    for name, said in tomllib.loads(text).items():
        if "like" in said:
            like[name] = said["like"]
        else:
            tables[name] = _table(name, said)
    return Inventory(tables, like)


def problems(inventory: Inventory, columns: Mapping[str, list[str]]) -> list[str]:
    """What the file lacks or has too much, given the columns of every table that there is."""
    found: list[str] = []
    for name, there in columns.items():
        table = inventory.tables.get(inventory.like.get(name, name))
        if table is None:
            found.append(f"[{name}] is not declared: {' '.join(there)}")
            continue
        missing = [column for column in there if column not in table.marks]
        unknown = [column for column in table.marks if column not in there]
        found += [f"[{name}] does not say what {column} holds" for column in missing]
        found += [f"[{name}] has no column {column}" for column in unknown]
    found += [f"[{name}] is no table" for name in (*inventory.tables, *inventory.like) if name not in columns]
    for table in inventory.tables.values():
        found += _inner_problems(table, inventory)
    return found


def _inner_problems(table: Table, inventory: Inventory) -> Iterator[str]:
    of_person = table.about is About.PERSON
    if of_person != (table.rows is not None):
        yield f"[{table.name}] says what an erasure does with rows that are no person's, or does not say it"
    if of_person and not (table.of or table.searched):
        yield f"[{table.name}] does not say how a row is told to be a person's"
    if table.about is About.BUSINESS and table.columns(Mark.PERSONAL):
        yield f"[{table.name}] is about nobody and holds personal data"
    for way in table.of:
        target = inventory.tables.get(way.table)
        if target is None or way.key not in target.marks or target.about is not About.PERSON:
            yield f"[{table.name}] leads to {way.table}.{way.key}, which is no person's"
    for column in (*table.leaves, *(way.column for way in table.of), *filter(None, [table.searched])):
        if column not in table.marks:
            yield f"[{table.name}] has no column {column}"
    for column, left in table.leaves.items():
        if left != TOKEN or column not in table.emptied:
            yield f"[{table.name}] leaves {left!r} in {column}"


def _table(name: str, said: Mapping[str, Any]) -> Table:
    marks: dict[str, Mark] = {}
    for mark in Mark:
        for column in said.get(mark, "").split():
            if column in marks:
                raise InventoryWrong(f"[{name}] says twice what {column} holds")
            marks[column] = mark
    unknown = set(said) - {*Mark, "about", "of", "searched", "rows", "leaves"}
    if unknown:
        raise InventoryWrong(f"[{name}] says {sorted(unknown)[0]!r}")
    return Table(
        name=name,
        about=About(said["about"]),
        marks=marks,
        of=tuple(_way(name, each) for each in said.get("of", [])),
        searched=said.get("searched", ""),
        rows=Rows(said["rows"]) if "rows" in said else None,
        leaves=dict(said.get("leaves", {})),
    )


def _way(name: str, text: str) -> Way:
    column, _in, target = text.partition(" in ")
    table, _dot, key = target.partition(".")
    if not (column and table and key):
        raise InventoryWrong(f"[{name}] can't be read: {text!r}")
    return Way(column, table, key)


FIELDS: Final = parse((Path(__file__).parent / "fields.toml").read_text(encoding="utf-8"))
