"""Long work in slices: who holds a job, how far it has come, what came of it, and when its files go."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, Final
from uuid import UUID

from django.conf import settings
from django.core.files import File
from django.core.files.storage import Storage
from django.db import transaction

from exchange import queries
from exchange.enums import JobState
from exchange.models import Job, JobChange, JobTally

LEASE: Final = timedelta(seconds=settings.SCRM_LEASE_SECONDS)
FILES_KEPT: Final = timedelta(days=7)
ACTIVE: Final = (JobState.WAITING, JobState.RUNNING)
_STRAY_AFTER: Final = timedelta(days=1)
_ERROR_MAX: Final = 500
_TRIES_MAX: Final = 5
_SUFFIX: Final = ".table"


class JobLost(Exception):
    """The job was cancelled, or another worker holds it now; nothing more may be written for it."""


def create_job(
    *,
    kind: str,
    title: str,
    options: Mapping[str, Any],
    file: BinaryIO | None = None,
    total: int | None,
    by_id: UUID | None,
    now: datetime,
) -> Job:
    """Keep what is known of the work, and its file if it is about one; a draft, until `queue_job`."""
    job = Job(
        kind=kind,
        title=title[:200],
        options=dict(options),
        total=total,
        state=JobState.DRAFT,
        created_by_id=by_id,
        created_at=now,
        due_at=now + FILES_KEPT,
    )
    if file is None:
        job.save(force_insert=True)
        return job
    # A name that says nothing and can't be guessed: the title keeps the one that people know.
    job.file.save(f"{uuid.uuid4().hex}{_SUFFIX}", File(file), save=False)
    try:
        job.save(force_insert=True)
    except BaseException:
        job.file.delete(save=False)
        raise
    return job


def queue_job(*, job: Job, options: Mapping[str, Any], due_at: datetime) -> bool:
    """Let a draft be worked on from a time on; False when it is no draft any more."""
    draft = Job.objects.filter(pk=job.pk, state=JobState.DRAFT)
    job.options, job.state, job.due_at = dict(options), JobState.WAITING, due_at
    return bool(draft.update(options=job.options, state=job.state, due_at=due_at))


def foresee(*, job: Job, total: int, checkpoint: Mapping[str, Any]) -> None:
    """How much there is to do, now that it is known. Part of the transaction that found it out."""
    job.total, job.checkpoint = total, dict(checkpoint)
    Job.objects.filter(pk=job.pk).update(total=job.total, checkpoint=job.checkpoint)


def claim_job(*, kinds: Collection[str], now: datetime, job_id: UUID | None = None) -> Job | None:
    """Hold the job that waits longest, or the one named, whose lease (if any) has ended; None when there is none."""
    with transaction.atomic():
        jobs = Job.objects.select_for_update(skip_locked=True, of=("self",)).filter(kind__in=kinds, state__in=ACTIVE)
        jobs = jobs.filter(due_at__lte=now) if job_id is None else jobs.filter(pk=job_id, state=JobState.WAITING)
        job = jobs.select_related("created_by").order_by("due_at").first()
        if job is None:
            return None
        job.state, job.token = JobState.RUNNING, uuid.uuid4()
        job.started_at = job.started_at or now
        job.lease_until = job.due_at = now + LEASE
        job.save(update_fields=["state", "token", "started_at", "lease_until", "due_at"])
        return job


def save_progress(*, job: Job, now: datetime) -> None:
    """Write checkpoint, result and progress and renew the lease; JobLost where the token no longer holds.

    Inside the transaction of the work that they speak of, and last in it: so the two are one, and
    whoever cancels waits for this row as briefly as can be.
    """
    job.lease_until = job.due_at = now + LEASE
    _write(job, "checkpoint", "result", "done", "error_file", "lease_until", "due_at")


def put_back(*, job: Job, due_at: datetime) -> None:
    """Let go of a job that is not done, for whoever goes on with it."""
    job.state, job.lease_until, job.due_at = JobState.WAITING, None, due_at
    _write(job, "state", "lease_until", "due_at", token=None)


def finish_job(*, job: Job, now: datetime, state: JobState = JobState.DONE, error: str = "") -> None:
    """Write what came of a job. Its file goes at the commit, its error file after 7 days."""
    job.state, job.error = state, error[:_ERROR_MAX]
    job.finished_at, job.lease_until, job.due_at = now, None, now + FILES_KEPT
    fields = ("state", "error", "finished_at", "lease_until", "due_at", "checkpoint", "result", "done", "total")
    _write(job, *fields, "error_file", token=None)
    _forget_work(job)


def try_again(*, job: Job, error: str, now: datetime, patient: bool = True) -> datetime | None:
    """Put a job back that broke, and say when it is due again; None when it broke too often and is given up."""
    # What the row says, for ours may speak of a batch that was undone.
    job.refresh_from_db(fields=["checkpoint", "result", "done", "total", "error_file"])
    tries = job.checkpoint.get("tries", 0) + 1
    if tries >= _TRIES_MAX or not patient:
        finish_job(job=job, state=JobState.FAILED, error=error, now=now)
        return None
    job.checkpoint = {**job.checkpoint, "tries": tries}
    job.state, job.lease_until, job.due_at = JobState.WAITING, None, now + timedelta(seconds=5 * 2**tries)
    _write(job, "checkpoint", "state", "lease_until", "due_at", token=None)
    return job.due_at


def hold_job(*, job_id: UUID) -> Job | None:
    """Hold a job's row until the transaction ends; gives it as it stands."""
    return Job.objects.select_for_update(of=("self",)).filter(pk=job_id).first()


