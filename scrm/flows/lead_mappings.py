"""Remembers what the columns of a file of leads became, for the next file with the same columns."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

import exchange.selectors
from contacts.custom.kinds import OwnKind
from leads.field_readings import OwnField
from leads.mapping import FIELD, IDENTITY, InvalidMapping, Mapping
from leads.mapping_json import parse_mapping


class Remembered(NamedTuple):
    """A mapping, and the name of the file that it comes from."""

    mapping: Mapping
    file: str


def columns_digest(columns: Iterable[str]) -> str:
    """The same for the same names, whatever their order."""
    return hashlib.sha256("\0".join(sorted(columns)).encode("utf-8", "replace")).hexdigest()


def mapping_remembered(
    kind: str, columns: Iterable[str], fields: Iterable[OwnField], kinds: Iterable[OwnKind]
) -> Remembered | None:
    """What the last import that went through with these columns went by, as far as these fields and kinds of identity
    may be written."""
    job = exchange.selectors.job_done_with(kind, columns=columns_digest(columns))
    if job is None:
        return None
    try:
        mapping = parse_mapping(job.options["mapping"])
    except InvalidMapping:
        # Made before a target got another name: then people are asked again.
        return None
    gone = {f"{FIELD}{code}" for code in mapping.fields.keys() - {field.code for field in fields}}
    gone |= {f"{IDENTITY}{code}" for code in mapping.kinds.keys() - {kind.code for kind in kinds}}
    kept = {name: column for name, column in mapping.columns.items() if column.to not in gone}
    return Remembered(replace(mapping, columns=kept), job.title)
