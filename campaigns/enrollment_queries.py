"""SQL of people in SOPs: who enters, what is planned for them first, and who leaves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from campaigns.enums import TouchState as S
from campaigns.models import Sop
from campaigns.queries import rows_changed, rows_of
from scrm.core.postgres.statements import Statement

_THAT_START: Final = Statement(
    "SELECT id FROM campaigns_sop WHERE trigger = %s AND state = 'live' AND live_version_id IS NOT NULL "
    "AND (%s::uuid IS NULL OR trigger_tag_id = %s::uuid) "
    "AND (%s::uuid IS NULL OR trigger_segment_id = %s::uuid) ORDER BY id"
)


@dataclass(frozen=True, slots=True)
class Leavers:
    """Enrollments, told by a condition and not one by one: an SOP may have a million."""

    condition: str
    values: tuple[Any, ...]


def leavers_of_sop(sop_id: UUID) -> Leavers:
    return Leavers("sop_id = %s", (sop_id,))


def leavers_of_contacts(contact_ids: Sequence[UUID], *, won: bool) -> Leavers:
    """With `won` other than those of SOPs that go on after winning."""
    condition = "contact_id = ANY(%s)"
    if won:
        condition += " AND sop_id IN (SELECT id FROM campaigns_sop WHERE exit_when_won)"
    return Leavers(condition, (list(contact_ids),))


def leavers_of_contacts_in(sop_id: UUID, contact_ids: Sequence[UUID], since: datetime) -> Leavers:
    """Those who entered one SOP from then on."""
    return Leavers("sop_id = %s AND contact_id = ANY(%s) AND anchor_at >= %s", (sop_id, list(contact_ids), since))


def leavers_of_leads(lead_ids: Sequence[UUID]) -> Leavers:
    return Leavers("lead_id = ANY(%s)", (list(lead_ids),))


def leavers_by_id(enrollment_ids: Sequence[int]) -> Leavers:
    return Leavers("id = ANY(%s)", (list(enrollment_ids),))


def sops_that_start(trigger: str, tag_id: UUID | None, segment_id: UUID | None) -> list[Sop]:
    """Live SOPs by what starts them, and no more of them than who they are: every arrival asks."""
    ids = rows_of(_THAT_START, [trigger, tag_id, tag_id, segment_id, segment_id])
    names = ("id",)
    return [Sop.from_db(None, names, row) for row in ids]


def hold_live_version(sop_id: UUID) -> int | None:
    """The live SOP's version, held against stop and publish until the commit; shared with other enrolments."""
    rows = rows_of("SELECT live_version_id FROM campaigns_sop WHERE id = %s AND state = 'live' FOR SHARE", [sop_id])
    return rows[0][0] if rows else None


def insert_enrollments(
    *, sop_id: UUID, version_id: int, starts: Sequence[tuple[UUID, UUID | None, datetime, str]]
) -> list[tuple[int, UUID, datetime, str]]:
    """Enrol those who never were in this SOP; gives (id, contact, T, zone) of the new ones."""
    contacts, leads, anchors, zones = zip(*starts, strict=True)
    return rows_of(
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


class NewTouch(NamedTuple):
    """A row of the ledger to be: planned, or left out at once."""

    enrollment_id: int
    contact_id: UUID
    lane_id: int
    step_id: int
    step_number: int
    occurrence: int
    due_at: datetime
    state: S = S.PLANNED
    reason: str | None = None


def insert_touchpoints(rows: Sequence[NewTouch]) -> int:
    """Write rows of the ledger; those there already stay.

    What is archived counts as there: the caller holds the enrollments, or has just made them.
    """
    if not rows:
        return 0
    columns = zip(*rows, strict=True)
    return rows_changed(
        f"""
        INSERT INTO campaigns_touchpoint (enrollment_id, contact_id, lane_id, step_id, step_number, occurrence,
            due_at, state, reason, finished_at, attempt)
        SELECT enrollment_id, plan.contact_id, lane_id, step_id, step_number, occurrence,
            due_at, plan.state, plan.reason, CASE WHEN plan.state <> {S.PLANNED:d} THEN due_at END, 0
        FROM unnest(%s::bigint[], %s::uuid[], %s::int[], %s::bigint[], %s::int[], %s::int[],
                    %s::timestamptz[], %s::int[], %s::text[])
             AS plan(enrollment_id, contact_id, lane_id, step_id, step_number, occurrence, due_at, state, reason)
        JOIN campaigns_enrollment enrollment ON enrollment.id = enrollment_id AND enrollment.archived_at IS NULL
        ON CONFLICT (enrollment_id, step_number, occurrence) DO NOTHING
        """,
        [list(column) for column in columns],
    )


def finish(enrollment_ids: Sequence[int], now: datetime) -> None:
    """End those that have nothing to come."""
    rows_changed(
        "UPDATE campaigns_enrollment SET state = 'finished', ended_at = %s WHERE id = ANY(%s) AND state = 'active'",
        [now, list(enrollment_ids)],
    )


def end(leavers: Leavers, *, reason: str, now: datetime) -> int:
    """End those that are active, and cancel their touches that have not gone out and the open tasks made from them.

    In several statements: a claim that held an enrollment may just have planned its next step or
    made a task, which only a statement after the wait for it sees.
    """
    who = leavers.condition
    rows_changed(
        f"SELECT count(*) FROM (SELECT FROM campaigns_enrollment WHERE {who} AND state = 'active' "
        "ORDER BY id FOR NO KEY UPDATE) held",
        leavers.values,
    )
    ended = rows_changed(
        "UPDATE campaigns_enrollment SET state = 'exited', exit_reason = %s, ended_at = %s "
        f"WHERE {who} AND state = 'active'",
        [reason, now, *leavers.values],
    )
    if not ended:
        return 0
    ended_now = f"SELECT id FROM campaigns_enrollment WHERE {who} AND state = 'exited' AND ended_at = %s"
    rows_changed(
        f"""
        UPDATE ONLY campaigns_touchpoint
        SET state = {S.CANCELLED:d}, reason = %s, finished_at = %s, token = NULL, lease_until = NULL
        WHERE enrollment_id IN ({ended_now}) AND state IN ({S.PLANNED:d}, {S.CLAIMED:d}, {S.WITH_REP:d})
        """,
        [reason, now, *leavers.values, now],
    )
    rows_changed(
        f"""
        UPDATE campaigns_reptask SET state = 'cancelled', finished_at = %s
        WHERE state = 'open' AND touchpoint_id IN (
            SELECT id FROM ONLY campaigns_touchpoint WHERE enrollment_id IN ({ended_now}))
        """,
        [now, *leavers.values, now],
    )
    return ended
