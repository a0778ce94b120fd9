"""The story of a request to be erased: once in the tables, once more for what was on its way, and in files."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import contacts.services
from accounts.models import User
from contacts.enums import RequestKind, RequestState
from contacts.models import PersonRequest
from contacts.selectors import request_get, request_open
from exchange import jobs
from exchange.enums import JobState
from exchange.models import Job
from exchange.selectors import job_under_way
from scheduler.budget import Budget
from scheduler.services import due_work
from scrm.core import clock, failpoints
from scrm.flows import lead_import, order_import, workbook_import
from scrm.flows.erasure import erasure_finished, person_erased
from scrm.flows.personal.finding import person_of
from scrm.flows.personal.job_files import rows_taken_out
from tenants.selectors import tenant_zone

KIND: Final = "person_erasure"

_BRINGING: Final = (lead_import.KIND, order_import.KIND, workbook_import.KIND)
_ASK_AGAIN: Final = timedelta(seconds=30)


class SomethingLeft(RuntimeError):
    """After all, a row still says something of somebody erased, or they were found to be somebody else meanwhile."""


def erasure_asked(
    contact_id: UUID,
    *,
    by: User | None,
    now: datetime,
    request: PersonRequest | None = None,
    forget: bool = False,
) -> PersonRequest:
    """Begin to erase a person. With `forget` no file brings them in again."""
    with due_work() as due:
        request = request or request_open(contact_id, RequestKind.ERASURE)
        if request is None:
            today = now.astimezone(tenant_zone()).date()
            request = contacts.services.note_request(
                contact_id=contact_id, kind=RequestKind.ERASURE, asked_on=today, by=by, now=now
            )
        options = {"contact": str(contact_id), "request": str(request.pk), "forget": forget}
        job = jobs.create_job(kind=KIND, title="", options=options, total=None, by_id=by.pk if by else None, now=now)
        jobs.queue_job(job=job, options=options, due_at=now)
        contacts.services.give_job(request=request, job=job)
        due.at(now)
    request.job = job
    return request


def work(job: Job, budget: Budget) -> bool:
    """Files first, as nothing finds the person in them afterwards. After a broken attempt it does what is left.

    Imports that were there before are awaited: a row of theirs would bring the person back, and their files are not
    searched. They go when the import ends.

    Whose request it is says who: it went along when they were found to be another customer meanwhile.
    """
    if job_under_way(_BRINGING, since_before=job.created_at):
        with due_work() as due:
            again = clock.now() + _ASK_AGAIN
            jobs.put_back(job=job, due_at=again)
            due.at(again)
        return True
    request = request_get(UUID(job.options["request"]))
    contact_id = _whose(job, request)
    rows_taken_out(person_of(contact_id))
    person_erased(contact_id, by=job.created_by, now=clock.now(), forget=bool(job.options.get("forget")))
    failpoints.passed("erasure.committed")
    if erasure_finished(contact_id) or _whose(job, request) != contact_id:
        raise SomethingLeft(str(contact_id))
    with due_work():
        now = clock.now()
        if request is not None:
            contacts.services.settle_request(request=request, state=RequestState.DONE, by=job.created_by, now=now)
        jobs.finish_job(job=job, state=JobState.DONE, now=now)
    return True


def _whose(job: Job, request: PersonRequest | None) -> UUID:
    request = request_get(request.pk) if request is not None else None
    return request.contact_id if request is not None else UUID(job.options["contact"])
