"""The story of a person who asks to be forgotten: what says who they are goes, what happened stays counted."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import transaction

import campaigns.services
import contacts.services
import leads.services
from accounts.models import User
from accounts.services import record_audit
from campaigns.enums import Reason
from campaigns.services.enrolment import hold_touches
from contacts.models import Contact
from exchange.enums import HookEvent
from scheduler.services import due_work
from scrm.core import failpoints
from scrm.flows.personal import queries
from scrm.flows.personal.finding import found_sealed, person_of
from scrm.flows.personal.inventory import FIELDS, Rows
from scrm.flows.personal.queries import Found
from scrm.flows.telling import told

_ATTEMPTS: Final = 5


@dataclass(frozen=True, slots=True)
class Line:
    """What an erasure does with the rows of one table."""

    table: str
    name: str
    rows: int
    deleted: bool


class _CameMeanwhile(Exception):
    """A lead or an identity of theirs came in while they were about to be held."""


def foresee_erasure(contact_id: UUID) -> list[Line]:
    """What would go and what would stay without a name; writes nothing."""
    found = found_sealed(person_of(contact_id))
    lines = []
    for table in FIELDS.of_persons():
        count = queries.count_rows(table, contact_id, found)
        if count:
            lines.append(Line(table.name, queries.title_of(table.name), count, table.rows is Rows.DELETE))
    return lines


def person_erased(contact_id: UUID, *, now: datetime, by: User | None = None, forget: bool = False) -> bool:
    """Somebody is nobody from now on; False when they were erased before, or never were.

    One transaction. Whoever arrives as one of their identities waits for it, and then is somebody new. A touch that
    is being sent ends under its own number; what waits is cancelled, for good. With `forget` their fingerprints
    stay, by which a file that brings them in again is refused.
    """
    found = found_sealed(person_of(contact_id))
    for attempt in range(_ATTEMPTS):
        try:
            with due_work():
                return _erase(contact_id, found, now, by, forget)
        except _CameMeanwhile:
            if attempt == _ATTEMPTS - 1:
                raise
    return False


def erasure_finished(contact_id: UUID) -> int:
    """Go over an erased person once more: what was on its way into a row while they were erased goes too.

    Gives how many rows still say something, which is none.
    """
    found: Found = {}
    with due_work():
        if contacts.services.hold_erased(contact_id=contact_id):
            queries.erase_rows(contact_id, found)
    return sum(queries.left_over(contact_id, found).values())


def _erase(contact_id: UUID, found: Found, now: datetime, by: User | None, forget: bool) -> bool:
    if not _hold(contact_id):
        return False
    campaigns.services.exit_enrollments(contact_ids=[contact_id], reason=Reason.ERASED, now=now)
    campaigns.services.cancel_tasks(contact_ids=[contact_id], now=now)
    leads.services.mark_lost(lead_ids=leads.services.open_lead_ids([contact_id]), reason="", now=now)
    if forget:
        contacts.services.forget_identities(contact_id=contact_id, now=now)
    files = queries.files_named(contact_id, found)
    contacts.services.end_contact(contact_id=contact_id, now=now)
    erased = queries.erase_rows(contact_id, found)
    told(HookEvent.CONTACT_ERASED, [{"contact_id": contact_id}], now=now)
    record_audit(action="person.erased", actor=by, subject=Contact(pk=contact_id), details={"rows": erased}, now=now)
    transaction.on_commit(lambda: _remove(files))
    failpoints.passed("erasure.written")
    return True


def _remove(files: list[str]) -> None:
    storage = default_storage
    for name in files:
        storage.delete(name)


def _hold(contact_id: UUID) -> bool:
    """Nobody reads or writes this person until the commit; False when there is nobody to hold.

    The contact twice: first as everybody does, before what hangs on it; then, when no claim is under way that holds
    a touch of theirs and wants the contact, against rows that would begin to point to it.
    """
    lead_ids = leads.services.lead_ids_of(contact_id)
    also = leads.services.lead_locks(lead_ids=lead_ids)
    blinds = contacts.services.hold_identities(contact_id=contact_id, also=also)
    if not contacts.services.lock_contacts(contact_ids=[contact_id]):
        return False
    hold_touches(contact_ids=[contact_id])
    contacts.services.hold_whole(contact_id=contact_id)
    if leads.services.lead_ids_of(contact_id) != lead_ids or contacts.services.identity_blinds(contact_id) != blinds:
        raise _CameMeanwhile
    leads.services.hold_leads(lead_ids=lead_ids)
    return True
