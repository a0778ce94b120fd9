"""Customers change hands: one, or all that a colleague leaves behind."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import contacts.services
import leads.services
from accounts.models import User
from accounts.selectors import user_get
from accounts.services import record_audit
from campaigns.services import hand_over_tasks, hand_over_tasks_of
from contacts.models import Contact
from contacts.selectors import contact_ids_of_owner, contact_ids_visible
from exchange.enums import HookEvent
from leads.selectors import lead_ids_left_by
from leads.services.opportunities import hand_over_opportunities
from scheduler.services import due_work
from scrm.flows.alerts import handed_over
from scrm.flows.telling import assigned, told

AT_ONCE: Final = 1000
"""Contacts in one transaction: so many rows are held for about a second."""


@dataclass(frozen=True, slots=True)
class HandedOver:
    """How many of each went to the new owner."""

    contacts: int = 0
    leads: int = 0
    tasks: int = 0

    def __add__(self, other: "HandedOver") -> "HandedOver":
        return HandedOver(self.contacts + other.contacts, self.leads + other.leads, self.tasks + other.tasks)


def contacts_handed_over(
    contact_ids: Collection[UUID], owner_id: UUID, *, by: User | None, now: datetime
) -> HandedOver:
    """Contacts go to a colleague, with their open tasks and the open leads of whoever had them or of nobody.

    Whoever had them sees them no more once this is committed; what they did stays theirs. Those that
    `by` may not see stay where they are.
    """
    with due_work():
        present = contacts.services.lock_contacts(contact_ids=_within_reach(by, contact_ids))
        lead_ids = leads.services.open_lead_ids_with_owner(sorted(present))
        before = contacts.services.set_owner(contact_ids=present, owner_id=owner_id, by=by, now=now)
        if not before:
            return HandedOver()
        handed = leads.services.hand_over(
            lead_ids=[pk for pk, contact_id in lead_ids.items() if contact_id in before], owner_id=owner_id, now=now
        )
        told(HookEvent.LEAD_ASSIGNED, assigned(handed, owner_id), now=now)
        handed_over(owner_id, [each.lead_id for each in handed], contacts=len(before), by=by, now=now)
        tasks = hand_over_tasks(contact_ids=sorted(before), owner=User.objects.get(pk=owner_id))
        hand_over_opportunities(contact_ids=sorted(before), owner_id=owner_id, now=now)
        record_audit(
            action="contact.handed_over",
            actor=by,
            subject=Contact(pk=next(iter(before))) if len(before) == 1 else None,
            details={
                "contacts": len(before),
                "leads": len(handed),
                "tasks": tasks,
                "from": sorted({str(old) for old in before.values()}),
                "to": str(owner_id),
            },
            now=now,
        )
        return HandedOver(len(before), len(handed), tasks)


def everything_handed_over(leaver_id: UUID, owner_id: UUID, *, by: User, now: datetime) -> HandedOver:
    """All that somebody leaves behind goes to a colleague: contacts, other open leads, other open tasks.

    Each thousand contacts is a transaction of its own: broken off, what is left still belongs to the leaver.
    """
    total = HandedOver()
    if leaver_id == owner_id:
        return total
    while contact_ids := contact_ids_of_owner(by, leaver_id, limit=AT_ONCE):
        total += contacts_handed_over(contact_ids, owner_id, by=by, now=now)
    with due_work():
        lead_ids = lead_ids_left_by(by, leaver_id)
        contacts.services.lock_contacts(contact_ids=leads.services.contact_ids_of(lead_ids).values())
        handed = leads.services.hand_over(lead_ids=lead_ids, owner_id=owner_id, now=now)
        told(HookEvent.LEAD_ASSIGNED, assigned(handed, owner_id), now=now)
        handed_over(owner_id, [each.lead_id for each in handed], by=by, now=now)
        tasks = hand_over_tasks_of(owner_id=leaver_id, to=User.objects.get(pk=owner_id))
        total += HandedOver(leads=len(handed), tasks=tasks)
        details = {"leads": len(handed), "tasks": tasks, "from": str(leaver_id), "to": str(owner_id)}
        record_audit(action="person.left_behind", actor=by, subject=user_get(leaver_id), details=details, now=now)
    return total


def _within_reach(by: User | None, contact_ids: Collection[UUID]) -> Collection[UUID]:
    return contact_ids if by is None else contact_ids_visible(by, contact_ids)
