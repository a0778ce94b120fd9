"""Orders came in: each is kept once with whoever bought, and what a purchase sets off happens with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import contacts.services
from commerce.enums import OrderStatus
from commerce.services_orders import CREATED, KeptOrder, Name, OrderReport, keep_orders, owners_of_orders
from contacts.inputs import Known, PersonInput
from contacts.sealing import known_of
from events.inputs import Happening
from exchange.enums import HookEvent
from exchange.outbox import publish_each
from scheduler.services import due_work
from scrm.core.crypto import blind_indexes
from scrm.flows.engagement import take_in
from scrm.flows.telling import plain
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


def orders_reported(purchases: Sequence[Purchase], *, now: datetime, start: bool = True) -> list[KeptOrder]:
    """Keep each order once, whatever a platform repeats or tells late; each with what became of it, one for each order.

    One transaction for the batch, in a number of statements that does not grow with it. Buyers who are not known yet
    become contacts. An order without a buyer is kept without a contact.
    """
    if not purchases:
        return []
    with due_work():
        buyers = _buyers(purchases)
        people = known_of([person for _name, person in buyers], tenant_keys())
        contacts.services.lock_people(identities=people, also=_locks(purchases))
        owners = owners_of_orders({each.report.name for each in purchases})
        whose = _recognise(purchases, buyers, people, owners, now)
        # Contacts before what is theirs, as everywhere.
        contacts.services.lock_contacts(contact_ids={*filter(None, owners.values()), *whose.values()})
        reports = [each.report for each in purchases]
        kept = keep_orders(reports=reports, contacts=whose, currency=tenant_current().currency, now=now)
        _tell(kept, owners, now, start)
    return kept


def _buyers(purchases: Sequence[Purchase]) -> list[tuple[Name, PersonInput]]:
    return [
        (each.report.name, each.buyer)
        for each in purchases
        if each.buyer is not None and each.buyer.identities and each.contact_id is None
    ]


def _locks(purchases: Sequence[Purchase]) -> list[bytes]:
    names = sorted({"\0".join(each.report.name) for each in purchases})
    return blind_indexes(names, keys=tenant_keys(), purpose="order.name")


def _recognise(
    purchases: Sequence[Purchase],
    buyers: Sequence[tuple[Name, PersonInput]],
    people: Sequence[Known],
    owners: dict[Name, UUID | None],
    now: datetime,
) -> dict[Name, UUID]:
    """Whose the orders are that belong to nobody yet; buyers are kept as contacts."""
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
    return whose


def _tell(kept: Sequence[KeptOrder], owners: dict[Name, UUID | None], now: datetime, start: bool) -> None:
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
            happened.append(_happening(REFUNDED, order, now))
    take_in(happened, now=now, start=start)
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
