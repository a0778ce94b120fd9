"""Writes of long jobs and of the inbox: made, claimed under a lease, brought on, ended."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from django.core.files import File
from django.db import transaction

from accounts.models import User
from exchange.enums import InboxState, JobState
from exchange.models import InboxMessage, Job
from scheduler.services import due_work, note_due
from scrm.core import crypto
from tenants.selectors import tenant_current, tenant_keys

LEASE: Final = timedelta(seconds=60)
"""How long a job belongs to the worker that last reported. Report more often than that."""
JOBS_NEXT_DUE: Final = "SELECT min(due_at) FROM exchange_job WHERE state IN ('waiting', 'running')"
"""Waiting jobs, and running ones whose worker may have died when their lease ends."""


def create_job(
    *,
    kind: str,
    now: datetime,
    title: str = "",
    options: Mapping[str, Any] | None = None,
    file: File[Any] | None = None,
    total: int | None = None,
    by: User | None = None,
) -> Job:
    """Make long work that a worker takes up at once."""
    job = Job(
        kind=kind,
        title=title[:200],
        options=dict(options or {}),
        total=total,
        created_by=by,
        created_at=now,
        due_at=now,
    )
    with due_work():
        if file is not None:
            job.file.save(f"{job.pk}", file, save=False)
        job.save()
        note_due(now)
    return job


@transaction.atomic
def claim_job(*, kinds: Collection[str], now: datetime) -> Job | None:
    """The job of these kinds that has been due longest, ours until its lease ends; jobs that others take are passed."""
    due = Job.objects.filter(kind__in=list(kinds), state__in=[JobState.WAITING, JobState.RUNNING], due_at__lte=now)
    job = due.select_for_update(skip_locked=True, of=("self",)).order_by("due_at", "pk").first()
    if job is None:
        return None
    job.state, job.token = JobState.RUNNING, uuid4()
    job.started_at = job.started_at or now
    # A running job is due again when its lease ends: then its worker has died.
    job.lease_until = job.due_at = now + LEASE
    job.save(update_fields=["state", "token", "started_at", "lease_until", "due_at"])
    return job


def report_progress(
    *,
    job: Job,
    done: int,
    now: datetime,
    total: int | None = None,
    checkpoint: Mapping[str, Any] | None = None,
    result: Mapping[str, Any] | None = None,
) -> bool:
    """Say how far the work is and keep the lease; False when it was cancelled or is another worker's now.

    Call it in the transaction of the work it speaks of: then a checkpoint and what it covers
    commit together, and a False that raises takes both back.
    """
    changes: dict[str, Any] = {"done": done, "lease_until": now + LEASE, "due_at": now + LEASE}
    changes |= {"total": total} if total is not None else {}
    changes |= {"checkpoint": dict(checkpoint)} if checkpoint is not None else {}
    changes |= {"result": dict(result)} if result is not None else {}
    return _change(job, changes)


def release_job(*, job: Job, now: datetime) -> bool:
    """Give a job back before it is done; any worker goes on from its checkpoint."""
    with due_work():
        note_due(now)
        return _change(job, {"state": JobState.WAITING, "token": None, "lease_until": None, "due_at": now})


def finish_job(*, job: Job, now: datetime, result: Mapping[str, Any], error_file: File[Any] | None = None) -> bool:
    """The work is done; False when it was cancelled or is another worker's."""
    changes: dict[str, Any] = {"state": JobState.DONE, "result": dict(result)}
    if error_file is not None:
        job.error_file.save(f"{job.pk}-errors.csv", error_file, save=False)
        changes["error_file"] = job.error_file.name
    return _end(job, changes, now)


def fail_job(*, job: Job, now: datetime, error: str) -> bool:
    """The work can't be done, and why."""
    return _end(job, {"state": JobState.FAILED, "error": error[:500]}, now)


def cancel_job(*, job: Job, now: datetime) -> bool:
    """Stop the work at its next report; False when it had ended."""
    going = Job.objects.filter(pk=job.pk, state__in=[JobState.WAITING, JobState.RUNNING])
    changes = {"state": JobState.CANCELLED, "finished_at": now, "due_at": None, "token": None, "lease_until": None}
    return bool(going.update(**changes))


def forget_job_files(*, before: datetime) -> int:
    """Delete the files of jobs that ended before a moment: they hold personal data."""
    old = Job.objects.filter(finished_at__lt=before).exclude(file="", error_file="")
    for job in old:
        for file in (job.file, job.error_file):
            if file:
                file.delete(save=False)
        Job.objects.filter(pk=job.pk).update(file="", error_file="")
    return len(old)


def receive_message(*, channel: str, dedupe_key: str, payload: bytes, now: datetime) -> InboxMessage | None:
    """Keep what another system pushed, sealed, before it is answered; None when it is here already."""
    message = InboxMessage(
        channel=channel,
        dedupe_key=crypto.blind_index(dedupe_key, keys=tenant_keys(), purpose=f"inbox.{channel}"),
        received_at=now,
        due_at=now,
    )
    message.payload = crypto.seal(payload, keys=tenant_keys(), aad=_aad(message.pk))
    with due_work():
        InboxMessage.objects.bulk_create([message], ignore_conflicts=True)
        if not InboxMessage.objects.filter(pk=message.pk).exists():
            return None
        note_due(now)
    return message


def open_message(message: InboxMessage) -> bytes:
    """What was pushed, in clear."""
    return crypto.open_sealed(message.payload or b"", keys=tenant_keys(), aad=_aad(message.pk))


def finish_message(*, message: InboxMessage) -> None:
    """The message has done what it says; what it held is no longer needed."""
    InboxMessage.objects.filter(pk=message.pk).update(state=InboxState.DONE, payload=None, due_at=None, error="")


def fail_message(*, message: InboxMessage, error: str, retry_at: datetime | None = None) -> None:
    """The message could not be taken in; with `retry_at` it is tried again then."""
    state = InboxState.FAILED if retry_at is None else InboxState.RECEIVED
    with due_work():
        InboxMessage.objects.filter(pk=message.pk).update(
            state=state, error=error[:500], due_at=retry_at, attempt=message.attempt + 1
        )
        note_due(retry_at)


def _change(job: Job, changes: Mapping[str, Any]) -> bool:
    # The token fences: a worker that was frozen beyond its lease can't write over its successor.
    return bool(Job.objects.filter(pk=job.pk, state=JobState.RUNNING, token=job.token).update(**changes))


def _end(job: Job, changes: Mapping[str, Any], now: datetime) -> bool:
    ended = {"finished_at": now, "due_at": None, "token": None, "lease_until": None}
    return _change(job, {**changes, **ended})


def _aad(pk: UUID) -> bytes:
    return f"{tenant_current().schema_name}.exchange_inboxmessage.payload:".encode() + pk.bytes
