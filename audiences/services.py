"""Writes of segments: what they ask for, and who is in them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from django.core.exceptions import ValidationError
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record_audit
from audiences.models import Segment, SegmentKind, SegmentMember
from audiences.queries import REFRESH_MINUTES, apply_difference
from scheduler.services import due_work, note_due
from scrm.core.conditions import ConditionInvalid, Scope, facts, parse, to_json

log = structlog.get_logger(__name__)

REFRESH_EVERY: Final = timedelta(minutes=REFRESH_MINUTES)


@dataclass(frozen=True, slots=True)
class SegmentChange:
    """What a refresh did."""

    entered: int
    left: int
    size: int


def save_segment(
    *,
    segment: Segment | None = None,
    name: str,
    kind: str,
    condition: object,
    by: User | None,
    now: datetime,
) -> Segment:
    """Make or change a segment and fill it. Raises ConditionInvalid or ValidationError and changes nothing.

    A frozen one is filled once, when it is made; a dynamic one that becomes frozen keeps its members.
    """
    parsed = to_json(parse(condition, facts, scope=Scope.CONTACT))
    if parsed == {"all": []}:
        raise ValidationError({"condition": _("Add at least one condition; without one everybody is in it.")})
    frozen_before = segment is not None and segment.kind == SegmentKind.FROZEN
    if segment is not None and frozen_before and kind == SegmentKind.FROZEN and parsed != segment.condition:
        raise ValidationError(
            {"condition": _("A frozen segment keeps its members. Make it dynamic, or make a new one.")}
        )
    with due_work():
        segment = segment or Segment(created_by=by, created_at=now)
        fresh = segment.refreshed_at is None
        segment.name, segment.kind, segment.condition = name.strip(), kind, parsed
        segment.full_clean()
        segment.save()
        if fresh or kind == SegmentKind.DYNAMIC:
            # The row is the lock: two refreshes at once would both let the same contact in.
            _fill(Segment.objects.select_for_update().get(pk=segment.pk), now)
            segment.refresh_from_db(fields=["size", "refreshed_at"])
        record_audit(action="segment.saved", actor=by, subject=segment, details={"name": segment.name}, now=now)
    return segment


def refresh_segment(*, segment: Segment, now: datetime) -> SegmentChange:
    """Let in who matches now and out who no longer does; a frozen one stays as it is."""
    with due_work():
        locked = Segment.objects.select_for_update().get(pk=segment.pk)
        if locked.kind == SegmentKind.FROZEN and locked.refreshed_at is not None:
            return SegmentChange(entered=0, left=0, size=locked.size)
        return _fill(locked, now)


def refresh_stalest(*, now: datetime) -> bool:
    """Refresh the dynamic segment that has waited longest; False when none is due.

    One that another worker holds is passed over. One whose rule can no longer be read keeps its
    members and waits its turn again, so that it can't hold up the others.
    """
    with due_work():
        due = Segment.objects.filter(kind=SegmentKind.DYNAMIC, refreshed_at__lte=now - REFRESH_EVERY)
        segment = due.select_for_update(skip_locked=True).order_by("refreshed_at").first()
        if segment is None:
            return False
        try:
            _fill(segment, now)
        except ConditionInvalid:
            log.warning("segment.unreadable", segment=str(segment.pk))
            _keep(segment, segment.size, now)
        return True


def delete_segment(*, segment: Segment, by: User | None, now: datetime) -> None:
    with due_work():
        record_audit(action="segment.deleted", actor=by, subject=segment, details={"name": segment.name}, now=now)
        segment.delete()


def hold_segments_of(*, contact_ids: Collection[UUID]) -> list[UUID]:
    """Hold the segments that these contacts are in until the transaction ends, as a refresh does; gives which.

    Before the contacts themselves: a refresh that lets one of them in has the segment first.
    """
    members = SegmentMember.objects.filter(contact__in=list(contact_ids), left_at=None).values("segment")
    held = Segment.objects.select_for_update().filter(pk__in=members).order_by("pk")
    return list(held.values_list("pk", flat=True))


def count_members(*, segment_ids: Collection[UUID]) -> None:
    """Set the sizes of held segments from who is in them."""
    members = SegmentMember.objects.filter(segment=OuterRef("pk"), left_at=None).order_by().values("segment")
    size = members.annotate(size=Count("pk")).values("size")
    Segment.objects.filter(pk__in=list(segment_ids)).update(size=Coalesce(Subquery(size), 0))


def _fill(segment: Segment, now: datetime) -> SegmentChange:
    # Stored rules may name a tag or stage that is gone: that part then matches nobody.
    condition = parse(segment.condition, facts, scope=Scope.CONTACT, stored=True)
    entered, left, size = apply_difference(segment.pk, condition, now)
    _keep(segment, size, now)
    return SegmentChange(entered, left, size)


def _keep(segment: Segment, size: int, now: datetime) -> None:
    segment.size, segment.refreshed_at = size, now
    segment.save(update_fields=["size", "refreshed_at"])
    if segment.kind == SegmentKind.DYNAMIC:
        note_due(now + REFRESH_EVERY)
