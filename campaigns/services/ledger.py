"""The ledger: claim, record, recover. DESIGN.md 4.4 to 4.6."""

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError

from campaigns import breaker_queries, lane_queries, policy, queries
from campaigns.channels import outward_channel
from campaigns.enums import Channel, EnrollmentState, Reason, TaskState, TouchState
from campaigns.inputs import Message
from campaigns.models import Enrollment, Lane, RepTask, Step, Touchpoint
from campaigns.queries import Claimed
from campaigns.services.breakers import Passage, pass_breaker
from campaigns.services.lanes import hold_due, lateness_of
from campaigns.services.messages import Reach, compose, compose_task, reach_of
from campaigns.services.planning import Place, Timetable, plan_ahead
from campaigns.services.unknown import look_up_unknown
from campaigns.timing import shifted
from scheduler.services import due_work, note_due
from scrm.core import clock, failpoints

log = structlog.get_logger(__name__)
_TASK_BATCH = 500


@dataclass(frozen=True, slots=True)
class Batch:
    """Messages that this worker holds under one token until the lease ends."""

    lane_id: int
    channel: str
    token: UUID
    claimed_boot: float
    messages: list[Message]
    attempts: dict[int, int]
    passage: Passage

    def age(self) -> float:
        """Seconds since just before the claim, on a clock that runs while the machine sleeps."""
        return clock.boot_seconds() - self.claimed_boot


class ClaimBroke(Exception):
    """Something in these rows can't be claimed; all of them wait as before."""

    def __init__(self, touchpoint_ids: list[int]) -> None:
        super().__init__(f"{len(touchpoint_ids)} touchpoints")
        self.touchpoint_ids = touchpoint_ids


