"""SQL of the search for leads of somebody's own whose contact is a colleague's."""

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from django.db import connection

from contacts.finding.asking import Asked
from contacts.finding_queries import FEW, named_like

_LEADS: Final = 1000
"""Where more people than a few are called so, they are looked for among so many leads."""


def lead_ids_of_others(
    asked: Asked,
    *,
    owners: Collection[UUID],
    contact_ids: Collection[UUID],
    company_ids: Collection[UUID],
    limit: int,
) -> list[UUID]:
    """The newest leads of these owners with a contact of other owners: called so, one of these, of these companies."""
    values: dict[str, Any] = {"contacts": list(contact_ids), "companies": list(company_ids), "limit": limit}
    values |= {"owners": list(owners)}
    like, _begins = named_like(asked, values)
    like = like or "false"
    living = "FROM contacts_contact c WHERE c.erased_at IS NULL"
    with connection.cursor() as cursor:
        # MATERIALIZED, as in contacts/finding_queries.py: the planner can't know how many are called so.
        cursor.execute(
            f"""
            WITH rare AS MATERIALIZED (SELECT c.id, c.owner_id {living} AND {like} LIMIT {FEW + 1}),
            size AS MATERIALIZED (SELECT count(*) > {FEW} AS common FROM rare),
            meant AS MATERIALIZED (
                SELECT id, owner_id FROM rare WHERE NOT (SELECT common FROM size)
                UNION SELECT c.id, c.owner_id {living} AND c.id = ANY(%(contacts)s::uuid[])
                UNION (SELECT c.id, c.owner_id {living} AND c.company_id = ANY(%(companies)s::uuid[]) LIMIT {FEW})),
            held AS MATERIALIZED (
                SELECT l.id, l.contact_id FROM leads_lead l
                WHERE (SELECT common FROM size) AND l.owner_id = ANY(%(owners)s::uuid[]) LIMIT {_LEADS}),
            people AS MATERIALIZED (
                SELECT l.id, c.name, c.search_keys FROM held l JOIN contacts_contact c ON c.id = l.contact_id
                WHERE c.erased_at IS NULL AND (c.owner_id = ANY(%(owners)s::uuid[])) IS NOT TRUE)
            SELECT l.id FROM meant c JOIN leads_lead l ON l.contact_id = c.id
            WHERE l.owner_id = ANY(%(owners)s::uuid[]) AND (c.owner_id = ANY(%(owners)s::uuid[])) IS NOT TRUE
            UNION SELECT c.id FROM people c WHERE {like}
            ORDER BY 1 DESC LIMIT %(limit)s
            """,
            values,
        )
        return [row[0] for row in cursor.fetchall()]
