"""Decides what each column of a lead file becomes. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from contacts.enums import ChannelKind, ConsentPurpose

IDENTITY_TARGETS = ("phone", "email", "external_id", "wecom_id")
TEXT_TARGETS = ("source", "origin", "city", "country", "region", "rating", "status")
BOOLEAN_TARGETS = ("converted", "do_not_email", "do_not_call")
CONSENT = "consent:"
"""Before a channel, or a use of data other than messages: whether they agreed to it."""
CONSENT_TARGETS = tuple(
    f"{CONSENT}{code}"
    for code in (*ChannelKind.values, *(each for each in ConsentPurpose.values if each != ConsentPurpose.MARKETING))
)
TARGETS = (
    *("name", "company", *IDENTITY_TARGETS, *TEXT_TARGETS, "timezone", *BOOLEAN_TARGETS),
    *CONSENT_TARGETS,
    *("captured_at", "note", "tags", "ignore"),
)
ATTRIBUTE = "attribute:"
FIELD = "field:"
"""Before the code of a field that the business gave its contacts."""
IDENTITY = "identity:"
"""Before the code of a kind of identity of the business's own."""
FOLDABLE_TARGETS = ("company", *TEXT_TARGETS, "tags")
PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


def is_named(target: str) -> bool:
    """Whether it is an attribute, a field or an identity, with its name behind the colon."""
    return any(target.startswith(kind) and target[len(kind) :].strip() for kind in (ATTRIBUTE, FIELD, IDENTITY))


def is_identity(target: str) -> bool:
    return target in IDENTITY_TARGETS or target.startswith(IDENTITY)


def is_dated(target: str) -> bool:
    """Whether what it holds may be a day, written with the day or the month first."""
    return target == "captured_at" or target.startswith(FIELD)


class InvalidMapping(ValueError):
    """A mapping that can't be used; `path` is where in it, such as `columns.City.to`."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.path = path
        self.message = message


@dataclass(frozen=True, slots=True)
class Column:
    """Where a column goes; `day_order` says how its dates are written: dmy or mdy."""

    to: str
    day_order: str = ""


@dataclass(frozen=True)
class Mapping:
    """What the columns become, which values are made from several, and how they are read."""

    columns: dict[str, Column]
    values: dict[str, str] = field(default_factory=dict)
    empty: frozenset[str] = frozenset()
    fold_case: frozenset[str] = frozenset()

    def as_json(self) -> dict[str, Any]:
        """What `parse_mapping` reads."""
        columns = {
            name: {"to": column.to} | ({"day_order": column.day_order} if column.day_order else {})
            for name, column in self.columns.items()
        }
        values = {target: {"template": template} for target, template in self.values.items()}
        return {
            "columns": columns,
            "values": values,
            "empty": sorted(self.empty),
            "fold_case": sorted(self.fold_case),
        }

    def missing_columns(self, headers: Iterable[str]) -> list[str]:
        """Columns that the mapping speaks of and a file lacks."""
        present = set(headers)
        return [name for name in dict.fromkeys([*self.columns, *self._in_templates]) if name not in present]

    @cached_property
    def identifies(self) -> bool:
        """Whether rows are meant to say who the contact is."""
        targets = {column.to for column in self.columns.values()} | set(self.values)
        return any(map(is_identity, targets))

    @cached_property
    def fields(self) -> dict[str, str]:
        """Fields of the business that the mapping speaks of, by code, each with where it does."""
        return self._named(FIELD)

    @cached_property
    def kinds(self) -> dict[str, str]:
        """The same of kinds of identity of the business's own."""
        return self._named(IDENTITY)

    def _named(self, prefix: str) -> dict[str, str]:
        said = {column.to: f"columns.{name}.to" for name, column in self.columns.items()}
        said |= {target: f"values.{target}" for target in self.values}
        return {target[len(prefix) :]: path for target, path in said.items() if target.startswith(prefix)}

    @cached_property
    def ways(self) -> dict[str, tuple[str, str, str]]:
        return {}

    def way(self, name: str) -> tuple[str, str, str]:
        """Target, attribute's name and day order of a column, said or not; kept, for every row asks."""
        column = self.columns.get(name) or Column("ignore" if name in self._in_templates else ATTRIBUTE + name)
        attribute = column.to[len(ATTRIBUTE) :] if column.to.startswith(ATTRIBUTE) else ""
        way = self.ways[name] = (column.to, attribute, column.day_order)
        return way

    @cached_property
    def _in_templates(self) -> frozenset[str]:
        return frozenset(name for template in self.values.values() for name in PLACEHOLDER.findall(template))
