"""How somebody comes further: moved, won, lost, handed to a colleague."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

import contacts.services
import leads.services
import lifecycle.services
from accounts.models import User
from accounts.services import record_audit
from campaigns.enums import Reason
from campaigns.services import exit_enrollments, hand_over_tasks
from contacts.enums import OwnerWhy
from contacts.models import CustomField
from contacts.selectors import contact_ids_visible, fields_unsaid
from exchange.enums import HookEvent
from leads.models import Lead
from lifecycle.enums import MoveSource, StageKind
from lifecycle.models import LossReason, Stage
from lifecycle.selectors import fields_asked
from lifecycle.selectors_guards import loss_reason_of, loss_reasons_asked, way_barred
from lifecycle.transitions import Move, Transition
from scheduler.services import due_work
from scrm.flows.alerts import handed_over
from scrm.flows.stage_handover import stages_reached
from scrm.flows.telling import assigned, stages_told, told
from tagging.services_scores import Changed, scores_touched


class MoveRefused(ValidationError):
    """Why somebody may not be moved by hand; the text says what to do."""


class FieldsMissing(MoveRefused):
    """What has to be known before somebody comes to a stage; the text names it."""

    def __init__(self, fields: Sequence[CustomField]) -> None:
        names = ", ".join(field.name for field in fields)
        super().__init__(gettext("Fill in first, for this stage: %(fields)s.") % {"fields": names})


def stage_moved(
    contact_ids: Collection[UUID],
    stage_id: UUID,
    *,
    source: MoveSource,
    now: datetime,
    by: User | None = None,
    reason: str = "",
    loss_reason_id: UUID | None = None,
) -> int:
    """Contacts were moved to a stage; gives how many were not there yet.

    MoveRefused where somebody moves them by hand to where one does not go from their stage, without a reason that is
    asked for, or does not know yet what the stage asks for.
    """
    with due_work():
        present = contacts.services.lock_contacts(contact_ids=contact_ids)
        loss_reason = loss_reason_of(stage_id, loss_reason_id) if loss_reason_id is not None else None
        if source == MoveSource.API or (by is not None and source == MoveSource.HAND):
            _check(present, stage_id, loss_reason, by)
        wishes = [Move(contact_id, stage_id) for contact_id in sorted(present)]
        moved = move(wishes, source=source, by=by, reason=reason, loss_reason=loss_reason, now=now)
        if moved:
            details = {"contacts": len(moved)}
            record_audit(action="stage.moved", actor=by, subject=Stage(pk=stage_id), details=details, now=now)
        return len(moved)


def lead_won(lead_id: UUID, *, by: User | None, now: datetime) -> bool:
    """A lead became a deal: its contact is won and leaves what leads there. False when it was one already."""
    with due_work():
        contact_id = _lock_contact_of(lead_id)
        if not leads.services.mark_won(lead_ids=[lead_id], now=now):
            return False
        _to_kind([contact_id], StageKind.WON, source=MoveSource.HAND, by=by, now=now)
        exit_enrollments(contact_ids=[contact_id], reason=Reason.WON, now=now)
        leads.services.reward_deals(lead_ids=[lead_id], now=now)
        told(HookEvent.LEAD_WON, [{"lead_id": lead_id, "contact_id": contact_id}], now=now)
        record_audit(action="lead.won", actor=by, subject=Lead(pk=lead_id), now=now)
        return True


def lead_lost(lead_id: UUID, *, by: User | None, reason: str, now: datetime) -> bool:
    """An open lead came to nothing. With their last open lead, the contact counts as lost too."""
    with due_work():
        contact_id = _lock_contact_of(lead_id)
        if not leads.services.mark_lost(lead_ids=[lead_id], reason=reason, now=now):
            return False
        if not leads.services.open_lead_ids([contact_id]):
            _to_kind([contact_id], StageKind.LOST, source=MoveSource.HAND, by=by, reason=reason, now=now)
            exit_enrollments(contact_ids=[contact_id], reason=Reason.LOST, now=now)
        told(HookEvent.LEAD_LOST, [{"lead_id": lead_id, "contact_id": contact_id}], now=now)
        # Not in whose words, which may say a name: no line of the trail can be taken back.
        record_audit(action="lead.lost", actor=by, subject=Lead(pk=lead_id), now=now)
        return True


def lead_reassigned(lead_ids: Collection[UUID], owner_id: UUID, *, by: User | None, now: datetime) -> int:
    """Leads go to a colleague; gives how many changed hands.

    The owner looks after the person: so the contact, and every open task of theirs, goes along
    with the first lead that does, and the contact's other leads stay with whom they are. A door
    passes leads that the actor may see.
    """
    with due_work():
        contacts.services.lock_contacts(contact_ids=leads.services.contact_ids_of(lead_ids).values())
        handed = leads.services.hand_over(to=dict.fromkeys(lead_ids, owner_id), now=now)
        if not handed:
            return 0
        told(HookEvent.LEAD_ASSIGNED, assigned(handed), now=now)
        handed_over(owner_id, [each.id for each in handed], by=by, now=now)
        contact_ids = sorted({each.contact_id for each in handed})
        if by is not None:
            # A lead is no way to a contact of another team: that one stays with whom it is.
            contact_ids = contact_ids_visible(by, contact_ids)
        contacts.services.set_owner(contact_ids=contact_ids, owner_id=owner_id, why=OwnerWhy.LEAD, by=by, now=now)
        hand_over_tasks(to=dict.fromkeys(contact_ids, owner_id))
        subject = Lead(pk=handed[0].id) if len(handed) == 1 else None
        details = {"leads": len(handed), "owner": str(owner_id)}
        record_audit(action="lead.reassigned", actor=by, subject=subject, details=details, now=now)
        return len(handed)


def move(
    wishes: Sequence[Move],
    *,
    source: MoveSource,
    now: datetime,
    by: User | None = None,
    reason: str = "",
    loss_reason: LossReason | None = None,
) -> list[Transition]:
    """Move locked contacts, and let what an end of the lifecycle means follow. Inside `due_work`."""
    moved = lifecycle.services.move_contacts(
        moves=wishes,
        source=source,
        by=by,
        reason=reason,
        loss_reason_id=loss_reason.pk if loss_reason else None,
        now=now,
    )
    stages_told(moved, now=now)
    scores_touched([Changed(each.contact_id, now) for each in moved])
    won = sorted({each.contact_id for each in moved if each.to.kind == StageKind.WON})
    lost = sorted({each.contact_id for each in moved if each.to.kind == StageKind.LOST})
    if won:
        deals = leads.services.mark_won(lead_ids=leads.services.open_lead_ids(won, newest=True), now=now)
        leads.services.reward_deals(lead_ids=deals, now=now)
        exit_enrollments(contact_ids=won, reason=Reason.WON, now=now)
    if lost:
        why = ": ".join(filter(None, (loss_reason.name if loss_reason else "", reason)))
        leads.services.mark_lost(lead_ids=leads.services.open_lead_ids(lost), reason=why, now=now)
        exit_enrollments(contact_ids=lost, reason=Reason.LOST, now=now)
    stages_reached(moved, by=by, now=now)
    return moved


def _check(contact_ids: Collection[UUID], stage_id: UUID, loss_reason: LossReason | None, by: User | None) -> None:
    """MoveRefused unless these may go there by hand."""
    barred = way_barred(contact_ids, stage_id)
    if barred is not None:
        before, onward = barred
        said = {"stage": before.name, "stages": ", ".join(f"“{each.name}”" for each in onward)}
        raise MoveRefused(gettext("From “%(stage)s” one goes on to %(stages)s.") % said)
    if loss_reason is None and loss_reasons_asked(stage_id):
        raise MoveRefused(gettext("Choose why they are lost."))
    # What a role may fill in is asked of people; another system does not fill in our fields.
    missing = fields_unsaid(contact_ids, fields_asked(stage_id), role=by.role) if by is not None else []
    if missing:
        raise FieldsMissing(missing)


def _lock_contact_of(lead_id: UUID) -> UUID:
    found = leads.services.contact_ids_of([lead_id])
    if not found:
        raise Lead.DoesNotExist(lead_id)
    contacts.services.lock_contacts(contact_ids=found.values())
    return found[lead_id]


def _to_kind(
    contact_ids: Sequence[UUID],
    kind: StageKind,
    *,
    source: MoveSource,
    now: datetime,
    by: User | None = None,
    reason: str = "",
) -> None:
    stage = lifecycle.services.first_of_kind(lifecycle.services.default_stages(), kind)
    if stage is not None:
        moves = [Move(contact_id, stage.id, onward=True) for contact_id in contact_ids]
        moved = lifecycle.services.move_contacts(moves=moves, source=source, by=by, reason=reason, now=now)
        stages_told(moved, now=now)
        scores_touched([Changed(each.contact_id, now) for each in moved])
        stages_reached(moved, by=by, now=now)
