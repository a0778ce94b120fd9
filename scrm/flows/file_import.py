"""What files of leads and of orders have in common on their way in: kept as a draft, begun, counted, stopped."""

import gc
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, BinaryIO, Final, Protocol

from django.db import transaction

from accounts.models import User
from accounts.services import record_audit
from exchange import jobs
from exchange.job_errors import JobErrors
from exchange.marked_rows import MarkedRow
from exchange.models import Job
from exchange.problems import Problem
from leads.inputs import CREATED, REJECTED, UNCHANGED, UPDATED
from scheduler.services import due_work
from scrm.core import clock, tallies
from tenants.selectors import tenant_current

COUNTED: Final = ("rows", CREATED, UPDATED, UNCHANGED, REJECTED)
_CHUNK: Final = 1 << 20
_SWITCH_SECONDS: Final = 0.0005
# Rows in hand are some 300,000 things, none of which goes in circles.
_COLLECTED_AT: Final = 1_000_000


class AsJson(Protocol):
    def as_json(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class DryRun:
    """What an import would do. `problems` are the first ones; `complete` when the whole file was read.

    `marked` shows them in their rows, of which it has these `columns`.
    """

    problems: list[Problem]
    counts: dict[str, int]
    complete: bool
    columns: list[str]
    marked: list[MarkedRow]


class Rows(Protocol):
    """A batch as far as its bookkeeping goes."""

    problems: list[Problem]
    cells: dict[int, list[str]]
    rows: int
    rejected: int
    is_last: bool


def keep_draft(
    *, kind: str, user: User | None, file: BinaryIO, name: str, options: Mapping[str, Any], header: bool
) -> Job:
    """A file as the draft of its import."""
    total = max(_count_lines(file) - header, 1)
    file.seek(0)
    by_id = user.pk if user else None
    return jobs.create_job(kind=kind, title=name, options=options, file=file, total=total, by_id=by_id, now=clock.now())


def begin_import(
    job: Job, *, mapping: AsJson | None = None, start_sops: bool = True, head_start: timedelta = timedelta(0)
) -> bool:
    """Let a draft go in; False when it has begun already. Workers leave it alone for the time of the head start."""
    now = clock.now()
    options = {**job.options, "start_sops": start_sops}
    if mapping is not None:
        options["mapping"] = mapping.as_json()
    with due_work() as due:
        due.at(now + head_start)
        begun = jobs.queue_job(job=job, options=options, due_at=now + head_start)
        if begun:
            details = {"file": job.title, "start_sops": start_sops}
            record_audit(action="import.started", actor=job.created_by, subject=job, details=details, now=now)
    return begun


def cancel_import(job: Job, *, by: User | None = None) -> bool:
    """Stop an import; what was committed stays. False when it had ended."""
    now = clock.now()
    with transaction.atomic():
        cancelled = jobs.cancel_job(job_id=job.pk, now=now)
        if cancelled:
            record_audit(action="import.cancelled", actor=by, subject=job, details={"file": job.title}, now=now)
    return cancelled


def language_of(job: Job) -> str:
    """In which language a job writes."""
    return (job.created_by.language if job.created_by else "") or tenant_current().language


def note_batch(job: Job, batch: Rows, errors: JobErrors, counts: Counter[str], checkpoint: Mapping[str, Any]) -> None:
    """Write what came of a batch with its checkpoint: last in its transaction. The last batch ends the job."""
    result = Counter(dict.fromkeys(COUNTED, 0) | job.result) + counts
    result["rows"] += batch.rows
    result[REJECTED] += batch.rejected
    errors.write(batch.problems, batch.cells)
    rows = result["rows"] - job.done
    transaction.on_commit(lambda: tallies.add("import_rows", rows))
    job.result, job.done = {**dict.fromkeys(COUNTED, 0), **result}, result["rows"]
    if batch.is_last:
        job.total, job.checkpoint = job.done, {}
        jobs.finish_job(job=job, now=clock.now())
    else:
        job.checkpoint = {**checkpoint, "errors": errors.size}
        jobs.save_progress(job=job, now=clock.now())


@contextmanager
def for_bulk() -> Iterator[None]:
    """Keep the collector from walking the whole program, or the rows in hand, for every few rows, and us from holding
    on to the interpreter when PostgreSQL has answered the thread that copies."""
    before, interval = gc.get_threshold(), sys.getswitchinterval()
    gc.freeze()
    gc.set_threshold(_COLLECTED_AT, 20, 20)
    sys.setswitchinterval(_SWITCH_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)
        gc.set_threshold(*before)
        gc.unfreeze()


def _count_lines(file: BinaryIO) -> int:
    """About how many rows there are, for a progress bar."""
    file.seek(0)
    feeds = returns = 0
    while chunk := file.read(_CHUNK):
        feeds += chunk.count(b"\n")
        returns += chunk.count(b"\r")
    return max(feeds, returns)
