"""Customers change hands, with what is open about them: one, many, or by a stage."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import contacts.services
import leads.services
from accounts.models import User
from accounts.passing import Passed
from accounts.services import record_audit
from campaigns.services import hand_over_tasks
from contacts.enums import OwnerWhy
from contacts.models import Contact
from contacts.selectors import contact_ids_visible
from exchange.enums import HookEvent
from leads.services.opportunities import hand_over_opportunities
from scheduler.services import due_work
from scrm.flows.alerts import handed_over
from scrm.flows.telling import assigned, told


@dataclass(frozen=True, slots=True)
class HandedOver:
    """How many of each went to the new owner."""

    contacts: int = 0
    leads: int = 0
    tasks: int = 0


@dataclass(frozen=True, slots=True)
class Passage:
    """What changed hands: contacts with whose they were, and what was open about them."""

    contacts: dict[UUID, UUID | None] = field(default_factory=dict)
    leads: list[Passed] = field(default_factory=list)
    tasks: list[Passed] = field(default_factory=list)
    deals: list[Passed] = field(default_factory=list)


def contacts_handed_over(
    contact_ids: Collection[UUID], owner_id: UUID, *, by: User | None, now: datetime
) -> HandedOver:
    """Contacts go to a colleague, with their open tasks and the open leads of whoever had them or of nobody.

    Whoever had them sees them no more once this is committed; what they did stays theirs. Those that
    `by` may not see stay where they are.
    """
    with due_work():
        present = contacts.services.lock_contacts(contact_ids=_within_reach(by, contact_ids))
        passage = passed_on(dict.fromkeys(present, owner_id), why=OwnerWhy.HAND_OVER, by=by, now=now)
        before = passage.contacts
        if not before:
            return HandedOver()
        handed_over(owner_id, [each.id for each in passage.leads], contacts=len(before), by=by, now=now)
        record_audit(
            action="contact.handed_over",
            actor=by,
            subject=Contact(pk=next(iter(before))) if len(before) == 1 else None,
            details={
                "contacts": len(before),
                "leads": len(passage.leads),
                "tasks": len(passage.tasks),
                "from": sorted({str(old) for old in before.values()}),
                "to": str(owner_id),
            },
            now=now,
        )
        return HandedOver(len(before), len(passage.leads), len(passage.tasks))


def passed_on(to: Mapping[UUID, UUID], *, why: OwnerWhy, by: User | None, now: datetime) -> Passage:
    """Locked contacts get these owners, with what is open about them; who has theirs already is left out.

    In a number of statements that does not grow with them. Inside `due_work`; to alert people is the caller's.
    """
    lead_ids = leads.services.open_lead_ids_with_owner(sorted(to))
    before = contacts.services.set_owners(to=to, why=why, by=by, now=now)
    if not before:
        return Passage()
    handed = leads.services.hand_over(
        to={pk: to[contact_id] for pk, contact_id in lead_ids.items() if contact_id in before}, now=now
    )
    told(HookEvent.LEAD_ASSIGNED, assigned(handed), now=now)
    owners = {contact_id: to[contact_id] for contact_id in before}
    return Passage(before, handed, hand_over_tasks(to=owners), hand_over_opportunities(to=owners, now=now))


def _within_reach(by: User | None, contact_ids: Collection[UUID]) -> Collection[UUID]:
    return contact_ids if by is None else contact_ids_visible(by, contact_ids)
