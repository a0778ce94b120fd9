"""Decides what each column of a lead file becomes, and turns a row into a lead's input or its problems."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext

from contacts.normalise import (
    InvalidValue,
    normalise_email,
    normalise_external_id,
    normalise_name,
    normalise_phone,
)
from exchange.problems import Problem
from exchange.reader import SHOWN_CHARACTERS, Row
from leads.readings import (
    DAY_ORDERS,
    at_most,
    read_attribute,
    read_boolean,
    read_moment,
    read_note,
    read_rating,
    read_status,
    read_tags,
    read_text,
)

IDENTITY_TARGETS = ("phone", "email", "external_id", "wecom_id")
TEXT_TARGETS = ("source", "origin", "city", "country", "region", "rating", "status")
BOOLEAN_TARGETS = ("converted", "do_not_email", "do_not_call")
TARGETS = (
    *("name", "company", *IDENTITY_TARGETS, *TEXT_TARGETS, "timezone", *BOOLEAN_TARGETS),
    *("captured_at", "note", "tags", "ignore"),
)
ATTRIBUTE = "attribute:"
FOLDABLE_TARGETS = ("company", *TEXT_TARGETS, "tags")

# As long as the columns that keep them.
LONGEST = {"name": 120, "company": 200, "city": 80, "country": 80, "source": 80, "origin": 80, "timezone": 64}

# One person has two phones, and remarks stand in two columns; a name stands in one.
_REPEATABLE_TARGETS = frozenset([*IDENTITY_TARGETS, "note", "tags", "ignore"])
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")

Spellings = dict[tuple[str, str], str]


class InvalidMapping(ValueError):
    """A mapping that can't be used; `path` is where in it, such as `columns.City.to`."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.path = path
        self.message = message


@dataclass(frozen=True, slots=True)
class IdentityInput:
    """One way to recognise the contact: `value` to keep and `key` to compare."""

    kind: str
    value: str
    key: str


@dataclass(slots=True)
class LeadInput:
    """What one row says about one enquiry."""

    row: int
    name: str = ""
    company: str = ""
    identities: tuple[IdentityInput, ...] = ()
    source: str = ""
    origin: str = ""
    city: str = ""
    country: str = ""
    region: str = ""
    timezone: str = ""
    status: str = ""
    rating: str = ""
    converted: bool | None = None
    do_not_email: bool = False
    do_not_call: bool = False
    captured_at: datetime | None = None
    note: str = ""
    tags: list[str] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)


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
        return not targets.isdisjoint(IDENTITY_TARGETS)

    @cached_property
    def _ways(self) -> dict[str, tuple[str, str, str]]:
        return {}

    def _way(self, name: str) -> tuple[str, str, str]:
        """Target, attribute's name and day order of a column, said or not; kept, for every row asks."""
        column = self.columns.get(name) or Column("ignore" if name in self._in_templates else ATTRIBUTE + name)
        attribute = column.to[len(ATTRIBUTE) :] if column.to.startswith(ATTRIBUTE) else ""
        way = self._ways[name] = (column.to, attribute, column.day_order)
        return way

    @cached_property
    def _in_templates(self) -> frozenset[str]:
        return frozenset(name for template in self.values.values() for name in _PLACEHOLDER.findall(template))


