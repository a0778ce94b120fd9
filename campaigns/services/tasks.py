"""A representative's tasks: done, later, could not, handed over."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from accounts.passing import Passed
from campaigns import queries
from campaigns.enums import Reason, TaskState, TouchState
from campaigns.models import RepTask, Touchpoint
from scheduler.services import note_due
from scrm.core.bulk import update_columns


def finish_task(*, task: RepTask, now: datetime) -> bool:
    """Done. False when it was not open any more, and then nothing changed."""
    return _end_task(task, TaskState.DONE, TouchState.SENT, now)


def give_up_task(*, task: RepTask, reason: str, now: datetime) -> bool:
    """Could not be done, and why. False when it was not open any more."""
    return _end_task(task, TaskState.CANNOT, TouchState.SKIPPED, now, reason)


def snooze_task(*, task: RepTask, until: datetime) -> bool:
    """Put off until then; the touch stays with the representative. Inside `due_work`."""
    # What was agreed on in a talk is reminded of again.
    remind_at = until if task.interaction_id is not None else None
    open_still = RepTask.objects.filter(pk=task.pk, state=TaskState.OPEN)
    changed = open_still.update(snoozed_until=until, remind_at=remind_at)
    if changed:
        note_due(remind_at)
    return changed == 1


def hand_over_tasks(*, to: Mapping[UUID, UUID]) -> list[Passed]:
    """Open tasks follow their contacts to their new owners."""
    return _pass_on(RepTask.objects.filter(contact_id__in=list(to)), lambda each: to[each.contact_id])


def give_tasks(*, to: Mapping[UUID, UUID], of: Collection[UUID] | None = None) -> list[Passed]:
    """Give each of these open tasks to somebody. With `of` only those that are one of these people's still."""
    rows = RepTask.objects.filter(pk__in=list(to))
    return _pass_on(rows if of is None else rows.filter(owner__in=list(of)), lambda each: to[each.id])


def cancel_tasks(*, contact_ids: Sequence[UUID], now: datetime) -> int:
    """Open tasks about these contacts end with nothing done; gives how many."""
    open_tasks = RepTask.objects.filter(contact_id__in=list(contact_ids), state=TaskState.OPEN)
    return open_tasks.update(state=TaskState.CANCELLED, finished_at=now)


def withdraw_tasks(*, contact_ids: Sequence[UUID], now: datetime) -> int:
    """Open tasks about people who are nobody's come to nothing, and their touches with them; gives how many.

    The caller holds the contacts.
    """
    rows = RepTask.objects.filter(contact_id__in=list(contact_ids), state=TaskState.OPEN)
    touches = [pk for pk in rows.order_by("touchpoint").values_list("touchpoint", flat=True) if pk is not None]
    if touches:
        queries.hold_enrollments_of(touches)
    withdrawn = rows.update(state=TaskState.CANCELLED, finished_at=now, remind_at=None)
    if touches:
        waiting = Touchpoint.objects.filter(pk__in=touches, state=TouchState.WITH_REP)
        waiting.update(state=TouchState.SKIPPED, finished_at=now, reason=Reason.NO_OWNER)
        queries.end_enrollments_without_waiting_rows(touches, now)
    return withdrawn


def _pass_on(rows: QuerySet[RepTask], owner_of: Callable[[Passed], UUID]) -> list[Passed]:
    held = rows.filter(state=TaskState.OPEN).select_for_update(no_key=True).order_by("pk")
    found = [Passed(*row, None) for row in held.values_list("pk", "contact_id", "owner_id")]
    passed = [each._replace(after=to) for each in found if (to := owner_of(each)) != each.before]
    update_columns(RepTask, {"id": [each.id for each in passed], "owner_id": [each.after for each in passed]})
    return passed


def _end_task(task: RepTask, state: TaskState, touch: TouchState, now: datetime, reason: str = "") -> bool:
    with transaction.atomic():
        if task.touchpoint_id is not None:
            queries.hold_enrollments_of([task.touchpoint_id])
        changed = RepTask.objects.filter(pk=task.pk, state=TaskState.OPEN).update(
            state=state, finished_at=now, reason=reason[:200], remind_at=None
        )
        if changed and task.touchpoint_id is not None:
            Touchpoint.objects.filter(pk=task.touchpoint_id, state=TouchState.WITH_REP).update(
                state=touch,
                sent_at=now if touch == TouchState.SENT else None,
                finished_at=now,
                reason=Reason.CANNOT if touch == TouchState.SKIPPED else None,
            )
            queries.end_enrollments_without_waiting_rows([task.touchpoint_id], now)
    task.refresh_from_db()
    return changed == 1
