"""SQL of touches whose outcome nobody knows: held for a look-up, settled, left to a person."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from campaigns.enums import TouchState as S
from campaigns.queries import HELD_ENROLLMENTS, WAITS_AGAIN, rows_changed, rows_of


def hold_unknown(*, now: datetime, token: UUID, next_at: datetime, limit: int) -> list[tuple[int, str]]:
    """(id, channel) of unknown rows whose look-up is due; this worker asks, anybody again at `next_at`.

    The token makes an old answer worthless: by the time that it comes the row may have been tried
    again and be unknown anew.
    """
    return [
        (row[0], row[1])
        for row in rows_of(
            f"""
            WITH due AS (
                SELECT id FROM ONLY campaigns_touchpoint WHERE state = {S.UNKNOWN:d} AND lease_until <= %s
                ORDER BY lease_until LIMIT %s FOR NO KEY UPDATE SKIP LOCKED)
            UPDATE ONLY campaigns_touchpoint touch SET token = %s, lease_until = %s
            FROM due, campaigns_lane lane WHERE touch.id = due.id AND lane.id = touch.lane_id
            RETURNING touch.id, lane.channel
            """,
            [now, limit, token, next_at],
        )
    ]


def settle_unknown(
    *,
    touchpoint_ids: Sequence[int],
    sent: bool,
    now: datetime,
    token: UUID | None = None,
    attempt: int | None = None,
    due_at: datetime | None = None,
) -> list[int]:
    """What a look-up (by its token) or a person (by the attempt that they saw) found out: sent, or to try again."""
    if sent:
        change = f"state = {S.SENT:d}, sent_at = %s, finished_at = %s, token = NULL, lease_until = NULL"
        values: list[Any] = [now, now]
    else:
        change, values = f"{WAITS_AGAIN}, due_at = COALESCE(%s, touch.due_at)", [due_at]
    return [
        row[0]
        for row in rows_of(
            f"""
            WITH {HELD_ENROLLMENTS}
            UPDATE ONLY campaigns_touchpoint touch SET {change} FROM held
            WHERE touch.id = ANY(%s) AND touch.state = {S.UNKNOWN:d} AND held.id = touch.enrollment_id
              AND (touch.token = %s OR touch.attempt = %s) RETURNING touch.id
            """,
            [list(touchpoint_ids), *values, list(touchpoint_ids), token, attempt],
        )
    ]


def forget_look_up(*, touchpoint_ids: Sequence[int], token: UUID) -> int:
    """The provider cannot tell: these wait for a person."""
    return rows_changed(
        f"""
        UPDATE ONLY campaigns_touchpoint SET token = NULL, lease_until = NULL
        WHERE id = ANY(%s) AND token = %s AND state = {S.UNKNOWN:d}
        """,
        [list(touchpoint_ids), token],
    )
