"""How a move that was a slip of the hand is taken back: by whoever made it, soon, and as a move of its own."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.utils.translation import gettext

import contacts.services
from accounts.models import User
from accounts.services import record_audit
from contacts.selectors import handed_on_by_stage_since
from lifecycle.enums import MoveSource, StageKind
from lifecycle.models import StageTransition
from lifecycle.of_contacts import stage_transition_latest
from lifecycle.transitions import Move
from scheduler.services import due_work
from scrm.flows.progress import move

UNTIL: Final = timedelta(minutes=10)
_FOLLOWED_BY_MORE: Final = frozenset({StageKind.WON, StageKind.LOST})
"""Stages by which leads are closed and SOPs left: that is not undone by a move."""


def move_to_undo(contact_id: UUID, lifecycle_id: UUID, *, by: User, now: datetime) -> StageTransition | None:
    """The last move of a contact; None where it is somebody else's, too long ago, or more came of it."""
    last = stage_transition_latest(contact_id, lifecycle_id)
    if (
        last is None
        or last.from_stage is None
        or last.by_id != by.pk
        or last.at < now - UNTIL
        or not _FOLLOWED_BY_MORE.isdisjoint({last.from_stage.kind, last.to_stage.kind})
        or handed_on_by_stage_since(contact_id, last.at)
    ):
        return None
    return last


def stage_move_undone(contact_id: UUID, lifecycle_id: UUID, move_id: int, *, by: User, now: datetime) -> bool:
    """Take back this move; False where it is not the last one, as it is when taken back twice, or can't be undone."""
    with due_work():
        if not contacts.services.lock_contacts(contact_ids=[contact_id]):
            return False
        last = move_to_undo(contact_id, lifecycle_id, by=by, now=now)
        if last is None or last.from_stage is None or last.pk != move_id:
            return False
        wishes = [Move(contact_id, last.from_stage.pk)]
        move(wishes, source=MoveSource.HAND, by=by, reason=gettext("Taken back"), now=now)
        record_audit(action="stage.move_undone", actor=by, subject=last.from_stage, now=now)
        return True
