"""The ledger's SQL: enrol, claim, send, release. State numbers come from `campaigns.enums.TouchState`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from campaigns.enums import TouchState as S

TOUCHPOINTS_NEXT_DUE = f"""
SELECT LEAST(
  (SELECT min(first.due_at) FROM campaigns_lane lane CROSS JOIN LATERAL (
     SELECT due_at FROM campaigns_touchpoint WHERE lane_id = lane.id AND state = {S.PLANNED:d}
     ORDER BY due_at LIMIT 1) first
   WHERE lane.is_open),
  (SELECT min(reopen_at) FROM campaigns_lane WHERE NOT is_open),
  (SELECT min(lease_until) FROM campaigns_touchpoint WHERE state = {S.CLAIMED:d}),
  (SELECT min(lease_until) + interval '{settings.SCRM_SETTLE_SECONDS:d} seconds'
   FROM campaigns_touchpoint WHERE state = {S.SENDING:d}),
  (SELECT min(lease_until) FROM campaigns_touchpoint WHERE state = {S.UNKNOWN:d} AND lease_until IS NOT NULL))
"""
"""Of open lanes the least planned row; closed lanes by their reopening; leases; look-ups."""


_WAITS_AGAIN = f"""
state = CASE WHEN enrollment.state = 'exited' THEN {S.CANCELLED:d} ELSE {S.PLANNED:d} END,
reason = CASE WHEN enrollment.state = 'exited' THEN enrollment.exit_reason END,
finished_at = CASE WHEN enrollment.state = 'exited' THEN enrollment.ended_at END"""
"""Back to planned, or cancelled where its person has left meanwhile."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A touchpoint that this worker holds until its lease ends."""

    id: int
    enrollment_id: int
    contact_id: UUID
    step_id: int
    due_at: datetime
    attempt: int


