"""SQL of the archive: what ended long ago leaves the live ledger, each touch exactly once."""

from datetime import datetime

from django.conf import settings

from campaigns.enums import TouchState as S
from campaigns.queries import rows_of

_TO_ARCHIVE = f"""
enrollment.ended_at IS NOT NULL AND enrollment.archived_at IS NULL AND NOT EXISTS (
    SELECT 1 FROM ONLY campaigns_touchpoint open WHERE open.enrollment_id = enrollment.id
    AND open.state IN ({S.PLANNED:d}, {S.CLAIMED:d}, {S.SENDING:d}, {S.WITH_REP:d}, {S.UNKNOWN:d}))"""
"""Ended, and none of its touches may still change: one that somebody has to settle keeps all of them here."""

ARCHIVE_NEXT_DUE = f"""
SELECT enrollment.ended_at + interval '{settings.SCRM_ARCHIVE_AFTER_DAYS:d} days' FROM campaigns_enrollment enrollment
WHERE {_TO_ARCHIVE} ORDER BY enrollment.ended_at LIMIT 1
"""


def move(*, ended_before: datetime, now: datetime, limit: int) -> tuple[int, int]:
    """Move the touches of up to `limit` enrollments, those that ended first; gives how many of both were moved.

    One statement: a touch is never in both places and never in none. The enrollment is held as a
    claim holds it, and from now on plans no more touches.
    """
    rows = rows_of(
        f"""
        WITH ended AS MATERIALIZED (
            SELECT enrollment.id FROM campaigns_enrollment enrollment
            WHERE {_TO_ARCHIVE} AND enrollment.ended_at <= %s
            ORDER BY enrollment.ended_at LIMIT %s FOR NO KEY UPDATE OF enrollment SKIP LOCKED),
        moved AS (
            DELETE FROM ONLY campaigns_touchpoint touch USING ended WHERE touch.enrollment_id = ended.id
            RETURNING touch.*),
        kept AS (INSERT INTO campaigns_touchpointarchive SELECT * FROM moved),
        noted AS (
            UPDATE campaigns_enrollment enrollment SET archived_at = %s FROM ended WHERE enrollment.id = ended.id)
        SELECT (SELECT count(*) FROM ended), (SELECT count(*) FROM moved)
        """,
        [ended_before, limit, now],
    )
    return rows[0][0], rows[0][1]
