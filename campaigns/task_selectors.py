"""Reads of representatives' tasks: what waits, what is late, what was done, and when a contact was last reached."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, F, Max, Prefetch, Q, QuerySet
from django.db.models.functions import Coalesce

from accounts.models import User
from accounts.selectors import visible_to
from campaigns.enums import TaskState, TouchState
from campaigns.models import RepTask, Touchpoint
from contacts.models import Identity
from leads.models import Interaction

LATE_AFTER: Final = timedelta(hours=4)
"""Half a working day: until then a task counts as done on time."""


@dataclass(frozen=True, slots=True)
class TaskNumbers:
    """How a representative stands today and over seven days."""

    open: int
    late: int
    done_today: int
    done_week: int
    on_time_week: int

    @property
    def on_time(self) -> float | None:
        return self.on_time_week / self.done_week if self.done_week else None


def task_list_due(user: User, now: datetime, *, mine: bool = False) -> QuerySet[RepTask]:
    """Open tasks whose time has come, the longest waiting first."""
    return _shown(user, mine=mine).filter(state=TaskState.OPEN, wanted_at__lte=now).order_by("wanted_at", "pk")


def task_list_later(user: User, now: datetime, *, mine: bool = False) -> QuerySet[RepTask]:
    """Open tasks whose time is still to come, the next one first."""
    return _shown(user, mine=mine).filter(state=TaskState.OPEN, wanted_at__gt=now).order_by("wanted_at", "pk")


def task_list_ended(user: User, since: datetime, *, mine: bool = False) -> QuerySet[RepTask]:
    """Tasks done or given up since then, the last one first."""
    ended = [TaskState.DONE, TaskState.CANNOT]
    rows = _shown(user, mine=mine).filter(state__in=ended, finished_at__gte=since)
    return rows.order_by("-finished_at", "-pk")


def task_list_open_of_contact(user: User, contact_id: UUID) -> list[RepTask]:
    return list(_shown(user, mine=False).filter(contact=contact_id, state=TaskState.OPEN).order_by("wanted_at", "pk"))


def task_detail(user: User, task_id: UUID) -> RepTask | None:
    return _shown(user, mine=False).filter(pk=task_id).first()


def task_count_due(user: User, now: datetime, *, mine: bool = False) -> int:
    return _tasks(user, mine=mine).filter(state=TaskState.OPEN, wanted_at__lte=now).count()


def task_count_open(user: User, owner_id: UUID) -> int:
    """Open tasks in somebody's hands, due or not."""
    return _tasks(user, mine=False).filter(owner=owner_id, state=TaskState.OPEN).count()


def task_count_of_sops(user: User, owner_id: UUID) -> int:
    """Those of them that a step of an SOP waits for."""
    rows = _tasks(user, mine=False).filter(owner=owner_id, state=TaskState.OPEN)
    return rows.filter(touchpoint__isnull=False).count()


def task_count_left_elsewhere(user: User, owner_id: UUID) -> int:
    """Those of them that are about contacts of somebody else's, or nobody's."""
    return _left_elsewhere(user, owner_id).count()


def tasks_left_elsewhere(user: User, owner_id: UUID, *, after: UUID | None, limit: int) -> dict[UUID, UUID]:
    """The next of those by id, each with its contact; for hand-over."""
    rows = _left_elsewhere(user, owner_id)
    rows = rows if after is None else rows.filter(pk__gt=after)
    return dict(rows.order_by("pk").values_list("pk", "contact")[:limit])


def task_numbers(user: User, *, now: datetime, day_began: datetime, mine: bool = False) -> TaskNumbers:
    """What the counters say; the week is today and the six days before."""
    week_began = day_began - timedelta(days=6)
    is_open = Q(state=TaskState.OPEN, wanted_at__lte=now)
    done_week = Q(state=TaskState.DONE, finished_at__gte=week_began)
    # What is open is few, and what is done only counts for a week: neither reads the years before.
    rows = _tasks(user, mine=mine).filter(is_open | done_week)
    return TaskNumbers(
        **rows.aggregate(
            open=Count("pk", filter=is_open),
            late=Count("pk", filter=is_open & Q(wanted_at__lt=now - LATE_AFTER)),
            done_today=Count("pk", filter=Q(state=TaskState.DONE, finished_at__gte=day_began)),
            done_week=Count("pk", filter=done_week),
            on_time_week=Count("pk", filter=done_week & Q(finished_at__lte=F("wanted_at") + LATE_AFTER)),
        )
    )


def contacts_last_reached(contact_ids: Collection[UUID]) -> dict[UUID, datetime]:
    """When each was last spoken with or written to: a logged talk, a mail sent, a task done."""
    chosen = list(contact_ids)
    kept = Interaction.objects.filter(contact__in=chosen, deleted_at=None)
    talks = kept.order_by().values_list("contact").annotate(at=Max("at"))
    touches = (
        Touchpoint.objects.filter(contact__in=chosen, state=TouchState.SENT)
        .order_by()
        .values_list("contact")
        .annotate(at=Max("sent_at"))
    )
    found: dict[UUID, datetime] = dict(talks)
    for contact_id, at in touches:
        found[contact_id] = max(at, found.get(contact_id, at))
    return found


def _left_elsewhere(user: User, owner_id: UUID) -> QuerySet[Any]:
    rows = _tasks(user, mine=False).filter(owner=owner_id, state=TaskState.OPEN)
    return rows.exclude(contact__owner=owner_id)


def _shown(user: User, *, mine: bool) -> QuerySet[Any]:
    """Tasks with what a card shows; `wanted_at` is when each should be done."""
    identities = Prefetch("contact__identities", Identity.objects.defer("sealed", "blind", "blind_tail").order_by("pk"))
    rows = _tasks(user, mine=mine).select_related(
        "contact__owner", "owner", "touchpoint__step", "touchpoint__lane__sop"
    )
    return rows.prefetch_related(identities, "contact__do_not_contact")


def _tasks(user: User, *, mine: bool) -> QuerySet[Any]:
    rows = visible_to(user, RepTask.objects.annotate(wanted_at=Coalesce("snoozed_until", "due_at")))
    return rows.filter(owner=user) if mine else rows