def _rows(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def _count(sql: str, parameters: Sequence[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return int(cursor.rowcount)


def hold_live_version(sop_id: UUID) -> int | None:
    """The live SOP's version, held against stop and publish until the commit; shared with other enrolments."""
    rows = _rows("SELECT live_version_id FROM campaigns_sop WHERE id = %s AND state = 'live' FOR SHARE", [sop_id])
    return rows[0][0] if rows else None


def insert_enrollments(
    *, sop_id: UUID, version_id: int, starts: Sequence[tuple[UUID, UUID | None, datetime, str]]
) -> list[tuple[int, UUID, datetime, str]]:
    """Enrol those who never were in this SOP; gives (id, contact, T, zone) of the new ones."""
    contacts, leads, anchors, zones = zip(*starts, strict=True)
    return _rows(
        """
        INSERT INTO campaigns_enrollment
            (sop_id, version_id, contact_id, lead_id, entry, anchor_at, zone, state, exit_reason)
        SELECT %s, %s, start.contact_id, start.lead_id, 1, start.anchor_at, start.zone, 'active', ''
        FROM unnest(%s::uuid[], %s::uuid[], %s::timestamptz[], %s::text[])
             AS start(contact_id, lead_id, anchor_at, zone)
        ON CONFLICT (sop_id, contact_id, entry) DO NOTHING
        RETURNING id, contact_id, anchor_at, zone
        """,
        [sop_id, version_id, list(contacts), list(leads), list(anchors), list(zones)],
    )


def insert_touchpoints(rows: Sequence[tuple[int, UUID, int, int, int, datetime]]) -> int:
    """Plan rows of (enrollment, contact, lane, step, step number, due_at); those there already stay."""
    if not rows:
        return 0
    enrollments, contacts, lanes, steps, numbers, dues = zip(*rows, strict=True)
    return _count(
        f"""
        INSERT INTO campaigns_touchpoint
            (enrollment_id, contact_id, lane_id, step_id, step_number, occurrence, due_at, state, attempt)
        SELECT enrollment_id, contact_id, lane_id, step_id, step_number, 1, due_at, {S.PLANNED:d}, 0
        FROM unnest(%s::bigint[], %s::uuid[], %s::int[], %s::bigint[], %s::int[], %s::timestamptz[])
             AS plan(enrollment_id, contact_id, lane_id, step_id, step_number, due_at)
        ON CONFLICT (enrollment_id, step_number, occurrence) DO NOTHING
        """,
        [list(enrollments), list(contacts), list(lanes), list(steps), list(numbers), list(dues)],
    )


def claim(*, lane_id: int, limit: int, token: UUID, now: datetime, lease_until: datetime) -> list[Claimed]:
    """Hold up to `limit` due rows of an open lane, the longest due first; rows held by others are passed over."""
    return [
        Claimed(*row)
        for row in _rows(
            f"""
            WITH due AS (
                SELECT touch.id FROM campaigns_touchpoint touch
                WHERE touch.lane_id = %s AND touch.state = {S.PLANNED:d} AND touch.due_at <= %s
                  AND EXISTS (SELECT 1 FROM campaigns_lane WHERE id = %s AND is_open)
                ORDER BY touch.due_at LIMIT %s
                FOR UPDATE SKIP LOCKED)
            UPDATE campaigns_touchpoint touch
            SET state = {S.CLAIMED:d}, token = %s, lease_until = %s, attempt = touch.attempt + 1
            FROM due WHERE touch.id = due.id
            RETURNING touch.id, touch.enrollment_id, touch.contact_id, touch.step_id, touch.due_at, touch.attempt
            """,
            [lane_id, now, lane_id, limit, token, lease_until],
        )
    ]


def mark_sending(*, touchpoint_ids: Sequence[int], token: UUID, now: datetime) -> set[int]:
    """Turn to sending the rows that this call carries, where token, lease, lane and consent still hold."""
    return {
        row[0]
        for row in _rows(
            f"""
            UPDATE campaigns_touchpoint touch SET state = {S.SENDING:d}
            FROM campaigns_lane lane
            WHERE touch.id = ANY(%s) AND touch.state = {S.CLAIMED:d} AND touch.token = %s
              AND touch.lease_until > %s AND lane.id = touch.lane_id AND lane.is_open
              AND NOT EXISTS (SELECT 1 FROM contacts_donotcontact closed
                              WHERE closed.contact_id = touch.contact_id AND closed.channel IN ('all', lane.channel))
            RETURNING touch.id
            """,
            [list(touchpoint_ids), token, now],
        )
    }


def put_back(*, touchpoint_ids: Sequence[int], token: UUID) -> int:
    """Claimed rows that were not sent wait again; the attempt does not count."""
    return _count(
        f"""
        UPDATE campaigns_touchpoint touch
        SET {_WAITS_AGAIN}, token = NULL, lease_until = NULL, attempt = attempt - 1
        FROM campaigns_enrollment enrollment
        WHERE touch.id = ANY(%s) AND touch.token = %s AND touch.state IN ({S.CLAIMED:d}, {S.SENDING:d})
          AND enrollment.id = touch.enrollment_id
        """,
        [list(touchpoint_ids), token],
    )


def retry_later(*, touchpoint_id: int, token: UUID, due_at: datetime, detail: str) -> int:
    return _count(
        f"""
        UPDATE campaigns_touchpoint touch
        SET {_WAITS_AGAIN}, token = NULL, lease_until = NULL, due_at = %s, detail = %s
        FROM campaigns_enrollment enrollment
        WHERE touch.id = %s AND touch.token = %s AND touch.state = {S.SENDING:d}
          AND enrollment.id = touch.enrollment_id
        """,
        [due_at, detail, touchpoint_id, token],
    )


def finish(
    *,
    touchpoint_ids: Sequence[int],
    token: UUID,
    held_as: S,
    state: S,
    now: datetime,
    reason: str | None = None,
    detail: str | None = None,
    provider_ref: str | None = None,
    lease_until: datetime | None = None,
) -> list[int]:
    """Record an outcome where the token still holds; gives the rows that it was recorded for."""
    return [
        row[0]
        for row in _rows(
            """
            UPDATE campaigns_touchpoint
            SET state = %s, token = NULL, lease_until = %s, reason = %s, detail = %s, provider_ref = %s,
                sent_at = CASE WHEN %s THEN %s ELSE sent_at END,
                finished_at = CASE WHEN %s THEN %s ELSE finished_at END
            WHERE id = ANY(%s) AND token = %s AND state = %s
            RETURNING id
            """,
            [
                *(int(state), lease_until, reason, detail, provider_ref or None),
                *(state == S.SENT, now, state not in (S.WITH_REP, S.UNKNOWN), now),
                *(list(touchpoint_ids), token, int(held_as)),
            ],
        )
    ]


def end_enrollments_without_waiting_rows(touchpoint_ids: Sequence[int], now: datetime) -> int:
    """An enrollment is finished when the last of its touches has ended."""
    return _count(
        f"""
        UPDATE campaigns_enrollment enrollment SET state = 'finished', ended_at = %s
        WHERE enrollment.state = 'active'
          AND enrollment.id IN (SELECT enrollment_id FROM campaigns_touchpoint WHERE id = ANY(%s))
          AND NOT EXISTS (
              SELECT 1 FROM campaigns_touchpoint other WHERE other.enrollment_id = enrollment.id
              AND other.state IN ({S.PLANNED:d}, {S.CLAIMED:d}, {S.SENDING:d}, {S.WITH_REP:d}, {S.UNKNOWN:d}))
        """,
        [now, list(touchpoint_ids)],
    )


def release_expired_claims(now: datetime) -> int:
    """Claims whose lease ended were never sent: they wait again."""
    return _count(
        f"""
        UPDATE campaigns_touchpoint touch
        SET {_WAITS_AGAIN}, token = NULL, lease_until = NULL, attempt = attempt - 1
        FROM campaigns_enrollment enrollment
        WHERE touch.id IN (SELECT id FROM campaigns_touchpoint
                           WHERE state = {S.CLAIMED:d} AND lease_until <= %s FOR UPDATE SKIP LOCKED)
          AND enrollment.id = touch.enrollment_id
        """,
        [now],
    )


def give_up_stale_sending(*, sent_before: datetime, look_up_at: datetime) -> int:
    """Calls whose outcome nobody recorded: unknown, to be looked up; never tried again blindly."""
    return _count(
        f"""
        UPDATE campaigns_touchpoint SET state = {S.UNKNOWN:d}, token = NULL, lease_until = %s
        WHERE id IN (SELECT id FROM campaigns_touchpoint
                     WHERE state = {S.SENDING:d} AND lease_until <= %s FOR UPDATE SKIP LOCKED)
        """,
        [look_up_at, sent_before],
    )


def unknown_to_look_up(now: datetime, limit: int) -> list[tuple[int, str]]:
    """(id, channel) of unknown rows whose look-up is due; the look-up's next time is kept in lease_until."""
    return [
        (row[0], row[1])
        for row in _rows(
            f"""
            SELECT touch.id, lane.channel FROM campaigns_touchpoint touch
            JOIN campaigns_lane lane ON lane.id = touch.lane_id
            WHERE touch.state = {S.UNKNOWN:d} AND touch.lease_until <= %s
            ORDER BY touch.lease_until LIMIT %s
            """,
            [now, limit],
        )
    ]


def settle_unknown(
    *, touchpoint_ids: Sequence[int], state: S, now: datetime, next_look_up: datetime | None
) -> list[int]:
    """What a look-up or a person found out: sent, planned again (never sent), or still unknown."""
    return [
        row[0]
        for row in _rows(
            f"""
            UPDATE campaigns_touchpoint
            SET state = %s, lease_until = %s,
                sent_at = CASE WHEN %s THEN %s ELSE sent_at END,
                finished_at = CASE WHEN %s THEN %s ELSE finished_at END
            WHERE id = ANY(%s) AND state = {S.UNKNOWN:d} RETURNING id
            """,
            [
                *(int(state), next_look_up, state == S.SENT, now),
                *(state in (S.SENT, S.FAILED), now, list(touchpoint_ids)),
            ],
        )
    ]


def cancel_waiting(*, enrollment_ids: Sequence[int], reason: str, now: datetime) -> int:
    """Rows that have not gone out are cancelled, and the open tasks made from them."""
    cancelled = _count(
        f"""
        UPDATE campaigns_touchpoint
        SET state = {S.CANCELLED:d}, reason = %s, finished_at = %s, token = NULL, lease_until = NULL
        WHERE enrollment_id = ANY(%s) AND state IN ({S.PLANNED:d}, {S.CLAIMED:d}, {S.WITH_REP:d})
        """,
        [reason, now, list(enrollment_ids)],
    )
    # After the rows: a claim that held them may just have made tasks, which only a later statement sees.
    _count(
        """
        UPDATE campaigns_reptask SET state = 'cancelled', finished_at = %s
        WHERE state = 'open' AND touchpoint_id IN (
            SELECT id FROM campaigns_touchpoint WHERE enrollment_id = ANY(%s))
        """,
        [now, list(enrollment_ids)],
    )
    return cancelled


def next_due_in_lane(lane_id: int) -> datetime | None:
    rows = _rows(
        f"SELECT min(due_at) FROM campaigns_touchpoint WHERE lane_id = %s AND state = {S.PLANNED:d}", [lane_id]
    )
    found: datetime | None = rows[0][0]
    return found
