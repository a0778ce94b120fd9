"""Customers in the pool that tests begin with."""

from typing import Any

from accounts.models import User
from contacts.enums import OwnerWhy, PutBack
from contacts.models import Contact, OwnerChange
from leads.models import Lead, PoolPolicy
from leads.services import save_pool_policy
from scrm.core import clock
from scrm.flows.releasing import put_back
from tests.factories import make_contact


def pooled(name: str = "Lin", *, owner: User | None = None, status: str = "", **fields: Any) -> Lead:
    """A lead of a customer who is nobody's; with an owner, of one who is theirs."""
    now = clock.now()
    contact = make_contact(name, owner=owner, **{key: fields.pop(key) for key in ("city",) if key in fields})
    return Lead.objects.create(
        contact=contact,
        owner=owner,
        came_by="hand",
        status=status or ("assigned" if owner else "new"),
        dedupe_key=str(contact.pk),
        captured_at=now,
        updated_at=now,
        assigned_at=now if owner else None,
        **fields,
    )


def given_back(owner: User, name: str = "Lin") -> Lead:
    """A lead that its owner has just put into the pool."""
    lead = pooled(name, owner=owner)
    put_back([lead.contact_id], reason=PutBack.NO_TIME, viewer=owner, by=owner, now=clock.now())
    lead.refresh_from_db()
    return lead


def policy(**fields: Any) -> PoolPolicy:
    return save_pool_policy(by=None, now=clock.now(), **fields)


def holders(contact: Contact) -> list[tuple[str, str, str]]:
    """(from, to, reason) of every change through the pool, the first one first."""
    rows = OwnerChange.objects.filter(contact=contact, why=OwnerWhy.POOL).order_by("at", "pk")
    return [(str(each.before or ""), str(each.after or ""), each.reason) for each in rows]
