"""Writes about what people ask us to do with what we know of them, and the copies that they are given."""

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import transaction

from accounts.models import User
from accounts.services import record_audit
from contacts.enums import RequestKind, RequestState
from contacts.models import Contact, ForgottenIdentity, Identity, PersonRequest
from contacts.request_days import answer_due
from exchange.models import Job
from scheduler.services import note_due

COPY_KEPT: Final = timedelta(hours=24)
_AT_ONCE: Final = 100


@transaction.atomic
def note_request(
    *, contact_id: UUID, kind: RequestKind, asked_on: date, note: str = "", by: User | None, now: datetime
) -> PersonRequest:
    """Somebody asked for something: from that day the time to answer runs."""
    request = PersonRequest(
        contact_id=contact_id,
        kind=kind,
        asked_on=asked_on,
        due_on=answer_due(asked_on),
        note=note.strip(),
        created_by=by,
        created_at=now,
    )
    request.clean_fields(exclude={"contact", "created_by"})
    request.save(force_insert=True)
    subject = Contact(pk=contact_id)
    details = {"kind": str(kind), "asked_on": asked_on}
    record_audit(action="person_request.noted", actor=by, subject=subject, details=details, now=now)
    return request


@transaction.atomic
def settle_request(
    *, request: PersonRequest, state: RequestState, note: str = "", by: User | None, now: datetime
) -> bool:
    """What was asked is done, or refused and why; False when it was settled before."""
    rows = PersonRequest.objects.filter(pk=request.pk, state=RequestState.OPEN)
    said = {"note": note.strip()[:1000]} if note.strip() else {}
    if not rows.update(state=state, done_at=now, done_by=by, **said):
        return False
    subject, details = Contact(pk=request.contact_id), {"kind": request.kind, "state": str(state)}
    record_audit(action="person_request.settled", actor=by, subject=subject, details=details, now=now)
    return True


def give_job(*, request: PersonRequest, job: Job) -> None:
    PersonRequest.objects.filter(pk=request.pk).update(job=job)


def keep_copy(*, request_id: UUID, name: str, now: datetime) -> None:
    """The copy lies there, sealed, for a day. Inside `due_work`."""
    until = now + COPY_KEPT
    rows = PersonRequest.objects.filter(pk=request_id)
    rows.update(file=name, file_until=until)
    rows.filter(state=RequestState.OPEN).update(state=RequestState.DONE, done_at=now)
    note_due(until)


def remove_copies(*, now: datetime) -> int:
    """Copies whose day is over go; how many there were."""
    with transaction.atomic():
        over = PersonRequest.objects.select_for_update(skip_locked=True).filter(file_until__lte=now)
        rows = list(over.order_by("file_until")[:_AT_ONCE])
        for row in rows:
            if row.file:
                default_storage.delete(str(row.file.name))
        PersonRequest.objects.filter(pk__in=[row.pk for row in rows]).update(file="", file_until=None)
    return len(rows)


def forget_identities(*, contact_id: UUID, now: datetime) -> int:
    """Keep the fingerprints of a held person, by which a file that brings them in again is refused."""
    rows = [
        ForgottenIdentity(kind=kind, blind=bytes(blind), at=now)
        for kind, blind in Identity.objects.filter(contact=contact_id).order_by("pk").values_list("kind", "blind")
    ]
    return len(ForgottenIdentity.objects.bulk_create(rows, ignore_conflicts=True))
