"""SQL of lanes: when the ledger next has something to do, how a backlog is let out, and reopening."""

from datetime import datetime

from django.conf import settings

from campaigns.enums import TouchState as S
from campaigns.queries import rows_changed, rows_of

_FIRST_WAITING = f"""
(SELECT due_at FROM campaigns_touchpoint WHERE lane_id = lane.id AND state = {S.PLANNED:d} ORDER BY due_at LIMIT 1)"""
"""Asked for in order, so that the index answers. For EXISTS with a time PostgreSQL reads the whole ledger: it takes
what is planned and what is of the past for independent, so for many rows, and there is none."""

FOLLOW_UPS_NEXT_DUE = "SELECT min(remind_at) FROM campaigns_reptask WHERE remind_at IS NOT NULL"
TOUCHPOINTS_NEXT_DUE = f"""
SELECT LEAST(
  (SELECT min(GREATEST(waiting.due_at, shut.reopen_at, shut.probe_until))
   FROM (SELECT lane.channel, LEAST(
           (SELECT due_at FROM campaigns_touchpoint WHERE lane_id = lane.id AND state = {S.PLANNED:d}
              AND due_at > COALESCE(lane.late_before, '-infinity') ORDER BY due_at LIMIT 1),
           CASE WHEN {_FIRST_WAITING} <= lane.late_before THEN lane.catch_up_at END) AS due_at
         FROM campaigns_lane lane WHERE lane.is_open OFFSET 0) waiting
   LEFT JOIN campaigns_breaker shut ON shut.channel = waiting.channel AND shut.reopen_at IS NOT NULL
   WHERE waiting.due_at IS NOT NULL),
  (SELECT min(reopen_at) FROM campaigns_lane WHERE NOT is_open),
  (SELECT min(lease_until) FROM campaigns_touchpoint WHERE state = {S.CLAIMED:d}),
  (SELECT min(lease_until) + interval '{settings.SCRM_SETTLE_SECONDS:d} seconds'
   FROM campaigns_touchpoint WHERE state = {S.SENDING:d}),
  (SELECT min(lease_until) FROM campaigns_touchpoint WHERE state = {S.UNKNOWN:d} AND lease_until IS NOT NULL))
"""
"""Of open lanes the least planned row, a backlog by its next turn, nothing before a shut channel's next probe; of
closed lanes the reopening; leases; look-ups. OFFSET 0 keeps the planner from looking for a lane's rows twice."""


def take_turn(*, lane_id: int, now: datetime, late_before: datetime, next_at: datetime) -> bool:
    """Take a lane's turn to let out some of its backlog; False when it has none or it is not the time yet.

    A catch-up begins where touches wait that are late and nothing has gone out for as long. It
    covers what was due until then: what merely waits behind a full lane is not held back.
    """
    return bool(
        rows_changed(
            f"""
            UPDATE campaigns_lane lane SET catch_up_at = %s,
                late_before = CASE WHEN lane.progress_at >= %s THEN COALESCE(lane.late_before, %s) ELSE %s END
            WHERE lane.id = %s AND lane.is_open
              AND COALESCE(lane.catch_up_at <= %s, lane.progress_at < %s, TRUE)
              AND {_FIRST_WAITING} <= COALESCE(lane.late_before, %s)
            """,
            [next_at, late_before, late_before, late_before, lane_id, now, late_before, late_before],
        )
    )


def end_catch_up(lane_id: int) -> int:
    """The backlog of a lane is let out, so it goes on as ever."""
    return rows_changed(
        f"""
        UPDATE campaigns_lane lane SET late_before = NULL, catch_up_at = NULL
        WHERE lane.id = %s AND COALESCE({_FIRST_WAITING} > lane.late_before, TRUE)
        """,
        [lane_id],
    )


def reopen_lanes(now: datetime) -> int:
    """Open the lanes whose time has come, other than those that somebody changes at this moment."""
    return rows_changed(
        """
        UPDATE campaigns_lane SET is_open = TRUE, reopen_at = NULL, closure = ''
        WHERE id IN (SELECT id FROM campaigns_lane WHERE NOT is_open AND reopen_at <= %s
                     FOR NO KEY UPDATE SKIP LOCKED)
        """,
        [now],
    )


def note_progress(*, lane_id: int, now: datetime, noted_before: datetime) -> int:
    """Note that touches of the lane go out, unless that was noted a moment ago."""
    return rows_changed(
        "UPDATE campaigns_lane SET progress_at = %s WHERE id = %s AND COALESCE(progress_at < %s, TRUE)",
        [now, lane_id, noted_before],
    )


def next_due_in_lane(lane_id: int) -> datetime | None:
    rows = rows_of(
        f"SELECT min(due_at) FROM campaigns_touchpoint WHERE lane_id = %s AND state = {S.PLANNED:d}", [lane_id]
    )
    found: datetime | None = rows[0][0]
    return found
