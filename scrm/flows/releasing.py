"""How customers become nobody's: put into the public pool with all that is open about them."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import contacts.services
import leads.services
from accounts.models import User
from accounts.services import record_audit
from campaigns.services import withdraw_tasks
from contacts.enums import OwnerWhy, PutBack
from contacts.models import Contact
from contacts.selectors import contact_ids_visible
from exchange.enums import HookEvent
from leads.services.opportunities import release_opportunities
from scheduler.services import due_work
from scrm.flows.telling import told


def put_back(contact_ids: Collection[UUID], *, reason: PutBack, viewer: User, by: User | None, now: datetime) -> int:
    """Somebody puts customers into the pool; gives how many. Of those beyond the viewer's reach, or without an open
    lead of whoever has them, nothing changes."""
    with due_work():
        present = contacts.services.lock_contacts(contact_ids=contact_ids_visible(viewer, contact_ids))
        enquiring = set(leads.services.open_lead_ids_with_owner(sorted(present)).values())
        return len(customers_released(present & enquiring, reason=reason, by=by, now=now))


def customers_released(
    contact_ids: Collection[UUID], *, reason: PutBack, by: User | None, now: datetime
) -> dict[UUID, UUID | None]:
    """Held customers go to the pool; gives who had each. Inside `due_work`.

    Their open leads and deals go along; what somebody was to do with them is withdrawn; what colleagues have of them
    stays where it is.
    """
    open_leads = leads.services.open_lead_ids_with_owner(sorted(contact_ids))
    before = contacts.services.set_owner(
        contact_ids=contact_ids, owner_id=None, why=OwnerWhy.POOL, reason=reason, by=by, now=now
    )
    leads.services.drop_warnings(contact_ids=before)
    if not before:
        return before
    released = {pk: contact_id for pk, contact_id in open_leads.items() if contact_id in before}
    leads.services.release_leads(lead_ids=released, now=now)
    leads.services.still_clocks(lead_ids=released, now=now)
    withdraw_tasks(contact_ids=list(before), now=now)
    release_opportunities(contact_ids=list(before), now=now)
    rows = [
        {"lead_id": pk, "contact_id": contact_id, "reason": str(reason)} for pk, contact_id in sorted(released.items())
    ]
    told(HookEvent.LEAD_POOLED, rows, now=now)
    record_audit(
        action="pool.entered",
        actor=by,
        subject=Contact(pk=next(iter(before))) if len(before) == 1 else None,
        details={
            "contacts": len(before),
            "leads": len(released),
            "reason": str(reason),
            "from": sorted({str(owner) for owner in before.values()}),
        },
        now=now,
    )
    return before
