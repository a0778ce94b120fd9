"""Writes of who may read on about contacts that they no longer look after."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from contacts.models import ReadingRight
from scrm.core.bulk import insert_columns


def let_read_on(*, readers: Mapping[UUID, UUID], until: datetime) -> None:
    """Each of these contacts is read on by somebody until then; a longer right stays."""
    columns: dict[str, list[Any]] = {"contact_id": sorted(readers), "user_id": [readers[pk] for pk in sorted(readers)]}
    longest = "GREATEST(contacts_readingright.until_at, EXCLUDED.until_at)"
    conflict = f"(contact_id, user_id) DO UPDATE SET until_at = {longest}"
    insert_columns(ReadingRight, columns, {"until_at": until}, on_conflict=conflict)
