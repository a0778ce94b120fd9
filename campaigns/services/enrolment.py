"""Who enters an SOP and who leaves it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from campaigns import enrollment_queries
from campaigns.enums import Reason, TouchState
from campaigns.inputs import Start
from campaigns.models import Enrollment, Sop, Touchpoint
from campaigns.services.planning import Place, plan_ahead

_REACHED: Final = (TouchState.SENDING, TouchState.SENT, TouchState.UNKNOWN)


def start_sops(
    *,
    trigger: str,
    starts: Sequence[Start],
    now: datetime,
    tag_id: UUID | None = None,
    segment_id: UUID | None = None,
) -> int:
    """Enrol contacts in every live SOP that this trigger starts; gives how many were enrolled.

    Those who were in an SOP before are left alone. The first touch is planned in the same
    transaction, so it runs inside `due_work`.
    """
    if not starts:
        return 0
    return sum(enroll(sop=sop, starts=starts) for sop in sops_that_start(trigger, tag_id=tag_id, segment_id=segment_id))


def sops_that_start(trigger: str, *, tag_id: UUID | None = None, segment_id: UUID | None = None) -> list[Sop]:
    """The live SOPs that this trigger starts."""
    return enrollment_queries.sops_that_start(trigger, tag_id, segment_id)


def enroll(*, sop: Sop, starts: Sequence[Start]) -> int:
    """Enrol contacts in one SOP's live version; nobody when it is no longer live. Inside `due_work`.

    Stopping or publishing waits until those who are being enrolled are in, and then sees them.
    """
    version_id = enrollment_queries.hold_live_version(sop.pk)
    if version_id is None or not starts:
        return 0
    new = enrollment_queries.insert_enrollments(
        sop_id=sop.pk,
        version_id=version_id,
        starts=[(start.contact_id, start.lead_id, start.anchor_at, start.zone) for start in _once_each(starts)],
    )
    if not new:
        return 0
    places = [Place(pk, contact_id, version_id, anchor_at, zone) for pk, contact_id, anchor_at, zone in new]
    began = max(place.anchor_at for place in places)
    ahead = plan_ahead(sop_id=sop.pk, places=places, now=began)
    if len(ahead) < len(new):
        enrollment_queries.finish([place.enrollment_id for place in places if place.enrollment_id not in ahead], began)
    return len(new)


def exit_enrollments(*, contact_ids: Sequence[UUID], reason: Reason, now: datetime) -> int:
    """Take contacts out of what they are in; what has not gone out is cancelled at once.

    When the reason is that they were won, SOPs that go on after winning keep them.
    """
    if not contact_ids:
        return 0
    leavers = enrollment_queries.leavers_of_contacts(contact_ids, won=reason == Reason.WON)
    return enrollment_queries.end(leavers, reason=reason, now=now)


def exit_sop(*, sop_id: UUID, contact_ids: Sequence[UUID], since: datetime, reason: Reason, now: datetime) -> int:
    """Take contacts out of one SOP that they entered from then on."""
    if not contact_ids:
        return 0
    leavers = enrollment_queries.leavers_of_contacts_in(sop_id, contact_ids, since)
    return enrollment_queries.end(leavers, reason=reason, now=now)


def exit_with_leads(*, lead_ids: Sequence[UUID], reason: Reason, now: datetime) -> int:
    """Take contacts out of what they entered for these leads."""
    return enrollment_queries.end(enrollment_queries.leavers_of_leads(lead_ids), reason=reason, now=now)


def hold_touches(*, contact_ids: Collection[UUID]) -> None:
    """Hold what contacts are in and are to get until the transaction ends: nothing of it is sent meanwhile."""
    for held in (Enrollment.objects.select_for_update(no_key=True), Touchpoint.objects.select_for_update()):
        list(held.filter(contact_id__in=list(contact_ids)).order_by("pk").values_list("pk"))


def reached(*, contact_ids: Collection[UUID]) -> set[UUID]:
    """Those of the contacts to whom something was sent or is just being sent, and the leads for which it was."""
    rows = Touchpoint.objects.filter(contact_id__in=list(contact_ids), state__in=_REACHED).order_by()
    pairs = rows.values_list("contact_id", "enrollment__lead_id").distinct()
    return {pk for pair in pairs for pk in pair if pk is not None}


def exit_everybody(*, sop: Sop, reason: Reason, now: datetime) -> int:
    """Take everybody out of one SOP, which lets nobody in any more."""
    return enrollment_queries.end(enrollment_queries.leavers_of_sop(sop.pk), reason=reason, now=now)


def _once_each(starts: Sequence[Start]) -> list[Start]:
    """The first start of each contact: one statement cannot enrol the same one twice."""
    first: dict[UUID, Start] = {}
    for start in starts:
        first.setdefault(start.contact_id, start)
    return list(first.values())
