"""The SQL of enquiries."""

from collections.abc import Collection
from uuid import UUID

from django.db import connection


def source_ids_by_name(names: Collection[str]) -> dict[str, UUID]:
    """The sources of these names, whatever their case, by the name as given."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT given.name, s.id FROM unnest(%s::text[]) AS given(name) "
            "JOIN leads_source s ON lower(s.name) = lower(given.name)",
            [list(names)],
        )
        return dict(cursor.fetchall())
