"""Tasks of representatives that no SOP plans: agreed on in a talk, with a reminder, or given by a rule."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from campaigns.enums import TaskState
from campaigns.models import RepTask
from leads.models import Interaction
from scheduler.services import note_due


class NewTask(NamedTuple):
    """Something that somebody is to do about a contact, from now on."""

    contact_id: UUID
    owner_id: UUID
    title: str
    due_at: datetime


def give_new_tasks(*, tasks: Sequence[NewTask]) -> None:
    """Put these on their owners' lists, in one statement. The caller holds the contacts."""
    RepTask.objects.bulk_create(RepTask(**{**each._asdict(), "title": each.title[:200]}) for each in tasks)


def plan_follow_up(
    *, interaction: Interaction, owner: User, title: str, body: str, due_at: datetime, now: datetime
) -> RepTask:
    """Put the next contact on somebody's list. Inside `due_work`; the caller holds the contact."""
    remind_at = due_at if due_at > now else None
    task = RepTask.objects.create(
        interaction=interaction,
        contact_id=interaction.contact_id,
        owner=owner,
        title=title[:200],
        body=body,
        due_at=due_at,
        remind_at=remind_at,
    )
    note_due(remind_at)
    return task


def settle_follow_ups(*, contact_id: UUID, now: datetime) -> int:
    """They were talked to: what earlier talks had agreed on is done. The caller holds the contact."""
    rows = _open(contact_id=contact_id)
    return rows.update(state=TaskState.DONE, finished_at=now, remind_at=None)


def withdraw_follow_ups(*, interaction_id: UUID, now: datetime) -> int:
    """What this talk had agreed on holds no more."""
    rows = _open(interaction_id=interaction_id)
    return rows.update(state=TaskState.CANCELLED, finished_at=now, remind_at=None)


def take_reminders(*, limit: int, now: datetime) -> list[RepTask]:
    """Agreed tasks whose time has come, each handed out once. In the caller's transaction."""
    rows = RepTask.objects.select_for_update(skip_locked=True, of=("self",)).select_related("owner", "contact")
    due = list(rows.filter(remind_at__lte=now).order_by("remind_at", "pk")[:limit])
    RepTask.objects.filter(pk__in=[task.pk for task in due]).update(remind_at=None)
    return due


def _open(**which: UUID) -> QuerySet[RepTask]:
    return RepTask.objects.filter(state=TaskState.OPEN, interaction__isnull=False, **which)
