"""Writes of who is in a segment, all at once, and how each time went."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Final

import structlog

from accounts.models import User
from audiences.models import RunCause, Segment, SegmentKind, SegmentRun
from audiences.queries import REFRESH_MINUTES, apply_difference
from scheduler.services import due_work, note_due
from scrm.core.conditions import ConditionInvalid, Scope, facts, parse

log = structlog.get_logger(__name__)

REFRESH_EVERY: Final = timedelta(minutes=REFRESH_MINUTES)
RUNS_KEPT: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class SegmentChange:
    """What a refresh did."""

    entered: int
    left: int
    size: int


def refresh_segment(*, segment: Segment, by: User | None = None, now: datetime) -> SegmentChange:
    """Let in who matches now and out who no longer does; one that is frozen or archived stays as it is."""
    with due_work():
        locked = Segment.objects.select_for_update().get(pk=segment.pk)
        if locked.archived_at is not None or (locked.kind == SegmentKind.FROZEN and locked.refreshed_at is not None):
            return SegmentChange(entered=0, left=0, size=locked.size)
        return fill(locked, RunCause.ASKED, by=by, now=now)


def refresh_stalest(*, now: datetime) -> bool:
    """Refresh the dynamic segment that has waited longest; False when none is due.

    One that another worker holds is passed over. One whose rule can no longer be read keeps its
    members and waits its turn again, so that it can't hold up the others.
    """
    with due_work():
        due = Segment.objects.filter(kind=SegmentKind.DYNAMIC, archived_at=None, refreshed_at__lte=now - REFRESH_EVERY)
        segment = due.select_for_update(skip_locked=True).order_by("refreshed_at").first()
        if segment is None:
            return False
        try:
            fill(segment, RunCause.SCHEDULE, now=now)
        except ConditionInvalid as invalid:
            log.warning("segment.unreadable", segment=str(segment.pk))
            _keep(segment, segment.size, now)
            SegmentRun.objects.create(
                segment=segment, cause=RunCause.SCHEDULE, at=now, size=segment.size, error=str(invalid)[:300]
            )
        return True


def fill(segment: Segment, cause: RunCause, *, by: User | None = None, now: datetime) -> SegmentChange:
    """Go through a held segment. Who is in it when it is made did not come: nobody is told of them."""
    started = monotonic()
    # Stored rules may name a tag or stage that is gone: that part then matches nobody.
    inside = (str(segment.pk),)
    condition = parse(segment.condition, facts, scope=Scope.CONTACT, stored=True, inside=inside)
    first = segment.refreshed_at is None
    entered, left, size = apply_difference(segment.pk, condition, now, told=not first)
    if not first and (entered or left):
        note_due(now)
    _keep(segment, size, now)
    SegmentRun.objects.filter(segment=segment, at__lt=now - RUNS_KEPT).delete()
    SegmentRun.objects.create(
        segment=segment,
        cause=cause,
        by=by,
        at=now,
        entered=entered,
        left=left,
        size=size,
        took_ms=round(1000 * (monotonic() - started)),
    )
    return SegmentChange(entered, left, size)


def _keep(segment: Segment, size: int, now: datetime) -> None:
    segment.size, segment.refreshed_at = size, now
    segment.save(update_fields=["size", "refreshed_at"])
    if segment.kind == SegmentKind.DYNAMIC:
        note_due(now + REFRESH_EVERY)
