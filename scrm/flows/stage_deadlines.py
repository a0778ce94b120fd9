"""The story of those who stay in a stage for too long: a reminder, a task, a move, or they count as lost."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import contacts.services
from alerts.enums import AlertKind
from alerts.services import NewAlert
from campaigns.services.follow_ups import NewTask, give_new_tasks
from contacts.selectors import owners_of
from lifecycle.deadlines import Planned, what_is_due
from lifecycle.enums import DeadlineAction, MoveSource, StageKind
from lifecycle.models import Position, StageDeadline
from lifecycle.selectors_deadlines import contact_ids_with_deadline, first_stage_of_kind
from lifecycle.services_deadlines import (
    REPLANNED,
    hold_due_positions,
    hold_replan,
    planned_for,
    replan_positions,
    set_next_deadlines,
)
from lifecycle.transitions import Move
from scheduler.budget import Budget
from scheduler.services import due_work
from scrm.core import clock
from scrm.flows import progress
from scrm.flows.alerts import alerted
from scrm.flows.lifecycle_versions import moved_late

_AT_ONCE: Final = 200
"""People in one transaction: a move that hands them on holds them for about a second."""
_NOBODY: Final = UUID(int=0)


def stage_deadlines_due(budget: Budget) -> bool:
    """Do what is due, then plan anew where deadlines were changed; True when more is waiting."""
    for part in (_worked_off, _replanned):
        while part():
            if budget.spent:
                return True
    return False


def _worked_off() -> bool:
    """One batch, each of whom is held: what is due is done and what comes next is noted in one transaction."""
    with due_work():
        now = clock.now()
        contact_ids = contact_ids_with_deadline(limit=_AT_ONCE, now=now)
        if not contact_ids:
            return False
        present = contacts.services.lock_contacts(contact_ids=contact_ids)
        rows = hold_due_positions(contact_ids=contact_ids, now=now)
        planned = planned_for(rows)
        following: dict[int, Planned | None] = {}
        to_do: dict[StageDeadline, list[Position]] = {}
        for row in rows:
            times, deadlines = planned[row.pk]
            noted = Planned(row.next_at or now, row.deadline_id or _NOBODY)
            due = what_is_due(times, {pk: each.action for pk, each in deadlines.items()}, noted, now)
            following[row.pk] = due.next
            for pk in due.now if row.contact_id in present else ():
                to_do.setdefault(deadlines[pk], []).append(row)
        set_next_deadlines(planned=following)
        owners = owners_of(present)
        for deadline, those in to_do.items():
            _do(deadline, those, owners, now)
    return True


def _replanned() -> bool:
    with due_work():
        now = clock.now()
        held = hold_replan(now=now)
        if held is None:
            return False
        stage, contact_ids = held
        contacts.services.lock_contacts(contact_ids=contact_ids)
        if stage.retired_at is None:
            replan_positions(stage=stage, contact_ids=contact_ids, now=now)
        else:
            moved_late(stage, contact_ids, is_last=len(contact_ids) < REPLANNED, now=now)
        return True


def _do(deadline: StageDeadline, rows: Sequence[Position], owners: Mapping[UUID, UUID | None], now: datetime) -> None:
    """In a number of statements that does not grow with the people."""
    match deadline.action:
        case DeadlineAction.REMIND:
            alerted(_reminders(deadline, rows, owners, now))
        case DeadlineAction.TASK:
            theirs = [(row.contact_id, owner) for row in rows if (owner := owners.get(row.contact_id)) is not None]
            give_new_tasks(tasks=[NewTask(pk, owner, deadline.text, now) for pk, owner in theirs])
        case DeadlineAction.MOVE if deadline.to_stage_id is not None:
            _move(rows, deadline.to_stage_id, deadline, now)
        case DeadlineAction.LOSE:
            lost = first_stage_of_kind(rows[0].lifecycle_id, StageKind.LOST)
            if lost is not None:
                _move(rows, lost, deadline, now)


def _reminders(
    deadline: StageDeadline, rows: Sequence[Position], owners: Mapping[UUID, UUID | None], now: datetime
) -> list[NewAlert]:
    """One for each owner: of one customer with who it is, of many with their number."""
    of_each: dict[UUID, list[UUID]] = {}
    for row in rows:
        owner = owners.get(row.contact_id)
        if owner is not None:
            of_each.setdefault(owner, []).append(row.contact_id)
    found = []
    for owner, contact_ids in of_each.items():
        one = len(contact_ids) == 1
        params = {"stage": str(deadline.stage_id)} | ({"contact": str(contact_ids[0])} if one else {})
        topic = "" if one else f"stage_deadline:{deadline.pk}:{now:%Y-%m-%d}"
        found.append(NewAlert(owner, AlertKind.STAGE_DEADLINE, now, None, params, topic, len(contact_ids)))
    return found


def _move(rows: Sequence[Position], stage_id: UUID, deadline: StageDeadline, now: datetime) -> None:
    wishes = [Move(row.contact_id, stage_id) for row in sorted(rows, key=lambda row: row.contact_id)]
    reason = deadline.loss_reason
    progress.move(wishes, source=MoveSource.DEADLINE, now=now, reason=deadline.text, loss_reason=reason)
