"""Lanes: closed for a while, let out in turns after an outage, and what a restored business leaves out."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from campaigns import lane_queries, queries
from campaigns.enums import Closure, LatePolicy
from campaigns.models import Lane
from campaigns.policy import Lateness
from campaigns.queries import Claimed
from scheduler.services import due_work

_NOTED_EVERY: Final = timedelta(minutes=1)


def lateness_of(lane: Lane) -> Lateness:
    sop = lane.sop
    return Lateness(
        policy=LatePolicy(sop.late_policy),
        after=timedelta(minutes=sop.late_after_minutes),
        per_minute=sop.catch_up_per_minute,
        past_before=lane.past_before,
    )


def hold_due(*, lane: Lane, size: int, token: UUID, now: datetime, lease_until: datetime) -> list[Claimed]:
    """Claim up to `size` rows that are due: of a backlog what its turn lets out, and then what is on time."""
    lateness = lateness_of(lane)
    rows: list[Claimed] = []
    if lateness.policy == LatePolicy.SEND:
        turn, pause = lateness.turn(size)
        late_before = now - lateness.after
        if lane_queries.take_turn(lane_id=lane.pk, now=now, late_before=late_before, next_at=now + pause):
            rows = queries.claim(
                lane_id=lane.pk, limit=turn, token=token, now=now, lease_until=lease_until, backlog=True
            )
            lane_queries.end_catch_up(lane.pk)
    elif lane.late_before is not None:
        # Its SOP wants something else by now: a backlog that is left out or put off needs no turns. Here and not
        # where that was ordered, as a claim that knew the old order may begin a catch-up afterwards.
        Lane.objects.filter(pk=lane.pk).update(late_before=None, catch_up_at=None)
    return rows + queries.claim(lane_id=lane.pk, limit=size - len(rows), token=token, now=now, lease_until=lease_until)


def close_lane_for(*, lane_id: int, seconds: float, closure: Closure, now: datetime) -> None:
    """One row instead of every touchpoint: nothing of this lane is tried until it reopens."""
    with due_work() as due:
        reopen_at = now + timedelta(seconds=seconds)
        Lane.objects.filter(pk=lane_id, is_open=True).update(is_open=False, reopen_at=reopen_at, closure=closure)
        due.at(reopen_at)


def note_progress(*, lane_id: int, now: datetime) -> None:
    """Touches of this lane go out: what waits behind them is not the backlog of an outage."""
    lane_queries.note_progress(lane_id=lane_id, now=now, noted_before=now - _NOTED_EVERY)


def leave_out_past(*, now: datetime) -> None:
    """What was due until now is left out for good, whatever its SOP says of late touches; what follows it goes on.

    For a business that was restored from a backup: what went out after the backup was made stands
    there as if it still waited.
    """
    Lane.objects.update(past_before=now)
