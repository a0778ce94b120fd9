"""The story of a person who asks for a copy of what we know: a sealed file for a day, and who fetched it."""

import os
from collections.abc import Iterator
from datetime import datetime
from typing import IO, Any, Final
from uuid import UUID

from django.core.files.storage import default_storage
from django.utils import timezone, translation

import contacts.services
from accounts.models import User
from accounts.services import record_audit
from contacts.enums import RequestKind
from contacts.models import Contact, PersonRequest
from contacts.selectors import contact_exists, copy_of, request_get, request_open
from exchange import jobs
from exchange.enums import JobState
from exchange.models import Job
from scheduler.budget import Budget
from scheduler.services import due_work
from scrm.core import clock, failpoints
from scrm.core.sealed_file import SealedReader
from scrm.flows.personal.copy_file import Head, write_copy
from scrm.flows.personal.finding import found_sealed, person_of
from tenants.selectors import tenant_current, tenant_zone

KIND: Final = "person_copy"
_PIECE: Final = 1 << 16


def copy_asked(
    contact_id: UUID, *, by: User | None, now: datetime, request: PersonRequest | None = None
) -> PersonRequest:
    """Begin to make a copy of all that is known of a person, for a request that was noted or a new one."""
    with due_work() as due:
        request = request or request_open(contact_id, RequestKind.COPY)
        if request is None:
            today = now.astimezone(tenant_zone()).date()
            request = contacts.services.note_request(
                contact_id=contact_id, kind=RequestKind.COPY, asked_on=today, by=by, now=now
            )
        options = {"contact": str(contact_id), "request": str(request.pk)}
        job = jobs.create_job(kind=KIND, title="", options=options, total=None, by_id=by.pk if by else None, now=now)
        jobs.queue_job(job=job, options=options, due_at=now)
        contacts.services.give_job(request=request, job=job)
        due.at(now)
    request.job = job
    return request


def work(job: Job, budget: Budget) -> bool:
    """Write the file, note where it lies; a worker that dies in between writes it anew in its place."""
    request = request_get(UUID(job.options["request"]))
    if request is None or not contact_exists(request.contact_id):
        jobs.finish_job(job=job, state=JobState.CANCELLED, now=clock.now())
        return True
    name = f"persons/{job.pk.hex}.sealed"
    rows = _written(name, request.contact_id)
    failpoints.passed("copy.written")
    with due_work():
        now = clock.now()
        contacts.services.keep_copy(request_id=request.pk, name=name, now=now)
        job.total = job.done = rows
        jobs.finish_job(job=job, now=now)
        _note("person.copied", request, {"rows": rows}, job.created_by, now)
    return True


def copy_fetched(request: PersonRequest, *, by: User, now: datetime) -> Iterator[bytes] | None:
    """The copy, opened bit by bit, and a line in the trail; None when it is not there any more."""
    name = copy_of(request, now)
    try:
        file = default_storage.open(name, "rb") if name else None
    except FileNotFoundError:
        file = None
    if file is None:
        return None
    _note("person.copy_fetched", request, {}, by, now)
    return _pieces(file)


def copies_due(budget: Budget) -> bool:
    """Remove the copies whose day is over; True when there may be more."""
    while contacts.services.remove_copies(now=clock.now()):
        if budget.spent:
            return True
    return False


def _written(name: str, contact_id: UUID) -> int:
    tenant = tenant_current()
    head = Head(business=tenant.name, language=tenant.language, made_at=clock.now())
    found = found_sealed(person_of(contact_id))
    path = default_storage.path(name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with (
        os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target,
        translation.override(tenant.language),
        timezone.override(tenant_zone()),
    ):
        return write_copy(target, contact_id, found, head)


def _note(action: str, request: PersonRequest, details: dict[str, Any], by: User | None, now: datetime) -> None:
    subject = Contact(pk=request.contact_id)
    record_audit(action=action, actor=by, subject=subject, details={"request": str(request.pk), **details}, now=now)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        opened = SealedReader(file)
        while piece := opened.read(_PIECE):
            yield piece
