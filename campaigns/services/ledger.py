"""The ledger: claim, record, recover. DESIGN.md 4.4 to 4.6."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

from django.conf import settings

from accounts.models import User
from accounts.services import record_audit
from campaigns import planner, policy, queries
from campaigns.channels import outward_channel
from campaigns.enums import Channel, EnrollmentState, Reason, TaskState, TouchState
from campaigns.inputs import Message
from campaigns.models import Enrollment, Lane, RepTask, Step, Touchpoint
from campaigns.queries import Claimed
from campaigns.services.messages import Reach, compose, compose_task, reach_of
from scheduler.services import due_work, note_due
from scrm.core import clock, failpoints

_TASK_BATCH = 500
_LOOK_UP_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Batch:
    """Messages that this worker holds under one token until the lease ends."""

    lane_id: int
    channel: str
    token: UUID
    claimed_boot: float
    messages: list[Message]
    attempts: dict[int, int]

    def age(self) -> float:
        """Seconds since just before the claim, on a clock that runs while the machine sleeps."""
        return clock.boot_seconds() - self.claimed_boot


def claim_batch(*, lane: Lane) -> Batch | None:
    """Hold a lane's due rows and plan what follows each; None when nothing is due.

    Refused rows are skipped with their reason, and a representative's rows become tasks, all in
    the claim's own transaction. What is left is to be carried out of the house.
    """
    channel = Channel(lane.channel)
    size = _TASK_BATCH if channel == Channel.REP_TASK else outward_channel(channel).batch_size
    claimed_boot = clock.boot_seconds()
    now = clock.now()
    token = uuid.uuid4()
    with due_work():
        rows = queries.claim(
            lane_id=lane.pk,
            limit=size,
            token=token,
            now=now,
            lease_until=now + timedelta(seconds=settings.SCRM_LEASE_SECONDS),
        )
        if not rows:
            return None
        enrollments = Enrollment.objects.in_bulk([row.enrollment_id for row in rows])
        rows = _cancel_ended(rows, enrollments, token, now)
        steps = Step.objects.select_related("material").in_bulk({row.step_id for row in rows})
        plan_next(rows=rows, enrollments=enrollments, steps=steps, sop_id=lane.sop_id)
        reach = reach_of([row.contact_id for row in rows], channel)
        going = _skip_refused(rows, reach, channel, token, now)
        if channel == Channel.REP_TASK:
            _give_to_reps(going, steps, reach, token, now)
            messages: dict[int, Message] = {}
        else:
            messages = compose(rows=going, steps=steps, reach=reach, now=now)
            _fail_unwritten(going, messages, token, now)
    failpoints.passed("claim.committed")
    return Batch(lane.pk, channel, token, claimed_boot, list(messages.values()), {row.id: row.attempt for row in going})


def plan_next(
    *, rows: Sequence[Claimed], enrollments: Mapping[int, Enrollment], steps: Mapping[int, Step], sop_id: UUID
) -> int:
    """Plan the step after each claimed one, from the enrollment's T. Those planned already stay."""
    following = _following_steps({steps[row.step_id].version_id for row in rows})
    lanes = dict(Lane.objects.filter(sop_id=sop_id).values_list("channel", "pk"))
    by_step: dict[int, list[Claimed]] = {}
    for row in rows:
        by_step.setdefault(row.step_id, []).append(row)
    plans = []
    for step_id, members in by_step.items():
        step = following.get(step_id)
        if step is None:
            continue
        anchors = [(enrollments[row.enrollment_id].zone, enrollments[row.enrollment_id].anchor_at) for row in members]
        due = planner.plan_groups(step.offset, anchors)
        plans += [
            (row.enrollment_id, row.contact_id, lanes[step.channel], step.pk, step.number, due[anchor])
            for row, anchor in zip(members, anchors, strict=True)
        ]
    if plans:
        note_due(min(plan[-1] for plan in plans))
    return queries.insert_touchpoints(plans)


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


def _following_steps(version_ids: set[int]) -> dict[int, Step]:
    """For each step of these versions, the one after it."""
    steps = list(Step.objects.filter(version_id__in=version_ids).order_by("version_id", "position"))
    return {before.pk: after for before, after in pairwise(steps) if before.version_id == after.version_id}


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


def close_lane_for(*, lane_id: int, seconds: float, reason: str, now: datetime) -> None:
    """One row instead of every touchpoint: nothing of this lane is tried until it reopens."""
    with due_work() as due:
        reopen_at = now + timedelta(seconds=seconds)
        Lane.objects.filter(pk=lane_id, is_open=True).update(is_open=False, reopen_at=reopen_at, reason=reason[:120])
        due.at(reopen_at)


def recover(*, now: datetime) -> None:
    """Reopen lanes whose time has come, free expired claims, and look up what is unknown."""
    with due_work() as due:
        if Lane.objects.filter(is_open=False, reopen_at__lte=now).update(is_open=True, reopen_at=None, reason=""):
            due.at(now)
        if queries.release_expired_claims(now):
            due.at(now)
        settled = now - timedelta(seconds=settings.SCRM_SETTLE_SECONDS)
        if queries.give_up_stale_sending(sent_before=settled, look_up_at=now):
            due.at(now)
    _look_up_unknown(now)


def _look_up_unknown(now: datetime) -> None:
    """Ask each channel what became of its unknown rows; one that cannot tell is not asked again."""
    by_channel: dict[str, list[int]] = {}
    for touchpoint_id, channel in queries.unknown_to_look_up(now, limit=500):
        by_channel.setdefault(channel, []).append(touchpoint_id)
    for name, ids in by_channel.items():
        answer = outward_channel(name).look_up(ids)
        with due_work() as due:
            if answer is None:
                queries.settle_unknown(touchpoint_ids=ids, state=TouchState.UNKNOWN, now=now, next_look_up=None)
                continue
            found = [pk for pk in ids if answer.get(pk) is not None]
            absent = [pk for pk in ids if pk in answer and answer[pk] is None]
            unsure = [pk for pk in ids if pk not in answer]
            sent = queries.settle_unknown(touchpoint_ids=found, state=TouchState.SENT, now=now, next_look_up=None)
            queries.end_enrollments_without_waiting_rows(sent, now)
            if queries.settle_unknown(touchpoint_ids=absent, state=TouchState.PLANNED, now=now, next_look_up=None):
                due.at(now)
            later = now + _LOOK_UP_EVERY
            if queries.settle_unknown(touchpoint_ids=unsure, state=TouchState.UNKNOWN, now=now, next_look_up=later):
                due.at(later)


def resolve_unknown(*, touchpoint: Touchpoint, sent: bool, by: User, now: datetime) -> bool:
    """A person says what became of it: it went out, or it did not and is tried again."""
    with due_work() as due:
        state = TouchState.SENT if sent else TouchState.PLANNED
        changed = queries.settle_unknown(touchpoint_ids=[touchpoint.pk], state=state, now=now, next_look_up=None)
        if sent:
            queries.end_enrollments_without_waiting_rows(changed, now)
        elif changed:
            due.at(now)
        if changed:
            record_audit(action="touchpoint.settled", actor=by, subject=touchpoint, details={"sent": sent}, now=now)
    return bool(changed)