def claim_batches(*, lane: Lane, only: Sequence[int] | None = None) -> Iterator[Batch]:
    """The lane's next batch; where one row breaks it, smaller ones of the others, and that row is set aside."""
    try:
        batch = claim_batch(lane=lane, only=only)
    except ClaimBroke as broke:
        ids = broke.touchpoint_ids
        if len(ids) == 1:
            _set_aside(ids[0], broke.__cause__, clock.now())
            return
        yield from claim_batches(lane=lane, only=ids[: len(ids) // 2])
        yield from claim_batches(lane=lane, only=ids[len(ids) // 2 :])
    else:
        if batch is not None:
            yield batch


def claim_batch(*, lane: Lane, only: Sequence[int] | None = None) -> Batch | None:
    """Hold a lane's due rows and plan what follows each; None when nothing is due.

    Late rows are left out or put off where their SOP wants that, refused ones are skipped with
    their reason, and a representative's become tasks, all in the claim's own transaction. What is
    left is to be carried out of the house; of a shut channel one row at most, as its probe. Raises
    ClaimBroke for what is wrong with the rows.
    """
    channel = Channel(lane.channel)
    size = _TASK_BATCH if channel == Channel.REP_TASK else outward_channel(channel).batch_size
    claimed_boot = clock.boot_seconds()
    now = clock.now()
    token = uuid.uuid4()
    lease_until = now + timedelta(seconds=settings.SCRM_LEASE_SECONDS)
    rows: list[Claimed] = []
    try:
        with due_work():
            passage = _passage(channel, token, now, lease_until)
            if passage is None:
                return None
            if passage.probe:
                size, only = 1, only and only[:1]
            if only is None:
                rows = hold_due(lane=lane, size=size, token=token, now=now, lease_until=lease_until)
            else:
                rows = queries.claim_only(
                    touchpoint_ids=only, lane_id=lane.pk, token=token, now=now, lease_until=lease_until
                )
            messages, attempts = _work_up(rows, lane, channel, token, now) if rows else ([], {})
            if passage.probe and not messages:
                # Nobody else saw it taken, so nobody has to be woken: whoever looks next may have it.
                breaker_queries.give_back_probe(channel=channel, token=token)
            if not rows:
                return None
    except (OperationalError, InterfaceError):
        # The database's trouble and not the rows'.
        raise
    except Exception as error:
        if not rows:
            raise
        raise ClaimBroke([row.id for row in rows]) from error
    failpoints.passed("claim.committed")
    return Batch(lane.pk, channel, token, claimed_boot, messages, attempts, passage)


def _passage(channel: Channel, token: UUID, now: datetime, until: datetime) -> Passage | None:
    """A representative's task leaves by no provider."""
    return (
        Passage() if channel == Channel.REP_TASK else pass_breaker(channel=channel, token=token, now=now, until=until)
    )


def _work_up(
    rows: list[Claimed], lane: Lane, channel: Channel, token: UUID, now: datetime
) -> tuple[list[Message], dict[int, int]]:
    """What goes out of these rows, and their attempts."""
    enrollments = Enrollment.objects.in_bulk([row.enrollment_id for row in rows])
    rows = _cancel_ended(rows, enrollments, token, now)
    steps = Step.objects.select_related("material").in_bulk({row.step_id for row in rows})
    places = [Place.of(enrollments[row.enrollment_id], (steps[row.step_id].number, row.occurrence)) for row in rows]
    plan_ahead(sop_id=lane.sop_id, places=places, now=now)
    rows = _part_from_late(rows, lane, enrollments, steps, token, now)
    reach = reach_of([row.contact_id for row in rows], channel)
    going = _skip_refused(rows, reach, channel, token, now)
    messages: dict[int, Message] = {}
    if channel == Channel.REP_TASK:
        _give_to_reps(going, steps, reach, token, now)
    else:
        messages = compose(rows=going, steps=steps, reach=reach, now=now)
        _fail_unwritten(going, messages, token, now)
    return list(messages.values()), {row.id: row.attempt for row in going}


def _set_aside(touchpoint_id: int, error: BaseException | None, now: datetime) -> None:
    """Tried again later and later, and in the end failed: a person sees it, and the others go on meanwhile."""
    log.error("touch.broken", touchpoint=touchpoint_id, error=type(error).__name__, exc_info=error)
    attempt = Touchpoint.objects.values_list("attempt", flat=True).get(pk=touchpoint_id) + 1
    back_off = policy.back_off_seconds(attempt)
    with due_work() as due:
        queries.hold_enrollments_of([touchpoint_id])
        due_at = None if back_off is None else now + timedelta(seconds=back_off)
        queries.set_aside(
            touchpoint_id=touchpoint_id, due_at=due_at, now=now, reason=Reason.BROKEN, detail=type(error).__name__
        )
        if due_at is None:
            queries.end_enrollments_without_waiting_rows([touchpoint_id], now)
        due.at(due_at)


def _cancel_ended(
    rows: Sequence[Claimed], enrollments: Mapping[int, Enrollment], token: UUID, now: datetime
) -> list[Claimed]:
    """Cancel rows of people who have left; gives the others.

    Leaving cancels what it sees. This catches what was at the provider just then and came back to
    be tried again, and the step that a claim planned in that very moment.
    """
    ended: dict[Reason, list[int]] = {}
    going = []
    for row in rows:
        enrollment = enrollments[row.enrollment_id]
        if enrollment.state == EnrollmentState.EXITED:
            ended.setdefault(Reason(enrollment.exit_reason), []).append(row.id)
        else:
            going.append(row)
    for reason, ids in ended.items():
        record(ids, token, held_as=TouchState.CLAIMED, state=TouchState.CANCELLED, now=now, reason=reason)
    return going


def _part_from_late(
    rows: Sequence[Claimed],
    lane: Lane,
    enrollments: Mapping[int, Enrollment],
    steps: Mapping[int, Step],
    token: UUID,
    now: datetime,
) -> list[Claimed]:
    """Leave out or put off what comes too late, as the SOP wants it; gives the others."""
    lateness, timetable = lateness_of(lane), Timetable()
    left_out: dict[Reason, list[int]] = {}
    put_off: dict[int, datetime] = {}
    going = []
    for row in rows:
        verdict = lateness.judge(row.due_at, now)
        if verdict is None:
            going.append(row)
        elif verdict == Reason.SHIFTED:
            offset, zone = steps[row.step_id].offset, enrollments[row.enrollment_id].zone
            put_off[row.id] = shifted(offset, row.due_at, zone, now, timetable.calendar_of(offset))
        else:
            left_out.setdefault(verdict, []).append(row.id)
    for reason, ids in left_out.items():
        record(ids, token, held_as=TouchState.CLAIMED, state=TouchState.EXPIRED, now=now, reason=reason)
    if put_off:
        queries.shift(dues=put_off, token=token, reason=Reason.SHIFTED)
        note_due(min(put_off.values()))
    return going


def _skip_refused(
    rows: Sequence[Claimed], reach: Mapping[UUID, Reach], channel: Channel, token: UUID, now: datetime
) -> list[Claimed]:
    """Skip what the policy refuses; gives the others."""
    refused: dict[Reason, list[int]] = {}
    going = []
    for row in rows:
        reason = policy.refuse(channel, reach[row.contact_id].standing)
        if reason is None:
            going.append(row)
        else:
            refused.setdefault(reason, []).append(row.id)
    for reason, ids in refused.items():
        record(ids, token, held_as=TouchState.CLAIMED, state=TouchState.SKIPPED, now=now, reason=reason)
    return going


def _give_to_reps(
    rows: Sequence[Claimed], steps: Mapping[int, Step], reach: Mapping[UUID, Reach], token: UUID, now: datetime
) -> None:
    """A task on the owner's phone for each row; nothing leaves the house, so no call can be lost."""
    texts = compose_task(rows=rows, steps=steps, reach=reach, now=now)
    _fail_unwritten(rows, texts, token, now)
    RepTask.objects.bulk_create(
        RepTask(
            touchpoint_id=row.id,
            contact_id=row.contact_id,
            owner_id=owner_id,
            title=texts[row.id][0],
            body=texts[row.id][1],
            state=TaskState.OPEN,
            due_at=row.due_at,
        )
        for row in rows
        if row.id in texts and (owner_id := reach[row.contact_id].owner_id) is not None
    )
    queries.finish(
        touchpoint_ids=list(texts),
        token=token,
        held_as=TouchState.CLAIMED,
        state=TouchState.WITH_REP,
        now=now,
    )


def _fail_unwritten(rows: Sequence[Claimed], written: Collection[int], token: UUID, now: datetime) -> None:
    """Rows whose text could not be made fail with that reason; the log says why."""
    broken = [row.id for row in rows if row.id not in written]
    if broken:
        record(broken, token, held_as=TouchState.CLAIMED, state=TouchState.FAILED, now=now, reason=Reason.BROKEN)


def record(
    touchpoint_ids: Sequence[int],
    token: UUID,
    *,
    held_as: TouchState,
    state: TouchState,
    now: datetime,
    reason: Reason | None = None,
    detail: str | None = None,
    provider_ref: str | None = None,
    lease_until: datetime | None = None,
) -> list[int]:
    """Write an outcome where the token still holds, and end the enrollments that have no touch left."""
    written = queries.finish(
        touchpoint_ids=touchpoint_ids,
        token=token,
        held_as=held_as,
        state=state,
        now=now,
        reason=reason,
        detail=detail,
        provider_ref=provider_ref,
        lease_until=lease_until,
    )
    if state not in (TouchState.WITH_REP, TouchState.UNKNOWN):
        queries.end_enrollments_without_waiting_rows(written, now)
    return written


def recover(*, now: datetime) -> None:
    """Reopen lanes whose time has come, free expired claims, and look up what is unknown."""
    with due_work() as due:
        settled = now - timedelta(seconds=settings.SCRM_SETTLE_SECONDS)
        changed = (
            lane_queries.reopen_lanes(now),
            queries.release_expired_claims(now),
            queries.give_up_stale_sending(sent_before=settled, look_up_at=now),
        )
        if any(changed):
            due.at(now)
    look_up_unknown(now=now)
