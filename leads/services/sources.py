"""Writes about sources."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from leads import queries
from leads.enums import SourceKind
from leads.models import Source
from scrm.core.bulk import insert_columns
from scrm.core.ids import uuid7


def ensure_sources(*, names: Iterable[str], now: datetime) -> dict[str, UUID]:
    """The sources of these names, whatever their case; those that are missing are made."""
    # Sorted as the index sorts, so that two batches that make the same sources can't wait for each other.
    wanted = sorted(filter(None, dict.fromkeys(names)), key=str.lower)
    if not wanted:
        return {}
    found = queries.source_ids_by_name(wanted)
    missing = [name for name in wanted if name not in found]
    if missing:
        columns: dict[str, list[Any]] = {"id": [uuid7() for _ in missing], "name": missing}
        constants = {"created_at": now, "kind": SourceKind.OTHER.value}
        insert_columns(Source, columns, constants, on_conflict="DO NOTHING")
        found |= queries.source_ids_by_name(missing)
    return found
