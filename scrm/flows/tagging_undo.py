"""The story of many tags that are taken back: who was not touched since has the tags of before, batch by batch."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

import contacts.services
import tagging.services
from accounts.models import User
from accounts.services import record_audit
from exchange import jobs
from exchange.enums import HookEvent, JobState
from exchange.job_changes import changes_next, forget_changes, note_stays
from exchange.models import Job, JobChange
from exchange.selectors import change_count_made, job_newest_with
from scheduler.budget import Budget
from scheduler.services import due_work
from scrm.core import clock, failpoints
from scrm.flows.tagging_job import GIVE, LIST, TAKE
from scrm.flows.telling import tags_told
from tagging.enums import TagSource
from tagging.of_contacts import tags_at
from tagging.services_scores import Changed, scores_touched

KIND: Final = "tagging_undo"
TOUCHED: Final = "touched"
"""Why somebody keeps what they got: it was given or taken once more since."""
_ENDED: Final = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)
_AT_ONCE: Final = 1_000


def can_be_undone(job: Job) -> int:
    """Of how many contacts what a list's job did can be taken back."""
    before = undo_of(job)
    if job.options["what"] != LIST or job.state not in _ENDED:
        return 0
    if before is not None and before.state in (*jobs.ACTIVE, JobState.DONE):
        return 0
    return change_count_made(job.pk, _kind(job))


def begin_undo(job: Job, *, by: User) -> Job | None:
    """Take back what has ended; None when it has not, is too old, or is being taken back already."""
    now = clock.now()
    options = {"of": str(job.pk), "phase": _kind(job)}
    with due_work() as due:
        held = jobs.hold_job(job_id=job.pk)
        total = can_be_undone(held) if held is not None else 0
        if not total:
            return None
        jobs.keep_longer(job=job, now=now)
        undo = jobs.create_job(kind=KIND, title=job.title, options=options, total=total, by_id=by.pk, now=now)
        jobs.queue_job(job=undo, options=options, due_at=now)
        due.at(now)
        record_audit(action="tag.undo_started", actor=by, subject=job, details={"contacts": total}, now=now)
    return undo


def undo_of(job: Job) -> Job | None:
    """The last time that it was taken back, or is being."""
    return job_newest_with(KIND, of=str(job.pk))


def cancel_undo(undo: Job, *, by: User) -> bool:
    now = clock.now()
    with transaction.atomic():
        cancelled = jobs.cancel_job(job_id=undo.pk, now=now)
        if cancelled:
            record_audit(action="tag.undo_stopped", actor=by, subject=undo, details={"done": undo.done}, now=now)
    return cancelled


def work(job: Job, budget: Budget) -> bool:
    """Go on until all is taken back or the budget is spent, one batch at least; True when it is done."""
    while not _next_batch(job):
        failpoints.passed("tagging.batch_committed")
        if budget.spent:
            return False
    return True


def _next_batch(job: Job) -> bool:
    now, source = clock.now(), UUID(job.options["of"])
    with due_work():
        rows = changes_next(source, job.options["phase"], after=job.checkpoint.get("after", 0), limit=_AT_ONCE)
        # Those that the job never came to were not changed.
        made = [row for row in rows if row.before or row.after]
        back = _take_back(made, job, now)
        forget_changes(ids=[row.pk for row in made if row.subject in back])
        note_stays(why={row.pk: TOUCHED for row in made if row.subject not in back})
        job.result = {
            "back": job.result.get("back", 0) + len(back),
            "stay": job.result.get("stay", 0) + len(made) - len(back),
        }
        job.done += len(made)
        if len(rows) == _AT_ONCE:
            job.checkpoint = {"after": rows[-1].pk}
            jobs.save_progress(job=job, now=clock.now())
            return False
        job.total, job.checkpoint = job.done, {}
        record_audit(action="tag.undone", actor=job.created_by, subject=job, details=job.result, now=now)
        jobs.finish_job(job=job, now=clock.now())
    return True


def _take_back(rows: Sequence[JobChange], job: Job, now: datetime) -> set[UUID]:
    """Of whom it went back; who got or lost the tag since stays."""
    if not rows:
        return set()
    present = contacts.services.lock_contacts(contact_ids=[row.subject for row in rows])
    given = [row for row in rows if row.after]
    taken = [row for row in rows if not row.after]
    said: dict[str, Any] = {"source": TagSource.HAND, "by": job.created_by, "evidence": job.title, "now": now}
    moments = {(row.subject, row.after): row.at for row in given if row.after and row.subject in present}
    held = tags_at(moments)
    same = [pair for pair, at in moments.items() if held.get(pair) == at]
    removed = tagging.services.remove_tags(pairs=same, **said)
    gone = {contact_id for contact_id, _tag in removed}
    wanted = {(row.subject, row.before): row.at for row in given if row.before and row.subject in gone}
    wanted |= {(row.subject, row.before): row.at for row in taken if row.before and row.subject in present}
    restored = tagging.services.restore_tags(before=wanted, **said)
    tags_told(HookEvent.TAG_REMOVED, removed, now=now)
    tags_told(HookEvent.TAG_ADDED, restored, now=now)
    scores_touched([Changed(contact_id, now, tag_id=tag_id) for contact_id, tag_id in [*removed, *restored]])
    back = {contact_id for contact_id, _tag in restored}
    return gone | {row.subject for row in taken if row.subject in back}


def _kind(job: Job) -> str:
    return GIVE if job.options.get("add") else TAKE