def cancel_job(*, job_id: UUID, now: datetime) -> bool:
    """Stop a job; what was committed stays, the batch in hand is undone. False when it had ended."""
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(pk=job_id, state__in=[JobState.DRAFT, *ACTIVE]).first()
        if job is None:
            return False
        job.state, job.finished_at, job.due_at = JobState.CANCELLED, now, now + FILES_KEPT
        job.lease_until = job.token = None
        job.save(update_fields=["state", "finished_at", "due_at", "lease_until", "token"])
        _forget_work(job)
    return True


def keep_longer(*, job: Job, now: datetime) -> None:
    """What an ended job left stays for another 7 days."""
    Job.objects.filter(pk=job.pk, due_at__isnull=False).exclude(state__in=ACTIVE).update(due_at=now + FILES_KEPT)


def tidy_files(*, now: datetime) -> int:
    """Remove what jobs that ended 7 days ago left: files, and what it takes to undo them. Drafts that nobody started go
    whole. Gives how many jobs that were.
    """
    with transaction.atomic():
        old = Job.objects.select_for_update(skip_locked=True).exclude(state__in=ACTIVE).filter(due_at__lte=now)
        jobs = list(old.order_by("due_at")[:100])
        JobChange.objects.filter(job__in=[job.pk for job in jobs]).delete()
        for job in jobs:
            # Not by the row's word: a worker may have died before it could write that there is an error file.
            if job.file:
                for name in (str(job.file.name), error_file_name(job)):
                    job.file.storage.delete(name)
            job.file.name = job.error_file.name = ""
            job.due_at = None
            if job.state == JobState.DRAFT:
                job.delete()
            else:
                job.save(update_fields=["file", "error_file", "due_at"])
    if jobs:
        _drop_strays(now)
    return len(jobs)


def _drop_strays(now: datetime) -> None:
    """Remove files of no job: of whoever died between the file and the commit of its row."""
    storage, folder = Job._meta.get_field("file").storage, str(Job._meta.get_field("file").upload_to).rstrip("/")
    if not storage.exists(folder):
        return
    old = {name for name in storage.listdir(folder)[1] if _is_old(storage, f"{folder}/{name}", now)}
    known = {name.rpartition("/")[2].removesuffix(_SUFFIX) for name in Job.objects.values_list("file", flat=True)}
    for name in old:
        if name.partition(".")[0] not in known:
            storage.delete(f"{folder}/{name}")


def _is_old(storage: Storage, path: str, now: datetime) -> bool:
    try:
        return storage.get_modified_time(path) < now - _STRAY_AFTER
    except FileNotFoundError:
        # Its job ended meanwhile.
        return False


def remove_file(*, job: Job) -> None:
    """The file of a job whose row was undone."""
    job.file.storage.delete(str(job.file.name))


def error_file_name(job: Job) -> str:
    """Where the error file of a job stands, if there is one."""
    return f"{str(job.file.name).removesuffix(_SUFFIX)}.errors.csv"


def replace_error_file(*, job: Job, content: bytes) -> None:
    """Put another error file in the place of an ended job's: whole at any moment."""
    path = Path(job.error_file.path)
    part = path.with_suffix(".part")
    part.write_bytes(content)
    part.replace(path)


def tally(*, job_id: UUID, digests: Sequence[bytes]) -> list[int]:
    """How many equal ones a job has met before each of these; part of the batch's transaction."""
    counts: dict[bytes, int] = {}
    before = []
    for digest in digests:
        before.append(counts.get(digest, 0))
        counts[digest] = before[-1] + 1
    seen = queries.add_to_tally(job_id, counts) if counts else {}
    return [place + seen[digest] - counts[digest] for place, digest in zip(before, digests, strict=True)]


def _write(job: Job, *names: str, **values: Any) -> None:
    wanted = {name: getattr(job, name) for name in names} | values
    held = Job.objects.filter(pk=job.pk, token=job.token, state=JobState.RUNNING)
    if not held.update(**wanted):
        raise JobLost(str(job.pk))


def _forget_work(job: Job) -> None:
    JobTally.objects.filter(job=job).delete()
    if job.file:
        # Its name stays in the row until the sweep, should the process die before this.
        storage, name = job.file.storage, str(job.file.name)
        transaction.on_commit(lambda: storage.delete(name))
