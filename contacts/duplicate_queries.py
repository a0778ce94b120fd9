"""SQL of the search for people who may be one: set-based, over those that came since it was here last."""

from typing import Final
from uuid import UUID

from django.db import connection

DUPLICATES_NEXT_DUE: Final = "SELECT due_at FROM contacts_duplicatesearch"

_FRESH: Final = """
WITH fresh AS (
    SELECT i.contact_id, i.blind_tail, i.hint, lower(c.name) AS name, c.company_id
    FROM contacts_identity i JOIN contacts_contact c ON c.id = i.contact_id
    WHERE i.id > %s AND i.id <= %s AND c.name <> '' AND c.erased_at IS NULL)
"""
_SAME_TAIL: Final = f"""
{_FRESH}
SELECT DISTINCT ON (fresh.contact_id) fresh.contact_id, other.id, fresh.hint
FROM fresh JOIN contacts_identity twin ON twin.blind_tail = fresh.blind_tail AND twin.contact_id <> fresh.contact_id
JOIN contacts_contact other ON other.id = twin.contact_id AND lower(other.name) = fresh.name
ORDER BY fresh.contact_id, other.id
"""
_SAME_FIRM: Final = f"""
{_FRESH}
SELECT DISTINCT ON (fresh.contact_id) fresh.contact_id, other.id, company.name
FROM fresh JOIN contacts_contact other ON other.company_id = fresh.company_id AND other.id <> fresh.contact_id
AND lower(other.name) = fresh.name JOIN contacts_company company ON company.id = fresh.company_id
ORDER BY fresh.contact_id, other.id
"""

Pairs = list[tuple[UUID, UUID, str]]


def next_identities(after: UUID, limit: int) -> UUID | None:
    """The last of the next so many identities; None when there are none."""
    sql = "SELECT max(id::text) FROM (SELECT id FROM contacts_identity WHERE id > %s ORDER BY id LIMIT %s) found"
    with connection.cursor() as cursor:
        cursor.execute(sql, [after, limit])
        found = cursor.fetchone()[0]
        return UUID(found) if found else None


def same_name_and_tail(after: UUID, until: UUID) -> Pairs:
    """Of each contact with identities in this stretch, one other with the same name and last four digits."""
    return _pairs(_SAME_TAIL, after, until)


def same_name_and_company(after: UUID, until: UUID) -> Pairs:
    """The same by name and company."""
    return _pairs(_SAME_FIRM, after, until)


def _pairs(sql: str, after: UUID, until: UUID) -> Pairs:
    with connection.cursor() as cursor:
        cursor.execute(sql, [after, until])
        return list(cursor.fetchall())
