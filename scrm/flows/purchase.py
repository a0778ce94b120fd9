"""Orders came in: each is kept once with whoever bought, and what a purchase sets off happens with it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import contacts.services
from commerce.enums import OrderStatus
from commerce.services_orders import CREATED, UNCHANGED, KeptOrder, Name, OrderReport, keep_orders, owners_of_orders
from contacts.inputs import Known, PersonInput
from contacts.sealing import known_of
from events.inputs import Happening
from exchange.enums import HookEvent
from exchange.outbox import publish_each
from scheduler.services import due_work
from scrm.core.crypto import blind_indexes
from scrm.flows.engagement import take_in
from scrm.flows.telling import plain
from scrm.flows.tiers import bought
from tenants.selectors import tenant_current, tenant_keys

PAID: Final = "order_paid"
REFUNDED: Final = "order_refunded"
_ALL_PAID: Final = frozenset({OrderStatus.PAID, OrderStatus.REFUNDED})


@dataclass(frozen=True, slots=True)
class Purchase:
    """A report of an order, and who is said to have bought: by identities, or a contact that is known otherwise."""

    report: OrderReport
    buyer: PersonInput | None = None
    contact_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Reported:
    """What became of each order, and who is a contact now that was none before."""

    orders: Sequence[KeptOrder] = ()
    newcomers: Collection[UUID] = ()


def orders_reported(purchases: Sequence[Purchase], *, now: datetime) -> Sequence[KeptOrder]:
    """Keep each order once, whatever a platform repeats or tells late; each with what became of it, one for each order.

    One transaction for the batch, in a number of statements that does not grow with it. Buyers who are not known yet
    become contacts. An order without a buyer is kept without a contact.
    """
    return orders_brought(purchases, now=now).orders


def orders_brought(purchases: Sequence[Purchase], *, now: datetime, since: datetime | None = None) -> Reported:
    """The same of orders that may be old: given `since`, SOPs start with those alone that were paid from then on."""
    if not purchases:
        return Reported()
    with due_work():
        buyers, names = _buyers(purchases), {each.report.name for each in purchases}
        people = known_of([person for _name, person in buyers], tenant_keys())
        contacts.services.lock_people(identities=people, also=order_locks(names))
        # Contacts before what is theirs, as everywhere.
        owners, erased = _owners_held(names)
        if erased:
            buyers = [(name, person) for name, person in buyers if name not in erased]
            people = known_of([person for _name, person in buyers], tenant_keys())
        whose, newcomers = _recognise(purchases, buyers, people, owners, now)
        present = contacts.services.lock_contacts(contact_ids=whose.values())
        whose = {name: pk for name, pk in whose.items() if pk in present}
        reports = [each.report for each in purchases]
        kept = keep_orders(reports=reports, contacts=whose, currency=tenant_current().currency, now=now)
        _tell(kept, owners, now, since)
        changed = {each.contact_id for each in kept if each.outcome != UNCHANGED and each.name not in erased}
        bought(set(filter(None, changed)), now=now)
    return Reported(kept, newcomers)


def _buyers(purchases: Sequence[Purchase]) -> list[tuple[Name, PersonInput]]:
    return [
        (each.report.name, each.buyer)
        for each in purchases
        if each.buyer is not None and each.buyer.identities and each.contact_id is None
    ]


def _owners_held(names: Collection[Name]) -> tuple[dict[Name, UUID | None], set[Name]]:
    """Whose the orders are, who are held; and the orders of somebody erased, of whom nothing more is learned."""
    owners = owners_of_orders(names)
    held = contacts.services.lock_contacts(contact_ids=set(filter(None, owners.values())))
    if not held.issuperset(filter(None, owners.values())):
        # Merged meanwhile: then they are somebody else's now.
        owners = owners_of_orders(names)
        held |= contacts.services.lock_contacts(contact_ids=set(filter(None, owners.values())))
    return owners, {name for name, pk in owners.items() if pk is not None and pk not in held}


def order_locks(names: Collection[Name]) -> list[bytes]:
    """What whoever reports one of these orders holds, for `contacts.services`."""
    joined = sorted("\0".join(name) for name in names)
    return blind_indexes(joined, keys=tenant_keys(), purpose="order.name")


def _recognise(
    purchases: Sequence[Purchase],
    buyers: Sequence[tuple[Name, PersonInput]],
    people: Sequence[Known],
    owners: dict[Name, UUID | None],
    now: datetime,
) -> tuple[dict[Name, UUID], set[UUID]]:
    """Whose the orders are that belong to nobody yet; buyers are kept as contacts, and these are the new ones."""
    whose = {each.report.name: each.contact_id for each in purchases if each.contact_id is not None}
    settled = {place: pk for place, (name, _person) in enumerate(buyers) if (pk := owners.get(name)) is not None}
    found = contacts.services.find_people(identities=people, settled=settled)
    if buyers:
        contacts.services.keep_people(
            people=[person for _name, person in buyers],
            found=found,
            identities=people,
            owners=[None] * len(buyers),
            again=(),
            now=now,
        )
    for (name, _person), person in zip(buyers, found, strict=True):
        whose.setdefault(name, person.contact_id)
    return whose, {each.contact_id for each in found if each.contact is None}


def _tell(kept: Sequence[KeptOrder], owners: dict[Name, UUID | None], now: datetime, since: datetime | None) -> None:
    """Events of orders that were paid or given back, once each: also when their buyer is learned later."""
    happened: list[Happening] = []
    for order in kept:
        if order.contact_id is None:
            continue
        # What their contact did not know of happened before there was one.
        before = order.before.status if order.before is not None and owners.get(order.name) else None
        if order.facts.status in _ALL_PAID and before not in _ALL_PAID:
            happened.append(_happening(PAID, order, order.facts.paid_at or order.facts.ordered_at))
        if order.facts.status == OrderStatus.REFUNDED and before != OrderStatus.REFUNDED:
            # What was given back long ago is told of no moment of its own.
            happened.append(_happening(REFUNDED, order, now if since is None else min(order.told_at or now, now)))
    recent = [each for each in happened if since is None or each.occurred_at >= since]
    take_in(recent, now=now)
    if len(recent) < len(happened):
        take_in([each for each in happened if since is not None and each.occurred_at < since], now=now, start=False)
    publish_each(HookEvent.ORDER_PAID, [each for each in kept if _was_paid(each)], _told_of, now)


def _was_paid(order: KeptOrder) -> bool:
    return order.facts.status == OrderStatus.PAID and (order.before is None or order.before.status != OrderStatus.PAID)


def _happening(event: str, order: KeptOrder, at: datetime) -> Happening:
    assert order.contact_id is not None
    said: dict[str, Any] = {
        "order": order.name[1],
        "amount": float(order.facts.amount),
        "currency": order.facts.currency,
        "product": ", ".join(sorted({line.product for line in order.lines}))[:200],
    }
    return Happening(order.contact_id, event, at, f"{event}:{order.id}", said)


def _told_of(order: KeptOrder) -> dict[str, Any]:
    return plain(
        {
            "order_id": order.id,
            "contact_id": order.contact_id,
            "platform": order.name[0],
            "number": order.name[1],
            "amount": str(order.facts.amount),
            "currency": order.facts.currency,
            "new": order.outcome == CREATED,
        }
    )
