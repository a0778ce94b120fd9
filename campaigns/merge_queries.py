"""SQL of people in SOPs who turn out to be one person, and of those who are two again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from campaigns.enums import TouchState as S
from campaigns.queries import rows_changed, rows_of


def doubled_runs(one: UUID, other: UUID) -> list[int]:
    """Runs of the two in an SOP that both were in, but for the one that goes on: the first, unless one is done."""
    rows = rows_of(
        """
        SELECT mine.id FROM campaigns_enrollment mine
        WHERE mine.contact_id IN (%s, %s) AND mine.state = 'active' AND EXISTS (
            SELECT 1 FROM campaigns_enrollment theirs
            WHERE theirs.sop_id = mine.sop_id AND theirs.contact_id IN (%s, %s)
              AND theirs.contact_id <> mine.contact_id
              AND (theirs.state = 'finished' OR (theirs.anchor_at, theirs.id) < (mine.anchor_at, mine.id)))
        ORDER BY mine.id
        """,
        [one, other, one, other],
    )
    return [row[0] for row in rows]


def waiting_of(enrollment_ids: Sequence[int]) -> list[tuple[int, int, int, str | None, str | None]]:
    """(enrollment, touch, state, reason, open task) of what has not gone out."""
    return rows_of(
        f"""
        SELECT touch.enrollment_id, touch.id, touch.state, touch.reason, task.id::text
        FROM ONLY campaigns_touchpoint touch
        LEFT JOIN campaigns_reptask task ON task.touchpoint_id = touch.id AND task.state = 'open'
        WHERE touch.enrollment_id = ANY(%s) AND touch.state IN ({S.PLANNED:d}, {S.CLAIMED:d}, {S.WITH_REP:d})
        ORDER BY touch.id
        """,
        [list(enrollment_ids)],
    )


def resume(enrollment_ids: Sequence[int]) -> list[int]:
    """Let those go on that left by a merge, unless their SOP was stopped or they were archived; gives which."""
    rows = rows_of(
        """
        UPDATE campaigns_enrollment enrollment SET state = 'active', exit_reason = '', ended_at = NULL
        FROM campaigns_sop sop
        WHERE enrollment.id = ANY(%s) AND enrollment.state = 'exited' AND enrollment.exit_reason = 'merged'
          AND enrollment.archived_at IS NULL AND sop.id = enrollment.sop_id AND sop.state IN ('live', 'paused')
        RETURNING enrollment.id
        """,
        [list(enrollment_ids)],
    )
    return [row[0] for row in rows]


def wait_again(touches: Sequence[tuple[int, int, str | None]]) -> None:
    """Touches, as (id, state, reason), that a merge cancelled are as they were; an unsent claim did not count."""
    ids, states, reasons = zip(*touches, strict=True)
    rows_changed(
        f"""
        UPDATE ONLY campaigns_touchpoint touch
        SET state = CASE WHEN was.state = {S.CLAIMED:d} THEN {S.PLANNED:d} ELSE was.state END,
            attempt = CASE WHEN was.state = {S.CLAIMED:d} THEN attempt - 1 ELSE attempt END,
            reason = was.reason, finished_at = NULL
        FROM unnest(%s::bigint[], %s::smallint[], %s::text[]) AS was(id, state, reason)
        WHERE touch.id = was.id AND touch.state = {S.CANCELLED:d} AND touch.reason = 'merged'
        """,
        [list(ids), list(states), list(reasons)],
    )


def open_again(task_ids: Sequence[Any]) -> None:
    rows_changed(
        "UPDATE campaigns_reptask SET state = 'open', finished_at = NULL WHERE id = ANY(%s::uuid[]) "
        "AND state = 'cancelled'",
        [list(task_ids)],
    )


def leave_out_past_of(enrollment_ids: Sequence[int], now: datetime, reason: str) -> list[int]:
    """What was due while its person was somebody else's is left out; gives which touches."""
    rows = rows_of(
        f"""
        UPDATE ONLY campaigns_touchpoint SET state = {S.EXPIRED:d}, reason = %s, finished_at = %s
        WHERE enrollment_id = ANY(%s) AND state = {S.PLANNED:d} AND due_at <= %s RETURNING id
        """,
        [reason, now, list(enrollment_ids), now],
    )
    return [row[0] for row in rows]
