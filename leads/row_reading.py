"""Reads a row of a lead file into a lead's input by a mapping, or says what is wrong with its cells. Pure."""

import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext

from contacts.custom.kinds import NO_KINDS, OwnKinds, read_own_id
from contacts.normalise import (
    InvalidValue,
    normalise_email,
    normalise_external_id,
    normalise_name,
    normalise_phone,
)
from exchange.problems import Problem
from exchange.reader import SHOWN_CHARACTERS, Row
from leads.field_readings import NO_SHAPES, Shapes, read_said
from leads.inputs import IdentityInput, LeadInput, names_somebody
from leads.mapping import (
    ATTRIBUTE,
    BOOLEAN_TARGETS,
    CONSENT,
    FIELD,
    IDENTITY,
    PLACEHOLDER,
    TEXT_TARGETS,
    Mapping,
    is_identity,
)
from leads.readings import (
    at_most,
    read_attribute,
    read_boolean,
    read_captured,
    read_note,
    read_rating,
    read_status,
    read_tags,
    read_text,
)

# As long as the columns that keep them.
LONGEST = {"name": 120, "company": 200, "city": 80, "country": 80, "source": 80, "origin": 80, "timezone": 64}

Spellings = dict[tuple[str, str], str]


def fold_case(text: str) -> str:
    """What spellings that differ in case, width or spaces have in common."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


_folded = lru_cache(maxsize=4_096)(fold_case)


def apply(
    mapping: Mapping,
    row: Row,
    *,
    region: str,
    zone: ZoneInfo,
    spellings: Spellings | None = None,
    shapes: Shapes = NO_SHAPES,
    kinds: OwnKinds = NO_KINDS,
) -> LeadInput | list[Problem]:
    """Read one row; `spellings` (one dict for a whole file) keeps the first spelling of what folds case.

    `shapes` are of the fields that the mapping speaks of, `kinds` the kinds of identity of the business's own.
    """
    lead = LeadInput(row=row.number)
    reading = _Reading(mapping, lead, region, zone, {} if spellings is None else spellings, shapes, kinds)
    ways, empty = mapping.ways, mapping.empty
    for name, value in row.values.items():
        stripped = value.strip()
        if stripped and stripped not in empty:
            target, attribute, day_order = ways.get(name) or mapping.way(name)
            if attribute and stripped.isascii() and "\0" not in stripped:
                lead.attributes[attribute] = stripped
            elif target != "ignore":
                reading.take(target, name, stripped, day_order)
    for target, template in mapping.values.items():
        filled = _filled(template, row.values, empty, whole=is_identity(target))
        if filled and filled not in empty:
            reading.take(target, target, filled, "")
    if not reading.problems and not _says_who(mapping, reading.identities, kinds):
        reason = gettext("Nothing says who this is.")
        fix = gettext("Fill in a phone number, an e-mail address or an id.")
        reading.problems.append(Problem(row.number, "", "", reason, fix))
    if reading.problems:
        return reading.problems
    lead.identities = tuple(reading.identities)
    return lead


def _says_who(mapping: Mapping, identities: Iterable[IdentityInput], kinds: OwnKinds) -> bool:
    """Whether something tells whose the row is, or nothing was meant to."""
    if not mapping.kinds:
        return not mapping.identifies or any(True for _each in identities)
    told = {IDENTITY + code for code in mapping.kinds if not kinds[code].matches}
    meant = {column.to for column in mapping.columns.values()} | set(mapping.values)
    return names_somebody(identities, kinds) or not any(map(is_identity, meant - told))


class _Reading:
    """One row on its way into a lead."""

    def __init__(
        self,
        mapping: Mapping,
        lead: LeadInput,
        region: str,
        zone: ZoneInfo,
        spellings: Spellings,
        shapes: Shapes,
        kinds: OwnKinds,
    ) -> None:
        self._folded = mapping.fold_case
        self._shapes = shapes
        self._kinds = kinds
        self._lead = lead
        self._region = region
        self._zone = zone
        self._spellings = spellings
        self.identities: dict[IdentityInput, None] = {}
        self.problems: list[Problem] = []

    def take(self, target: str, column: str, value: str, day_order: str) -> None:
        """Read one value into the lead, or note what is wrong with it."""
        try:
            read = _READERS.get(target)
            if read is not None:
                said = read(value)
                setattr(self._lead, target, self._spelled(target, said) if target in self._folded else said)
            elif target.startswith(ATTRIBUTE):
                self._lead.attributes[target[len(ATTRIBUTE) :]] = read_attribute(value)
            elif target.startswith(FIELD):
                code = target[len(FIELD) :]
                said = read_said(self._shapes[code], value, zone=self._zone, day_order=day_order)
                if said is not None:
                    self._lead.note_field(code, self._shapes[code], said)
            elif target.startswith(CONSENT):
                self._lead.agreed[target[len(CONSENT) :]] = read_boolean(value)
            elif target == "captured_at":
                self._lead.captured_at = read_captured(value, zone=self._zone, day_order=day_order)
            elif is_identity(target):
                self._identify(target, value)
            elif target == "tags":
                tags = read_tags(value)
                if target in self._folded:
                    tags = [self._spelled(target, tag) for tag in tags]
                self._lead.tags = list(dict.fromkeys([*self._lead.tags, *tags]))
            else:
                self._lead.note = read_note("\n".join(filter(None, [self._lead.note, value])))
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
        elif kind.startswith(IDENTITY):
            own = self._kinds[kind[len(IDENTITY) :]]
            if not own.archived:
                known = read_own_id(own, value)
                self.identities[IdentityInput(own.code, known.value, known.key)] = None
        else:
            external = normalise_external_id(value)
            self.identities[IdentityInput(kind, external.value, external.key)] = None

    def _spelled(self, target: str, value: Any) -> Any:
        return self._spellings.setdefault((target, _folded(value)), value)


def _read_zone(text: str) -> str:
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        message = gettext("This time zone is not known.")
        raise InvalidValue("unknown_zone", message, gettext("Write it as Asia/Shanghai.")) from error


def _reader(target: str, read: Callable[[str], Any]) -> Callable[[str], Any]:
    limit = LONGEST.get(target)
    found = read if limit is None else lambda value: at_most(limit, read(value))
    # A column of words says few different ones.
    return found if target == "name" else lru_cache(maxsize=4_096)(found)


_READERS: dict[str, Callable[[str], Any]] = {
    target: _reader(target, read)
    for target, read in {
        "name": normalise_name,
        "company": normalise_name,
        "timezone": _read_zone,
        **dict.fromkeys(TEXT_TARGETS, read_text),
        "status": read_status,
        "rating": read_rating,
        **dict.fromkeys(BOOLEAN_TARGETS, read_boolean),
    }.items()
}


@lru_cache
def _names_in(template: str) -> list[str]:
    return PLACEHOLDER.findall(template)


def _filled(template: str, values: dict[str, str], empty: frozenset[str], *, whole: bool) -> str:
    """The template with its columns' values; nothing when they are empty: any (`whole`) or all."""
    names = _names_in(template)
    found = {name: values.get(name, "").strip() for name in names}
    found = {name: "" if value in empty else value for name, value in found.items()}
    if names and not (all if whole else any)(found.values()):
        return ""
    filled = PLACEHOLDER.sub(lambda match: found[match[1]], template)
    return filled if whole else " ".join(filled.split())
