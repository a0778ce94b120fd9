"""How a representative's task ends or waits, and what follows from it."""

from datetime import datetime
from typing import Any, Final

import campaigns.services
import contacts.services
from accounts.models import User
from accounts.services import record_audit
from campaigns.models import RepTask
from contacts.enums import ChannelKind, ConsentWay
from events.inputs import Happening
from scheduler.services import due_work
from scrm.flows.consent import contact_withdrew
from scrm.flows.engagement import take_in

ASKED_TO_STOP: Final = "asked_to_stop"
"""The reason that is more than a reason: nobody may reach them any more."""


def task_finished(task: RepTask, *, by: User, now: datetime) -> bool:
    """A representative did what was asked; False when the task was not open any more."""
    with due_work():
        contacts.services.lock_contacts(contact_ids=[task.contact_id])
        if not campaigns.services.finish_task(task=task, now=now):
            return False
        record_audit(action="task.done", actor=by, subject=task, now=now)
        done: dict[str, Any] = {"task": task.title, "rep": str(by)}
        if task.touchpoint_id is not None:
            done["touchpoint"] = task.touchpoint_id
        take_in([Happening(task.contact_id, "task_done", now, f"task_done:{task.pk}", done)], now=now)
        return True


def task_snoozed(task: RepTask, *, until: datetime, by: User, now: datetime) -> bool:
    """A representative put a task off; False when it was not open any more."""
    with due_work():
        if not campaigns.services.snooze_task(task=task, until=until):
            return False
        record_audit(action="task.snoozed", actor=by, subject=task, details={"until": until}, now=now)
        return True


def task_given_up(task: RepTask, *, reason: str, words: str, by: User, now: datetime) -> bool:
    """A representative could not do what was asked; False when the task was not open any more.

    Whoever asked us to stop is reached by no channel from now on.
    """
    with due_work():
        contacts.services.lock_contacts(contact_ids=[task.contact_id])
        if not campaigns.services.give_up_task(task=task, reason=words, now=now):
            return False
        # Not its title, which may say a name: no line of the trail can be taken back.
        details = {"reason": reason or "other"}
        record_audit(action="task.given_up", actor=by, subject=task, details=details, now=now)
        if reason == ASKED_TO_STOP:
            contact_withdrew(task.contact_id, ChannelKind.ALL, reason=ASKED_TO_STOP, by=by, way=ConsentWay.REP, now=now)
        return True
