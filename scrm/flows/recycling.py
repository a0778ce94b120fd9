"""The story of customers that nobody does anything with: their owner is warned, and a day later they go to the pool."""

from collections import Counter
from datetime import datetime
from typing import Final
from uuid import UUID

import contacts.services
import leads.services
from alerts.enums import AlertKind
from alerts.services import NewAlert
from contacts.enums import PutBack
from contacts.selectors import contact_ids_owned_after
from leads.models import PoolPolicy
from leads.pool import AHEAD, STALE
from leads.selectors import contact_ids_warned, days_by_source, pool_policy, source_ids
from scheduler.budget import Budget
from scheduler.services import due_work
from scrm.core import clock
from scrm.flows.alerts import alerted
from scrm.flows.pool_queries import Patience, idle_contacts
from scrm.flows.releasing import customers_released
from tenants.selectors import tenant_zone

_LOOKED_AT: Final = 1000
"""Customers in one transaction of a look."""
_TAKEN: Final = 200
"""Customers that go to the pool in one transaction: so many rows are held for about a second."""


def pool_due(budget: Budget) -> bool:
    """Take back what is due, then go on with the look of the day; True when more is waiting."""
    while _taken_back() == _TAKEN:
        if budget.spent:
            return True
    while _looked_over():
        if budget.spent:
            return True
    return False


def _looked_over() -> bool:
    """One batch of owned customers: whoever has some that will be idle tomorrow is warned. True when more follow."""
    with due_work():
        now = clock.now()
        policy = leads.services.hold_due_look(now=now)
        if policy is None:
            return False
        contact_ids = contact_ids_owned_after(policy.looked_to, limit=_LOOKED_AT)
        patience = _patience(policy)
        idle = idle_contacts(contact_ids, patience=patience, ahead=AHEAD, now=now)
        # Asked again once they are held: some have gone, or were seen to, meanwhile.
        present = contacts.services.lock_contacts(contact_ids=idle)
        idle = idle_contacts(present, patience=patience, ahead=AHEAD, now=now)
        warned = leads.services.warn_owners(owners=idle, due_at=now + AHEAD)
        _tell(Counter(warned.values()), goes=True, now=now)
        more = len(contact_ids) == _LOOKED_AT
        leads.services.keep_look(policy=policy, looked_to=contact_ids[-1] if more else None, now=now)
        return more


def _taken_back() -> int:
    """One batch of those whose owner was warned and has done nothing since; gives how many were looked at."""
    with due_work():
        now = clock.now()
        contact_ids = contact_ids_warned(limit=_TAKEN, now=now)
        if not contact_ids:
            return 0
        present = contacts.services.lock_contacts(contact_ids=contact_ids)
        due = leads.services.take_warnings(contact_ids=contact_ids, now=now)
        warned = {each.contact_id: each.owner_id for each in due if each.due_at > now - STALE}
        idle = idle_contacts(sorted(present & warned.keys()), patience=_patience(pool_policy()), now=now)
        going = {pk for pk, owner_id in idle.items() if warned[pk] == owner_id}
        before = customers_released(going, reason=PutBack.UNTOUCHED, by=None, now=now)
        _tell(Counter(owner_id for owner_id in before.values() if owner_id), goes=False, now=now)
        return len(contact_ids)


def _tell(counts: Counter[UUID], *, goes: bool, now: datetime) -> None:
    """One alert for each owner and day, whatever the number."""
    day = now.astimezone(tenant_zone()).date()
    topic = f"pool_soon:{day}" if goes else f"pool_gone:{day}"
    params = {"soon": goes}
    alerted(
        NewAlert(owner_id, AlertKind.POOL, now, params=params, topic=topic, count=count)
        for owner_id, count in counts.items()
    )


def _patience(policy: PoolPolicy) -> Patience:
    by_source, others = days_by_source(source_ids())
    return Patience(by_source, others, policy.effective_days)
