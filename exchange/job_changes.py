"""What a job gave to whom, kept for as long as it can be taken back."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from exchange import queries
from exchange.models import JobChange
from scrm.core.bulk import insert_columns, update_columns
from scrm.core.conditions import Sql


class Change(NamedTuple):
    """Something of a kind that went from somebody, or nobody, to somebody."""

    kind: str
    subject: UUID
    before: UUID | None
    after: UUID | None


def note_changes(*, job_id: UUID, changes: Sequence[Change], now: datetime) -> None:
    """Part of the transaction that makes them."""
    columns: dict[str, list[Any]] = {
        "kind": [each.kind for each in changes],
        "subject": [each.subject for each in changes],
        "before": [each.before for each in changes],
        "after": [each.after for each in changes],
    }
    insert_columns(JobChange, columns, {"job_id": job_id, "why": "", "at": now})


def note_again(*, job_id: UUID, kind: str, subjects: Collection[UUID], now: datetime) -> None:
    """The job changed once more what of these it had noted."""
    JobChange.objects.filter(job=job_id, kind=kind, subject__in=list(subjects)).update(at=now)


def changes_next(job_id: UUID, kind: str, *, after: int, limit: int) -> list[JobChange]:
    """The next changes of a kind behind a place, in the order in which they were made."""
    rows = JobChange.objects.filter(job=job_id, kind=kind, pk__gt=after)
    return list(rows.order_by("pk")[:limit])


def changes_about(job_id: UUID, kind: str, subjects: Collection[UUID]) -> list[JobChange]:
    return list(JobChange.objects.filter(job=job_id, kind=kind, subject__in=list(subjects)).order_by("pk"))


def forget_changes(*, ids: Collection[int]) -> None:
    """These were taken back."""
    JobChange.objects.filter(pk__in=list(ids)).delete()


def note_stays(*, why: Mapping[int, str]) -> None:
    """These were not taken back, and why."""
    update_columns(JobChange, {"id": list(why), "why": list(why.values())})


def note_found(*, job_id: UUID, kind: str, ids: Sql, now: datetime) -> int:
    """What a job is to change: whatever a SELECT of ids finds now; gives how many."""
    return queries.note_found(job_id, kind, ids, now)


def note_made(*, rows: Sequence[JobChange]) -> None:
    """What was to change is changed: of what it was, what it is, and when."""
    columns: dict[str, list[Any]] = {
        "id": [row.pk for row in rows],
        "before": [row.before for row in rows],
        "after": [row.after for row in rows],
        "at": [row.at for row in rows],
    }
    update_columns(JobChange, columns)