def fold_case(text: str) -> str:
    """What spellings that differ in case, width or spaces have in common."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


_folded = lru_cache(maxsize=4_096)(fold_case)


def parse_mapping(data: object) -> Mapping:
    """A mapping from its JSON form."""
    top = _object(data, "", ("columns", "values", "empty", "fold_case"))
    columns = {
        name: _column(raw, f"columns.{name}") for name, raw in _object(top.get("columns", {}), "columns").items()
    }
    values = {}
    for target, raw in _object(top.get("values", {}), "values").items():
        path = f"values.{target}"
        _check_target(target, path)
        values[target] = _text(_object(raw, path, ("template",)).get("template"), f"{path}.template")
    taken: set[str] = set()
    for path, target in [
        *((f"columns.{name}.to", column.to) for name, column in columns.items()),
        *((f"values.{target}", target) for target in values),
    ]:
        if target in taken and target not in _REPEATABLE_TARGETS:
            raise InvalidMapping(path, gettext("%(target)s has a column already.") % {"target": target})
        taken.add(target)
    folded = frozenset(_texts(top.get("fold_case", []), "fold_case"))
    for target in sorted(folded - set(FOLDABLE_TARGETS)):
        raise InvalidMapping("fold_case", _choose(target, FOLDABLE_TARGETS))
    return Mapping(columns, values, frozenset(_texts(top.get("empty", []), "empty")), folded)


def apply(
    mapping: Mapping,
    row: Row,
    *,
    region: str,
    zone: ZoneInfo,
    spellings: Spellings | None = None,
) -> LeadInput | list[Problem]:
    """Read one row; `spellings` (one dict for a whole file) keeps the first spelling of what folds case."""
    lead = LeadInput(row=row.number)
    reading = _Reading(mapping, lead, region, zone, {} if spellings is None else spellings)
    ways, empty = mapping._ways, mapping.empty
    for name, value in row.values.items():
        stripped = value.strip()
        if stripped and stripped not in empty:
            target, attribute, day_order = ways.get(name) or mapping._way(name)
            if attribute and stripped.isascii() and "\0" not in stripped:
                lead.attributes[attribute] = stripped
            elif target != "ignore":
                reading.take(target, name, stripped, day_order)
    for target, template in mapping.values.items():
        filled = _filled(template, row.values, empty, whole=target in IDENTITY_TARGETS)
        if filled and filled not in empty:
            reading.take(target, target, filled, "")
    if mapping.identifies and not reading.identities and not reading.problems:
        reason = gettext("Nothing says who this is.")
        fix = gettext("Fill in a phone number, an e-mail address or an id.")
        reading.problems.append(Problem(row.number, "", "", reason, fix))
    if reading.problems:
        return reading.problems
    lead.identities = tuple(reading.identities)
    return lead


class _Reading:
    """One row on its way into a lead."""

    def __init__(self, mapping: Mapping, lead: LeadInput, region: str, zone: ZoneInfo, spellings: Spellings) -> None:
        self._mapping = mapping
        self._lead = lead
        self._region = region
        self._zone = zone
        self._spellings = spellings
        self.identities: dict[IdentityInput, None] = {}
        self.problems: list[Problem] = []

    def take(self, target: str, column: str, value: str, day_order: str) -> None:
        """Read one value into the lead, or note what is wrong with it."""
        try:
            if target.startswith(ATTRIBUTE):
                self._lead.attributes[target[len(ATTRIBUTE) :]] = read_attribute(value)
            elif target == "captured_at":
                self._lead.captured_at = read_moment(value, zone=self._zone, day_order=day_order)
            elif target in IDENTITY_TARGETS:
                self._identify(target, value)
            elif target == "tags":
                tags = [self._spelled(target, tag) for tag in read_tags(value)]
                self._lead.tags = list(dict.fromkeys([*self._lead.tags, *tags]))
            elif target == "note":
                self._lead.note = read_note("\n".join(filter(None, [self._lead.note, value])))
            else:
                read = _READERS[target](value)
                if target in LONGEST:
                    at_most(LONGEST[target], read)
                setattr(self._lead, target, self._spelled(target, read))
        except InvalidValue as error:
            self.problems.append(Problem(self._lead.row, column, value[:SHOWN_CHARACTERS], error.message, error.fix))

    def _identify(self, kind: str, value: str) -> None:
        if kind == "phone":
            phone = normalise_phone(value, region=self._region)
            self.identities[IdentityInput(kind, phone.value, phone.key)] = None
            if phone.extension:
                self._lead.attributes.setdefault("phone extension", phone.extension)
        elif kind == "email":
            email = normalise_email(value)
            self.identities[IdentityInput(kind, email.value, email.key)] = None
        else:
            external = normalise_external_id(value)
            self.identities[IdentityInput(kind, external.value, external.key)] = None

    def _spelled(self, target: str, value: Any) -> Any:
        if target not in self._mapping.fold_case:
            return value
        return self._spellings.setdefault((target, _folded(value)), value)


def _read_zone(text: str) -> str:
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        message = gettext("This time zone is not known.")
        raise InvalidValue("unknown_zone", message, gettext("Write it as Asia/Shanghai.")) from error


# A column of words says few different ones.
_remembered = lru_cache(maxsize=4_096)
_READERS: dict[str, Callable[[str], Any]] = {
    "name": normalise_name,
    "company": _remembered(normalise_name),
    "timezone": _remembered(_read_zone),
    **dict.fromkeys(TEXT_TARGETS, _remembered(read_text)),
    "status": _remembered(read_status),
    "rating": _remembered(read_rating),
    **dict.fromkeys(BOOLEAN_TARGETS, _remembered(read_boolean)),
}


@lru_cache
def _names_in(template: str) -> list[str]:
    return _PLACEHOLDER.findall(template)


def _filled(template: str, values: dict[str, str], empty: frozenset[str], *, whole: bool) -> str:
    """The template with its columns' values; nothing when they are empty: any (`whole`) or all."""
    names = _names_in(template)
    found = {name: values.get(name, "").strip() for name in names}
    found = {name: "" if value in empty else value for name, value in found.items()}
    if names and not (all if whole else any)(found.values()):
        return ""
    filled = _PLACEHOLDER.sub(lambda match: found[match[1]], template)
    return filled if whole else " ".join(filled.split())


def _object(data: object, path: str, allowed: tuple[str, ...] | None = None) -> dict[str, Any]:
    if not isinstance(data, dict) or not all(isinstance(key, str) for key in data):
        raise InvalidMapping(path, gettext("This must be a JSON object."))
    for key in data:
        if allowed is not None and key not in allowed:
            raise InvalidMapping(f"{path}.{key}".lstrip("."), _choose(key, allowed))
    return data


def _text(data: object, path: str) -> str:
    if not isinstance(data, str) or not data.strip():
        raise InvalidMapping(path, gettext("This must be a text."))
    return data


def _texts(data: object, path: str) -> list[str]:
    if not isinstance(data, list):
        raise InvalidMapping(path, gettext("This must be a list of texts."))
    return [_text(item, f"{path}[{index}]").strip() for index, item in enumerate(data)]


def _column(data: object, path: str) -> Column:
    raw = _object(data, path, ("to", "day_order"))
    target = _text(raw.get("to"), f"{path}.to")
    _check_target(target, f"{path}.to")
    order = raw.get("day_order", "")
    if order and (order not in DAY_ORDERS or target != "captured_at"):
        raise InvalidMapping(f"{path}.day_order", gettext("Only a captured_at has a day order: dmy or mdy."))
    return Column(to=target, day_order=order)


def _check_target(target: str, path: str) -> None:
    if target in TARGETS or (target.startswith(ATTRIBUTE) and target[len(ATTRIBUTE) :].strip()):
        return
    raise InvalidMapping(path, _choose(target, (*TARGETS, f"{ATTRIBUTE}…")))


def _choose(given: str, allowed: tuple[str, ...]) -> str:
    message = gettext("%(given)s is not known; choose one of %(allowed)s.")
    return message % {"given": given, "allowed": ", ".join(allowed)}
