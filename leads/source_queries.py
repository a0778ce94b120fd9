"""The SQL of merging sources."""

from uuid import UUID

from django.db import connection


def move_leads(*, merge_id: UUID, source_id: UUID, into_id: UUID) -> int:
    """Give one source's leads to another and note which they were; gives how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH held AS MATERIALIZED (
                SELECT id FROM leads_lead WHERE source_id = %(source)s ORDER BY id FOR NO KEY UPDATE
            ), moved AS (
                UPDATE leads_lead l SET source_id = %(into)s FROM held WHERE l.id = held.id RETURNING l.id
            )
            INSERT INTO leads_mergedlead (merge_id, lead_id) SELECT %(merge)s, id FROM moved
            """,
            {"merge": merge_id, "source": source_id, "into": into_id},
        )
        return cursor.rowcount


def give_leads_back(*, merge_id: UUID, source_id: UUID, into_id: UUID) -> int:
    """Give leads that moved in a merge, and stand where it put them, back to their source."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH held AS MATERIALIZED (
                SELECT l.id FROM leads_lead l JOIN leads_mergedlead m ON m.lead_id = l.id AND m.merge_id = %(merge)s
                WHERE l.source_id = %(into)s ORDER BY l.id FOR NO KEY UPDATE OF l
            )
            UPDATE leads_lead l SET source_id = %(source)s FROM held WHERE l.id = held.id
            """,
            {"merge": merge_id, "source": source_id, "into": into_id},
        )
        return cursor.rowcount
