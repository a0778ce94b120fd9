"""The story of two contacts who turn out to be one person, and of taking that back."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

import audiences.services
from accounts.models import User
from accounts.services import record_audit
from campaigns.services.enrolment import hold_touches
from campaigns.services.merging import leave_doubled_runs, resume_runs
from contacts.merging import Record
from contacts.models import Contact, ContactMerge
from contacts.selectors.requests import erasure_begun
from contacts.services.merging import CameMeanwhile, fold_contact, hold_for_merge, unfold_contact
from exchange.enums import HookEvent
from leads.services.removal import lead_locks_of_contacts
from scheduler.services import due_work
from scrm.flows.merge_tables import merge_tables
from scrm.flows.telling import told
from tagging.services_scores import Changed, scores_touched

_RUNS: Final = "runs"
_ATTEMPTS: Final = 4
Done = TypeVar("Done")


@dataclass(frozen=True, slots=True)
class Unmerged:
    """A contact that is back. `lost` rows stay away, for what they belong to is gone."""

    contact_id: UUID
    survivor_id: UUID
    lost: int


def contacts_merged(
    survivor_id: UUID, folded_id: UUID, *, choices: Mapping[str, str] | None = None, by: User | None, now: datetime
) -> ContactMerge:
    """Everything of one contact becomes the survivor's, and its id leads there; ValidationError when it can't be.

    One transaction: both are held, so that whoever arrives, or is to get something, comes wholly before or after.
    """
    if survivor_id == folded_id:
        raise ValidationError(_("These are the same customer."))
    return _again_and_again(lambda: _merge(survivor_id, folded_id, choices or {}, by, now))


def _merge(
    survivor_id: UUID, folded_id: UUID, choices: Mapping[str, str], by: User | None, now: datetime
) -> ContactMerge:
    both = (survivor_id, folded_id)
    segments = audiences.services.hold_segments_of(contact_ids=both)
    _hold(both)
    if erasure_begun(both):
        raise ValidationError(_("One of them is about to be erased."))
    record = Record()
    left = leave_doubled_runs(survivor_id=survivor_id, folded_id=folded_id, now=now)
    if left:
        record.others[_RUNS] = left
    merge = fold_contact(
        survivor_id=survivor_id,
        folded_id=folded_id,
        tables=merge_tables(),
        choices=choices,
        record=record,
        by=by,
        now=now,
    )
    audiences.services.count_members(segment_ids=segments)
    scores_touched([Changed(survivor_id, now, anything=True)])
    told(HookEvent.CONTACT_MERGED, [{"contact_id": survivor_id, "merged_id": folded_id}], now=now)
    details = {"merged": str(folded_id), "rows": merge.rows}
    record_audit(action="contact.merged", actor=by, subject=Contact(pk=survivor_id), details=details, now=now)
    return merge


def contact_unmerged(merge: ContactMerge, *, by: User | None, now: datetime) -> Unmerged:
    """The folded contact is back with all that was its own; what came since stays with the survivor.

    ValidationError when a later merge into the same survivor stands, or it was taken back already.
    """
    return _again_and_again(lambda: _unmerge(merge, by, now))


def _unmerge(merge: ContactMerge, by: User | None, now: datetime) -> Unmerged:
    segments = audiences.services.hold_segments_of(contact_ids=[merge.survivor_id])
    _hold((merge.survivor_id,))
    record, lost = unfold_contact(merge=merge, tables=merge_tables(), by=by, now=now)
    resume_runs(left=record.others.get(_RUNS, {}), now=now)
    audiences.services.count_members(segment_ids=segments)
    scores_touched([Changed(pk, now, anything=True) for pk in (merge.survivor_id, merge.folded_id)])
    said = {"contact_id": merge.survivor_id, "unmerged_id": merge.folded_id}
    told(HookEvent.CONTACT_UNMERGED, [said], now=now)
    details = {"unmerged": str(merge.folded_id), "rows": merge.rows, "lost": lost}
    subject = Contact(pk=merge.survivor_id)
    record_audit(action="contact.unmerged", actor=by, subject=subject, details=details, now=now)
    return Unmerged(merge.folded_id, merge.survivor_id, lost)


def _again_and_again(work: Callable[[], Done]) -> Done:
    """In a transaction, which lets go of everything and begins anew where somebody came in meanwhile."""
    for _attempt in range(_ATTEMPTS):
        with suppress(CameMeanwhile), due_work(), transaction.atomic():
            return work()
    with due_work():
        return work()


def _hold(contact_ids: tuple[UUID, ...]) -> None:
    """Against arrivals, then everything else about them, then what they are to get; everywhere in this order."""
    hold_for_merge(contact_ids=contact_ids, also=lead_locks_of_contacts(contact_ids=contact_ids))
    hold_touches(contact_ids=contact_ids)
