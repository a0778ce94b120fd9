"""Remembers what the columns of a file of leads became, for the next file with the same columns."""

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

import exchange.selectors
from leads.mapping import InvalidMapping, Mapping
from leads.mapping_json import parse_mapping


class Remembered(NamedTuple):
    """A mapping, and the name of the file that it comes from."""

    mapping: Mapping
    file: str


def columns_digest(columns: Iterable[str]) -> str:
    """The same for the same names, whatever their order."""
    return hashlib.sha256("\0".join(sorted(columns)).encode("utf-8", "replace")).hexdigest()


def mapping_remembered(kind: str, columns: Iterable[str]) -> Remembered | None:
    """What the last import that went through with these columns went by."""
    job = exchange.selectors.job_done_with(kind, columns=columns_digest(columns))
    if job is None:
        return None
    try:
        return Remembered(parse_mapping(job.options["mapping"]), job.title)
    except InvalidMapping:
        # Made before a target got another name: then people are asked again.
        return None
