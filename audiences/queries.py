"""Segments asked of the database: counts, samples, and the difference to the members there are."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from audiences.bit_queries import ids_by_bits
from contacts.models import Contact
from scrm.core.conditions import Condition, Sql, compile_sql, widened

REFRESH_MINUTES = 15
"""How stale a dynamic segment may become."""

SEGMENTS_NEXT_DUE = f"""
SELECT min(refreshed_at) + interval '{REFRESH_MINUTES:d} minutes' FROM audiences_segment
WHERE kind = 'dynamic' AND archived_at IS NULL
"""

_DIFFERENCE = """
WITH matching AS ({matching}),
gone AS (
    UPDATE audiences_segmentmember m SET left_at = %s
    WHERE m.segment_id = %s AND m.left_at IS NULL AND NOT EXISTS (SELECT 1 FROM matching x WHERE x.id = m.contact_id)
    RETURNING m.contact_id
),
come AS (
    INSERT INTO audiences_segmentmember (segment_id, contact_id, entered_at)
    SELECT %s, x.id, %s FROM matching x
    WHERE NOT EXISTS (
        SELECT 1 FROM audiences_segmentmember m
        WHERE m.segment_id = %s AND m.contact_id = x.id AND m.left_at IS NULL
    )
    RETURNING contact_id
){told}
SELECT (SELECT count(*) FROM come), (SELECT count(*) FROM gone), (SELECT count(*) FROM matching)
"""

_TOLD = """,
told AS (
    INSERT INTO audiences_segmentmove (segment_id, contact_id, entered, at)
    SELECT %s, contact_id, true, %s FROM come UNION ALL SELECT %s, contact_id, false, %s FROM gone
)"""


def count_among(condition: Condition, visible: QuerySet[Contact] | None, now: datetime) -> int:
    """How many match; `visible` narrows it to the contacts that a user may see."""
    found = _matching(condition, visible, now)
    if found is None:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM contacts_contact c WHERE {found.text}", found.params)
        count: int = cursor.fetchone()[0]
        return count


def sample_among(condition: Condition, visible: QuerySet[Contact] | None, now: datetime, limit: int) -> list[UUID]:
    """The newest few of those who match."""
    found = _matching(condition, visible, now)
    if found is None:
        return []
    with connection.cursor() as cursor:
        text = f"SELECT c.id FROM contacts_contact c WHERE {found.text} ORDER BY c.id DESC LIMIT %s"
        cursor.execute(text, [*found.params, limit])
        return [row[0] for row in cursor.fetchall()]


def apply_difference(segment_id: UUID, condition: Condition, now: datetime, *, told: bool) -> tuple[int, int, int]:
    """Let those in who match and out who don't; who stays is not touched. Entered, left, size.

    `told`: each who comes or goes is noted down as a move to tell of.
    """
    matching = ids_by_bits(condition, now) or _matching_ids(condition, now)
    params: list[Any] = [*matching.params, now, segment_id, segment_id, now, segment_id]
    if told:
        params += [segment_id, now, segment_id, now]
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENCE.format(matching=matching.text, told=_TOLD if told else ""), params)
        entered, left, size = cursor.fetchone()
        return entered, left, size


def _matching_ids(condition: Condition, now: datetime) -> Sql:
    rule = compile_sql(widened(condition, now), now)
    return Sql(f"SELECT c.id FROM contacts_contact c WHERE c.erased_at IS NULL AND {rule.text}", rule.params)


def _matching(condition: Condition, visible: QuerySet[Contact] | None, now: datetime) -> Sql | None:
    rule = compile_sql(condition, now)
    rule = Sql(f"c.erased_at IS NULL AND {rule.text}", rule.params)
    if visible is None:
        return rule
    try:
        text, params = visible.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return None
    return Sql(f"{rule.text} AND c.id IN ({text})", (*rule.params, *params))
