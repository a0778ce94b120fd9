"""Reads of touchpoints by contact: what somebody gets and why, and what the home page counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Case, Count, Q, When
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.selectors import visible_to
from campaigns.enums import EnrollmentState, TouchState
from campaigns.models import Enrollment, Touchpoint
from campaigns.selectors import WAITING, breaker_list_shut
from scrm.core.pagination import earlier

_COMING: Final = (*WAITING, TouchState.WITH_REP)
_TAKINGS: Final = 30


@dataclass(frozen=True, slots=True)
class Taking:
    """A contact's part in one SOP: what comes next, or why nothing does."""

    enrollment: Enrollment
    next: Touchpoint | None
    why: str


def touchpoint_list_of_contact(
    contact_id: UUID,
    *,
    before: datetime | None = None,
    before_id: int | None = None,
    text: str = "",
    limit: int = 30,
) -> list[Touchpoint]:
    """A contact's touchpoints by due time, newest first, older than a place in its timeline."""
    rows = Touchpoint.objects.filter(contact=contact_id).select_related("step", "lane__sop")
    if text:
        rows = rows.filter(Q(step__name__icontains=text) | Q(lane__sop__name__icontains=text))
    return list(rows.filter(earlier("due_at", before, before_id)).order_by("-due_at", "-pk")[:limit])


def touchpoint_list_of_lead(lead_id: UUID, limit: int = 50) -> list[Touchpoint]:
    rows = Touchpoint.objects.filter(enrollment__lead=lead_id).select_related("step", "lane__sop")
    return list(rows.order_by("-due_at", "-pk")[:limit])


def enrollment_list_of_contact(contact_id: UUID) -> list[Enrollment]:
    """Every time that the contact began an SOP, the first one first."""
    return list(Enrollment.objects.filter(contact=contact_id).select_related("sop").order_by("anchor_at", "pk"))


def sops_of_contact(contact_id: UUID) -> list[Taking]:
    """The SOPs that the contact is or was in, the running ones first, with the next touch and why, or why not."""
    rows = Enrollment.objects.filter(contact=contact_id).select_related("sop", "version")
    running = Case(When(state=EnrollmentState.ACTIVE, then=0), default=1)
    enrollments = list(rows.order_by(running, "-anchor_at", "-pk")[:_TAKINGS])
    if not enrollments:
        return []
    # One touch of each, however many there were.
    touches = Touchpoint.objects.filter(contact=contact_id, enrollment__in=enrollments)
    touches = touches.select_related("step", "lane").distinct("enrollment")
    waiting = touches.filter(state__in=_COMING).order_by("enrollment", "due_at", "pk")
    coming = {touch.enrollment_id: touch for touch in waiting}
    over = [each for each in enrollments if each.state != EnrollmentState.EXITED and each.pk not in coming]
    stopped: dict[int, Touchpoint] = {}
    if over:
        told = touches.filter(enrollment__in=over, reason__gt="").order_by("enrollment", "-due_at", "-pk")
        stopped = {touch.enrollment_id: touch for touch in told}
    shut = {breaker.channel: breaker.get_closure_display() for breaker in breaker_list_shut()}
    return [_taking(each, coming.get(each.pk), stopped.get(each.pk), shut) for each in enrollments]


def _taking(
    enrollment: Enrollment, coming: Touchpoint | None, stopped: Touchpoint | None, shut: Mapping[str, str]
) -> Taking:
    if enrollment.state == EnrollmentState.EXITED:
        why = enrollment.get_exit_reason_display() or _("Taken out")
    elif coming is None:
        why = touch_why(stopped) if stopped else _("Every step was done.")
    elif not coming.lane.is_open:
        why = coming.lane.get_closure_display() or coming.lane.reason or _("The SOP is paused.")
    elif coming.lane.late_before is not None and coming.due_at <= coming.lane.late_before:
        why = _("Late: it goes out in its turn.")
    else:
        why = shut.get(coming.lane.channel) or touch_why(coming)
    return Taking(enrollment, coming, why)


def touch_why(touch: Touchpoint) -> str:
    """Why the touch was not made, in words; empty when it was or still may be."""
    reason = touch.get_reason_display() if touch.reason else ""
    return " – ".join(filter(None, [str(reason), touch.detail or ""]))


def touchpoint_totals(viewer: User, *, day_ends: datetime, week_began: datetime) -> dict[str, int]:
    """Touches due until the day ends, sent since the week began, and with an outcome nobody knows."""
    rows = visible_to(viewer, Touchpoint.objects.all(), owner="contact__owner")
    return rows.aggregate(
        due=Count("pk", filter=Q(state__in=WAITING, due_at__lt=day_ends)),
        sent=Count("pk", filter=Q(state=TouchState.SENT, sent_at__gte=week_began)),
        unknown=Count("pk", filter=Q(state=TouchState.UNKNOWN)),
    )
