"""The ledger's SQL: claim, send, release. State numbers come from `campaigns.enums.TouchState`.

ONLY: the live rows, without those of the archive.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from campaigns.enums import TouchState as S

HELD_ENROLLMENTS = """
held AS MATERIALIZED (
    SELECT id, state, exit_reason, ended_at FROM campaigns_enrollment
    WHERE id IN (SELECT enrollment_id FROM ONLY campaigns_touchpoint WHERE id = ANY(%s))
    ORDER BY id FOR NO KEY UPDATE)"""
"""Enrollments before their touches, everywhere: an exit under way is waited for, and then seen."""

WAITS_AGAIN = f"""
state = CASE WHEN held.state = 'exited' THEN {S.CANCELLED:d} ELSE {S.PLANNED:d} END,
reason = CASE WHEN held.state = 'exited' THEN held.exit_reason END,
finished_at = CASE WHEN held.state = 'exited' THEN held.ended_at END,
token = NULL, lease_until = NULL"""
"""Back to planned, or cancelled where its person has left meanwhile."""

_TENANT_MAY_SEND = (
    "EXISTS (SELECT 1 FROM public.tenants_tenant WHERE schema_name = current_schema() AND status = 'active')"
)
"""A business that was suspended a moment ago sends nothing more, whatever was enqueued before."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A touchpoint that this worker holds until its lease ends."""

    id: int
    enrollment_id: int
    contact_id: UUID
    step_id: int
    occurrence: int
    due_at: datetime
    attempt: int


