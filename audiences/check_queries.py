"""SQL of single contacts in segments: who has to be looked at again, what became of it, and who is to be told."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

CHECKS_NEXT_DUE: Final = "SELECT min(at) FROM (SELECT at FROM audiences_segmentcheck ORDER BY id LIMIT 1) AS oldest"
MOVES_NEXT_DUE: Final = "SELECT min(at) FROM (SELECT at FROM audiences_segmentmove ORDER BY id LIMIT 1) AS oldest"

MOST_MOVES_AN_HOUR: Final = 10
"""Who came into a segment more often within an hour goes round in circles: they still come and go, untold."""

NOTE_CHECK: Final = """
INSERT INTO audiences_segmentcheck (contact_ids, watches, at)
SELECT %(segments_contacts)s::uuid[], changed.watches, %(segments_at)s::timestamptz
FROM (
    SELECT %(segments_watches)s::text[] || ARRAY(
        SELECT 'tag:' || t.code FROM tagging_tag t WHERE t.id = ANY(%(segments_tags)s::uuid[])) AS watches) changed
WHERE EXISTS (
    SELECT 1 FROM audiences_segment s WHERE s.kind = 'dynamic' AND s.archived_at IS NULL
    AND ('*' = ANY(changed.watches) OR s.watches && changed.watches::varchar[]))
OR EXISTS (
    SELECT 1 FROM commerce_tierscheme t WHERE t.kind = 'rule' AND t.active
    AND ('*' = ANY(changed.watches) OR t.watches && changed.watches::varchar[]))
RETURNING 1
"""

_CLAIM_CHECKS: Final = """
DELETE FROM audiences_segmentcheck WHERE id IN (
    SELECT id FROM audiences_segmentcheck ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
RETURNING contact_ids, watches
"""

_MOVES_WAITING: Final = "SELECT contact_id, id FROM audiences_segmentmove ORDER BY id LIMIT %s"
# Whose contact was merged meanwhile waits for its next turn, with whom it is now.
_TAKE_MOVES: Final = """
DELETE FROM audiences_segmentmove m USING contacts_contact c
WHERE m.id = ANY(%s) AND c.id = m.contact_id AND (c.id = ANY(%s) OR c.erased_at IS NOT NULL)
RETURNING m.id, m.segment_id, m.contact_id, m.entered, m.at
"""

_APPLY: Final = f"""
WITH asked AS (SELECT * FROM unnest(%(segments)s::uuid[], %(contacts)s::uuid[]) AS given(segment_id, contact_id)),
matching AS (
    SELECT given.* FROM unnest(%(in_segments)s::uuid[], %(in_contacts)s::uuid[]) AS given(segment_id, contact_id)
    JOIN contacts_contact c ON c.id = given.contact_id AND c.erased_at IS NULL),
gone AS (
    UPDATE audiences_segmentmember m SET left_at = %(now)s FROM asked
    WHERE m.segment_id = asked.segment_id AND m.contact_id = asked.contact_id AND m.left_at IS NULL
    AND NOT EXISTS (
        SELECT 1 FROM matching x WHERE x.segment_id = asked.segment_id AND x.contact_id = asked.contact_id)
    RETURNING m.segment_id, m.contact_id),
come AS (
    INSERT INTO audiences_segmentmember (segment_id, contact_id, entered_at)
    SELECT x.segment_id, x.contact_id, %(now)s FROM matching x
    WHERE NOT EXISTS (
        SELECT 1 FROM audiences_segmentmember m
        WHERE m.segment_id = x.segment_id AND m.contact_id = x.contact_id AND m.left_at IS NULL)
    RETURNING segment_id, contact_id),
moved AS (
    SELECT segment_id, contact_id, true AS entered FROM come
    UNION ALL SELECT segment_id, contact_id, false FROM gone),
told AS (
    INSERT INTO audiences_segmentmove (segment_id, contact_id, entered, at)
    SELECT y.segment_id, y.contact_id, y.entered, %(now)s FROM moved y
    WHERE {MOST_MOVES_AN_HOUR:d} > (
        SELECT count(*) FROM audiences_segmentmember m
        WHERE m.segment_id = y.segment_id AND m.contact_id = y.contact_id
        AND m.entered_at > %(now)s - interval '1 hour')),
counted AS (
    SELECT segment_id, count(*) FILTER (WHERE entered) AS entered, count(*) FILTER (WHERE NOT entered) AS went
    FROM moved GROUP BY segment_id)
UPDATE audiences_segment s SET size = s.size + counted.entered - counted.went
FROM counted WHERE s.id = counted.segment_id RETURNING s.id, counted.entered, counted.went, s.size
"""


@dataclass(frozen=True, slots=True)
class Moved:
    """Somebody came into a segment or went."""

    id: int
    segment_id: UUID
    contact_id: UUID
    entered: bool
    at: datetime


def claim_checks(limit: int) -> list[tuple[list[UUID], list[str]]]:
    """Take the next looks at segments away: contacts, and what changed for them. Others take the rest beside us."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM_CHECKS, [limit])
        return [(list(contact_ids), list(watches)) for contact_ids, watches in cursor.fetchall()]


def moves_waiting(limit: int) -> list[tuple[UUID, int]]:
    """The next moves, the oldest first: of whom, and their ids."""
    with connection.cursor() as cursor:
        cursor.execute(_MOVES_WAITING, [limit])
        return cursor.fetchall()


def take_moves(ids: Collection[int], held: Collection[UUID]) -> list[Moved]:
    """Take these moves away, as far as they are of contacts that are held, or of somebody erased; the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_MOVES, [list(ids), list(held)])
        return sorted((Moved(*row) for row in cursor.fetchall()), key=lambda move: move.id)


def apply_answers(
    asked: Collection[tuple[UUID, UUID]], matching: Sequence[tuple[UUID, UUID]], now: datetime
) -> list[tuple[UUID, int, int, int]]:
    """Let those in who match and out who don't, of the pairs of segment and contact that were asked about.

    Segment, how many came, how many went, its size: of those where somebody moved. The segments are held.
    """
    params: dict[str, Any] = {
        "now": now,
        "segments": [segment for segment, _contact in asked],
        "contacts": [contact for _segment, contact in asked],
        "in_segments": [segment for segment, _contact in matching],
        "in_contacts": [contact for _segment, contact in matching],
    }
    with connection.cursor() as cursor:
        cursor.execute(_APPLY, params)
        return [tuple(row) for row in cursor.fetchall()]


def hold_names() -> None:
    """Let nobody else save a rule that names segments until the transaction ends: two could close a circle at once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '.segments', 0))")
