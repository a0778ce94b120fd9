"""Customers who may be one person: noted when one comes in with identities of two, and looked for at night."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Final

from accounts.models import User
from accounts.services import record_audit
from contacts.enums import DuplicateReason
from contacts.selectors.recognition import confidence_by_kind
from contacts.services import FoundPerson
from contacts.services.duplicates import Likeness, begin_search, note_likenesses, search_on
from scheduler.budget import Budget
from scheduler.services import due_work
from scrm.core import clock
from tenants.selectors import tenant_zone

_AT: Final = time(3)
"""When customers sleep, in the business's zone."""


def note_taken(people: Iterable[FoundPerson], now: datetime) -> None:
    """Let somebody look at those who came in with what is somebody else's. Costs nothing when nobody did."""
    conflicts = [person for person in people if person.taken]
    if not conflicts:
        return
    confidence = confidence_by_kind()
    found = [
        Likeness(
            person.contact_id, taken.contact_id, DuplicateReason.TAKEN, confidence[taken.kind], taken.kind, taken.hint
        )
        for person in conflicts
        for taken in person.taken
    ]
    note_likenesses(found=found, now=now)


def look_for_duplicates(*, by: User | None, now: datetime) -> None:
    """Go over everybody anew, now and in the background; from then on every night over who is new."""
    with due_work():
        begin_search(due_at=now, anew=True)
        record_audit(action="contact.duplicates_sought", actor=by, now=now)


def duplicates_due(budget: Budget) -> bool:
    """Look on until all was looked at or the budget is spent."""
    while True:
        now = clock.now()
        with due_work():
            more = search_on(now=now, next_at=_tonight(now))
        if not more or budget.spent:
            return more


def _tonight(now: datetime) -> datetime:
    local = now.astimezone(tenant_zone())
    return datetime.combine(local.date() + timedelta(days=1), _AT, tzinfo=local.tzinfo)