def rows_of(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def rows_changed(sql: str, parameters: Sequence[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return int(cursor.rowcount)


def hold_enrollments_of(touchpoint_ids: Sequence[int]) -> None:
    """The same, by their touches; whoever changes some in several statements holds all of them first."""
    rows_changed(f"WITH {HELD_ENROLLMENTS} SELECT FROM held", [list(touchpoint_ids)])


def claim(
    *, lane_id: int, limit: int, token: UUID, now: datetime, lease_until: datetime, backlog: bool = False
) -> list[Claimed]:
    """Hold up to `limit` due rows of an open lane, the longest due first; what others hold is passed over.

    With `backlog` the rows of a catch-up, else those after it. The enrollment is held along with
    its touch, so that its exit, and the claim of another of its touches, come before or after.
    """
    side = "<= (SELECT late_before FROM lane)" if backlog else "> (SELECT COALESCE(late_before, '-infinity') FROM lane)"
    chosen = f"touch.due_at {side} ORDER BY touch.due_at LIMIT %s"
    return _claim(chosen, [limit], lane_id=lane_id, token=token, now=now, lease_until=lease_until)


def claim_only(
    *, touchpoint_ids: Sequence[int], lane_id: int, token: UUID, now: datetime, lease_until: datetime
) -> list[Claimed]:
    """Hold these rows of an open lane, as far as they are due still and nobody holds them."""
    chosen = "touch.id = ANY(%s)"
    return _claim(chosen, [list(touchpoint_ids)], lane_id=lane_id, token=token, now=now, lease_until=lease_until)


def _claim(
    chosen: str, values: list[Any], *, lane_id: int, token: UUID, now: datetime, lease_until: datetime
) -> list[Claimed]:
    # The lane is held too: whoever closes it waits for the claims under way, and sees no later one.
    rows = rows_of(
        f"""
        WITH lane AS MATERIALIZED (
            SELECT id, late_before FROM campaigns_lane WHERE id = %s AND is_open AND {_TENANT_MAY_SEND} FOR SHARE),
        due AS (
            SELECT touch.id FROM ONLY campaigns_touchpoint touch
            JOIN campaigns_enrollment enrollment ON enrollment.id = touch.enrollment_id
            WHERE touch.lane_id = (SELECT id FROM lane) AND touch.state = {S.PLANNED:d} AND touch.due_at <= %s
              AND {chosen}
            FOR NO KEY UPDATE OF touch, enrollment SKIP LOCKED)
        UPDATE ONLY campaigns_touchpoint touch
        SET state = {S.CLAIMED:d}, token = %s, lease_until = %s, attempt = touch.attempt + 1
        FROM due WHERE touch.id = due.id
        RETURNING touch.id, touch.enrollment_id, touch.contact_id, touch.step_id, touch.occurrence,
            touch.due_at, touch.attempt
        """,
        [lane_id, now, *values, token, lease_until],
    )
    # RETURNING keeps no order.
    return sorted((Claimed(*row) for row in rows), key=lambda row: (row.due_at, row.id))


def mark_sending(*, touchpoint_ids: Sequence[int], token: UUID, now: datetime) -> set[int]:
    """Turn to sending the rows of this call, where token, lease, lane, breaker, tenant and consent still hold."""
    return {
        row[0]
        for row in rows_of(
            f"""
            UPDATE ONLY campaigns_touchpoint touch SET state = {S.SENDING:d}
            FROM campaigns_lane lane
            WHERE touch.id = ANY(%s) AND touch.state = {S.CLAIMED:d} AND touch.token = %s
              AND touch.lease_until > %s AND lane.id = touch.lane_id AND lane.is_open AND {_TENANT_MAY_SEND}
              AND NOT EXISTS (SELECT 1 FROM contacts_donotcontact closed
                              WHERE closed.contact_id = touch.contact_id AND closed.channel IN ('all', lane.channel))
              AND COALESCE((SELECT word.given FROM contacts_consent word
                            WHERE word.contact_id = touch.contact_id AND word.purpose = 'marketing'
                              AND word.channel IN ('all', lane.channel)
                            ORDER BY word.at DESC, word.id DESC LIMIT 1),
                           NOT EXISTS (SELECT 1 FROM contacts_consentrule rule
                                       WHERE rule.channel = lane.channel AND rule.needed))
              AND NOT EXISTS (SELECT 1 FROM campaigns_breaker shut WHERE shut.channel = lane.channel
                              AND shut.reopen_at IS NOT NULL AND shut.probe_token IS DISTINCT FROM touch.token)
            RETURNING touch.id
            """,
            [list(touchpoint_ids), token, now],
        )
    }


def put_back(*, touchpoint_ids: Sequence[int], token: UUID) -> int:
    """Claimed rows that were not sent wait again; the attempt does not count."""
    return rows_changed(
        f"""
        WITH {HELD_ENROLLMENTS}
        UPDATE ONLY campaigns_touchpoint touch SET {WAITS_AGAIN}, attempt = attempt - 1
        FROM held
        WHERE touch.id = ANY(%s) AND touch.token = %s AND touch.state IN ({S.CLAIMED:d}, {S.SENDING:d})
          AND held.id = touch.enrollment_id
        """,
        [list(touchpoint_ids), list(touchpoint_ids), token],
    )


def shift(*, dues: Mapping[int, datetime], token: UUID, reason: str) -> int:
    """Late rows that this worker holds wait for another time; the attempt does not count."""
    return rows_changed(
        f"""
        UPDATE ONLY campaigns_touchpoint touch
        SET state = {S.PLANNED:d}, due_at = plan.due_at, reason = %s, token = NULL, lease_until = NULL,
            attempt = attempt - 1
        FROM unnest(%s::bigint[], %s::timestamptz[]) AS plan(id, due_at)
        WHERE touch.id = plan.id AND touch.token = %s AND touch.state = {S.CLAIMED:d}
        """,
        [reason, list(dues), list(dues.values()), token],
    )


def retry_later(*, touchpoint_id: int, token: UUID, due_at: datetime, detail: str) -> int:
    return rows_changed(
        f"""
        WITH {HELD_ENROLLMENTS}
        UPDATE ONLY campaigns_touchpoint touch SET {WAITS_AGAIN}, due_at = %s, detail = %s
        FROM held
        WHERE touch.id = %s AND touch.token = %s AND touch.state = {S.SENDING:d} AND held.id = touch.enrollment_id
        """,
        [[touchpoint_id], due_at, detail, touchpoint_id, token],
    )


def set_aside(*, touchpoint_id: int, due_at: datetime | None, now: datetime, reason: str, detail: str) -> int:
    """A row that can't even be claimed: tried again at `due_at`, failed for good without one."""
    return rows_changed(
        f"""
        UPDATE ONLY campaigns_touchpoint
        SET attempt = attempt + 1, reason = %s, detail = %s, due_at = COALESCE(%s, due_at),
            state = CASE WHEN %s THEN {S.PLANNED:d} ELSE {S.FAILED:d} END,
            finished_at = CASE WHEN %s THEN NULL ELSE %s::timestamptz END
        WHERE id = %s AND state = {S.PLANNED:d}
        """,
        [reason, detail[:300], due_at, due_at is not None, due_at is not None, now, touchpoint_id],
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
    """Record an outcome where the token still holds; gives the rows that it was recorded for.

    Two touches of one enrollment that end at once do so one after the other, so the second sees
    that it was the last.
    """
    return [
        row[0]
        for row in rows_of(
            f"""
            WITH {HELD_ENROLLMENTS}
            UPDATE ONLY campaigns_touchpoint touch
            SET state = %s, token = NULL, lease_until = %s, reason = %s, detail = %s, provider_ref = %s,
                sent_at = CASE WHEN %s THEN %s ELSE sent_at END,
                finished_at = CASE WHEN %s THEN %s ELSE finished_at END
            FROM held
            WHERE touch.id = ANY(%s) AND touch.token = %s AND touch.state = %s AND held.id = touch.enrollment_id
            RETURNING touch.id
            """,
            [
                *(list(touchpoint_ids), int(state), lease_until, reason, detail, provider_ref or None),
                *(state == S.SENT, now, state not in (S.WITH_REP, S.UNKNOWN), now),
                *(list(touchpoint_ids), token, int(held_as)),
            ],
        )
    ]


def end_enrollments_without_waiting_rows(touchpoint_ids: Sequence[int], now: datetime) -> int:
    """An enrollment is finished when the last of its touches has ended."""
    return rows_changed(
        f"""
        UPDATE campaigns_enrollment enrollment SET state = 'finished', ended_at = %s
        WHERE enrollment.state = 'active'
          AND enrollment.id IN (SELECT enrollment_id FROM ONLY campaigns_touchpoint WHERE id = ANY(%s))
          AND NOT EXISTS (
              SELECT 1 FROM ONLY campaigns_touchpoint other WHERE other.enrollment_id = enrollment.id
              AND other.state IN ({S.PLANNED:d}, {S.CLAIMED:d}, {S.SENDING:d}, {S.WITH_REP:d}, {S.UNKNOWN:d}))
        """,
        [now, list(touchpoint_ids)],
    )


def release_expired_claims(now: datetime) -> int:
    """Claims whose lease ended were never sent: they wait again."""
    return rows_changed(
        f"""
        WITH held AS MATERIALIZED (
            SELECT touch.id AS touch_id, enrollment.state, enrollment.exit_reason, enrollment.ended_at
            FROM ONLY campaigns_touchpoint touch
            JOIN campaigns_enrollment enrollment ON enrollment.id = touch.enrollment_id
            WHERE touch.state = {S.CLAIMED:d} AND touch.lease_until <= %s
            FOR NO KEY UPDATE OF touch, enrollment SKIP LOCKED)
        UPDATE ONLY campaigns_touchpoint touch SET {WAITS_AGAIN}, attempt = attempt - 1
        FROM held WHERE touch.id = held.touch_id
        """,
        [now],
    )


def give_up_stale_sending(*, sent_before: datetime, look_up_at: datetime) -> int:
    """Calls whose outcome nobody recorded: unknown, to be looked up; never tried again blindly."""
    return rows_changed(
        f"""
        UPDATE ONLY campaigns_touchpoint SET state = {S.UNKNOWN:d}, token = NULL, lease_until = %s
        WHERE id IN (SELECT id FROM ONLY campaigns_touchpoint
                     WHERE state = {S.SENDING:d} AND lease_until <= %s FOR UPDATE SKIP LOCKED)
        """,
        [look_up_at, sent_before],
    )
