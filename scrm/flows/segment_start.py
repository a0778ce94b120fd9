"""The story of somebody starting an SOP for a segment: a few at once, many as a job."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext

import contacts.services
from accounts.models import User
from accounts.services import record_audit
from audiences.models import Segment
from audiences.selectors import segment_get, segment_member_count, segment_member_ids
from campaigns.enums import SopState
from campaigns.models import Sop
from campaigns.selectors import sop_get
from campaigns.services.enrolment import enroll
from exchange import jobs
from exchange.enums import JobState
from exchange.models import Job
from scheduler.budget import Budget
from scheduler.services import due_work
from scrm.core import clock
from scrm.flows.engagement import starts_for

KIND: Final = "segment_start"
FEW: Final = 1000
"""Up to so many members enter while the one who asked waits."""
_AT_ONCE: Final = 5000


def segment_started(segment: Segment, sop: Sop, *, by: User, now: datetime) -> int | Job:
    """Start an SOP for the members that they may see: how many entered who never were in it, or the job for many."""
    total = segment_member_count(by, segment)
    if total > FEW:
        return _begin(segment, sop, total, by=by, now=now)
    with due_work():
        started = _let_in(sop, segment_member_ids(by, segment), now=now)
        _record(sop, segment.name, started, by=by, now=now)
    return started


def cancel_start(job: Job, *, by: User) -> bool:
    """Stop letting members in; who is in stays. False when it had ended."""
    now = clock.now()
    with transaction.atomic():
        cancelled = jobs.cancel_job(job_id=job.pk, now=now)
        if cancelled:
            subject = Sop(pk=UUID(job.options["sop"]))
            record_audit(action="sop.start_cancelled", actor=by, subject=subject, details={"job": job.title}, now=now)
    return cancelled


def work(job: Job, budget: Budget) -> bool:
    """Let members in until all are or the budget is spent, one part at least; True when the job has ended.

    Each part is one transaction with its checkpoint, in the order of the contacts' ids.
    """
    while not _next_part(job):
        if budget.spent:
            return False
    return True


def _begin(segment: Segment, sop: Sop, total: int, *, by: User, now: datetime) -> Job:
    options = {"sop": str(sop.pk), "segment": str(segment.pk)}
    title = f"{sop.name} · {segment.name}"
    with due_work() as due:
        job = jobs.create_job(kind=KIND, title=title, options=options, total=total, by_id=by.pk, now=now)
        jobs.queue_job(job=job, options=options, due_at=now)
        due.at(now)
    return job


def _next_part(job: Job) -> bool:
    sop, by = sop_get(UUID(job.options["sop"])), job.created_by
    segment = segment_get(by, UUID(job.options["segment"])) if by else None
    now = clock.now()
    if by is None or segment is None or sop is None or sop.state != SopState.LIVE:
        reason = gettext("The SOP is not live any more, or its segment is gone.")
        jobs.finish_job(job=job, state=JobState.FAILED, error=reason, now=now)
        return True
    after = job.checkpoint.get("after")
    members = segment_member_ids(by, segment, after=UUID(after) if after else None, limit=_AT_ONCE)
    with due_work():
        started = job.result.get("started", 0) + _let_in(sop, members, now=now)
        job.result, job.done = {"started": started}, job.done + len(members)
        if len(members) == _AT_ONCE:
            job.checkpoint = {"after": str(members[-1])}
            jobs.save_progress(job=job, now=clock.now())
            return False
        job.total, job.checkpoint = job.done, {}
        _record(sop, segment.name, started, by=by, now=now)
        jobs.finish_job(job=job, now=clock.now())
    return True


def _let_in(sop: Sop, members: list[UUID], *, now: datetime) -> int:
    present = contacts.services.lock_contacts(contact_ids=members)
    starts = starts_for(dict.fromkeys(sorted(present)), now)
    return enroll(sop=sop, starts=list(starts.values())) if starts else 0


def _record(sop: Sop, segment: str, started: int, *, by: User, now: datetime) -> None:
    details = {"segment": segment, "contacts": started}
    record_audit(action="sop.started_by_hand", actor=by, subject=sop, details=details, now=now)
