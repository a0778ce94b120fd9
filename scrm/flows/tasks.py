"""How a representative's task ends well, and what follows from it."""

from datetime import datetime
from typing import Any

import campaigns.services
import contacts.services
from accounts.models import User
from campaigns.models import RepTask
from events.inputs import Happening
from scheduler.services import due_work
from scrm.flows.engagement import take_in


def task_finished(task: RepTask, *, by: User, now: datetime) -> bool:
    """A representative did what was asked; False when the task was not open any more."""
    with due_work():
        contacts.services.lock_contacts(contact_ids=[task.contact_id])
        if not campaigns.services.finish_task(task=task, by=by, now=now):
            return False
        done: dict[str, Any] = {"task": task.title, "rep": str(by)}
        if task.touchpoint_id is not None:
            done["touchpoint"] = task.touchpoint_id
        take_in([Happening(task.contact_id, "task_done", now, f"task_done:{task.pk}", done)], now=now)
        return True
