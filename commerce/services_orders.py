"""Writes of commerce: orders, as platforms report them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any
from uuid import UUID

from commerce import queries
from commerce.models import Order, OrderLine, Product
from commerce.order_folding import BEGINNING, Line, OrderState, Said, fold, lines_by_key
from commerce.order_states import OrderFacts, facts_of, state_of, told_of
from scrm.core.bulk import insert_columns, update_columns
from scrm.core.ids import uuid7s

CREATED, UPDATED, UNCHANGED = "created", "updated", "unchanged"

Name = tuple[str, str]
"""An order's platform and number."""


@dataclass(frozen=True, slots=True)
class OrderReport:
    """What is told of one order, at one moment. Its state has `ordered_at`."""

    platform: str
    number: str
    state: OrderState

    @property
    def name(self) -> Name:
        return self.platform, self.number


def report_of(
    platform: str,
    number: str,
    *,
    at: datetime | None,
    said: Mapping[str, Any],
    lines: Sequence[Line] | None = None,
    whole: bool = True,
) -> OrderReport:
    """What is said of an order at one moment, else at the latest that it names; `whole` when there are no other lines.

    Of an order whose moment nobody told, it is the first of which anything was heard.
    """
    moments = [value for value in said.values() if isinstance(value, datetime)]
    true_at = at or max(moments, default=BEGINNING)
    fields = {name: Said(true_at, value) for name, value in said.items()}
    fields.setdefault("ordered_at", Said(BEGINNING, true_at))
    if lines is None:
        return OrderReport(platform, number, OrderState(fields))
    return OrderReport(
        platform, number, OrderState(fields, lines_by_key(lines, true_at), true_at if whole else BEGINNING)
    )


@dataclass(frozen=True, slots=True)
class KeptOrder:
    """An order after its reports: whose it is now, what it says now, and what it said before.

    `told_at` is the moment of which its status was told, if one was.
    """

    id: UUID
    name: Name
    contact_id: UUID | None
    outcome: str
    facts: OrderFacts
    before: OrderFacts | None
    lines: Sequence[Line]
    told_at: datetime | None = None


def remove_orders(*, ids: Collection[UUID]) -> None:
    """Delete held orders with their lines."""
    Order.objects.filter(pk__in=list(ids)).delete()


def hold_orders(*, ids: Collection[UUID]) -> dict[UUID, Order]:
    """Hold these orders until the transaction ends, as far as they are there. Their contacts are held before."""
    rows = Order.objects.filter(pk__in=list(ids)).select_for_update().order_by("pk")
    return {row.pk: row for row in rows.defer("told")}


def owners_of_orders(names: Collection[Name]) -> dict[Name, UUID | None]:
    """Whose the orders are that are here already."""
    rows = Order.objects.filter(pk__in=queries.order_ids_named(sorted(names))).order_by()
    return {(platform, number): pk for platform, number, pk in rows.values_list("platform", "number", "contact")}


def keep_orders(
    *, reports: Sequence[OrderReport], contacts: Mapping[Name, UUID], currency: str, now: datetime
) -> list[KeptOrder]:
    """Fold reports into the orders they tell of, each order once, in the order of their first reports.

    The caller holds the orders' names. An order that has a contact keeps it; `contacts` are those of the others.
    """
    wanted: dict[Name, OrderState] = {}
    for report in reports:
        known = wanted.get(report.name)
        wanted[report.name] = report.state if known is None else fold(known, report.state)
    held = Order.objects.select_for_update(no_key=True).order_by("pk")
    rows = {(row.platform, row.number): row for row in held.filter(pk__in=queries.order_ids_named(sorted(wanted)))}
    lines: dict[UUID, list[OrderLine]] = {}
    for line in OrderLine.objects.filter(order__in=list(rows.values())).order_by():
        lines.setdefault(line.order_id, []).append(line)
    products = _products(wanted.values(), [line.product_id for line in chain(*lines.values())])
    minted = iter(uuid7s(len(wanted) - len(rows)))
    kept: list[KeptOrder] = []
    writes = _Writes()
    for name, said in wanted.items():
        row = rows.get(name)
        here = state_of(row, lines.get(row.pk, ()), products.by_id) if row is not None else None
        state = fold(here, said) if here is not None else said
        facts = facts_of(state, currency)
        before = facts_of(here, currency) if here is not None else None
        contact_id = row.contact_id if row is not None and row.contact_id else contacts.get(name)
        pk = row.pk if row is not None else next(minted)
        if row is None:
            writes.new.append((pk, name, contact_id, state, facts))
            outcome = CREATED
        elif state != here or contact_id != row.contact_id:
            writes.changed.append((pk, contact_id, state, facts))
            outcome = UPDATED
        else:
            outcome = UNCHANGED
        writes.lines(pk, here.lines if here else {}, state.lines)
        goods = [said.value for said in state.lines.values()]
        kept.append(KeptOrder(pk, name, contact_id, outcome, facts, before, goods, _status_told_at(state)))
    writes.run(products.by_code, now)
    return kept


def _status_told_at(state: OrderState) -> datetime | None:
    said = state.fields.get("status")
    return None if said is None or said.at == BEGINNING else said.at


@dataclass(frozen=True, slots=True)
class _Products:
    by_code: Mapping[str, UUID]
    by_id: Mapping[UUID, tuple[str, str]]


def _products(states: Collection[OrderState], ids: Collection[UUID]) -> _Products:
    """Products that lines tell of, and those with these ids; what is sold and not known yet is made."""
    told = {said.value.product: said.value.name for state in states for said in state.lines.values()}
    by_code = dict(Product.objects.filter(code__in=list(told)).order_by().values_list("code", "pk")) if told else {}
    missing = sorted(told.keys() - by_code.keys())
    if missing:
        Product.objects.bulk_create(
            [Product(code=code, name=told[code] or code) for code in missing], ignore_conflicts=True
        )
        by_code |= Product.objects.filter(code__in=missing).order_by().values_list("code", "pk")
    rows = Product.objects.filter(pk__in=set(ids)).order_by().values_list("pk", "code", "name") if ids else ()
    return _Products(by_code, {pk: (code, name) for pk, code, name in rows})


class _Writes:
    """Rows to be written, gathered over all orders: a few statements, however many there are."""

    def __init__(self) -> None:
        self.new: list[tuple[UUID, Name, UUID | None, OrderState, OrderFacts]] = []
        self.changed: list[tuple[UUID, UUID | None, OrderState, OrderFacts]] = []
        self._gone: list[tuple[UUID, str]] = []
        self._added: list[tuple[UUID, str, Said]] = []

    def lines(self, order_id: UUID, before: Mapping[str, Said], after: Mapping[str, Said]) -> None:
        self._gone += [(order_id, key) for key, said in before.items() if after.get(key) != said]
        self._added += [(order_id, key, said) for key, said in after.items() if before.get(key) != said]

    def run(self, products: Mapping[str, UUID], now: datetime) -> None:
        if self.new:
            named: dict[str, list[Any]] = {
                "id": [pk for pk, *_rest in self.new],
                "platform": [name[0] for _pk, name, *_rest in self.new],
                "number": [name[1] for _pk, name, *_rest in self.new],
                "contact_id": [contact_id for _pk, _name, contact_id, *_rest in self.new],
            }
            insert_columns(Order, named | _columns([each[3:] for each in self.new]), {"updated_at": now})
        if self.changed:
            known: dict[str, list[Any]] = {
                "id": [pk for pk, *_rest in self.changed],
                "contact_id": [contact_id for _pk, contact_id, *_rest in self.changed],
            }
            update_columns(Order, known | _columns([each[2:] for each in self.changed]), {"updated_at": now})
        if self._gone:
            queries.remove_lines(self._gone)
        if self._added:
            insert_columns(OrderLine, _line_columns(self._added, products))


def _columns(states: Sequence[tuple[OrderState, OrderFacts]]) -> dict[str, list[Any]]:
    facts = [each for _state, each in states]
    return {
        "status": [str(each.status) for each in facts],
        "amount": [str(each.amount) for each in facts],
        "refunded": [str(each.refunded) for each in facts],
        "currency": [each.currency for each in facts],
        "ordered_at": [each.ordered_at for each in facts],
        "paid_at": [each.paid_at for each in facts],
        "told": [told_of(state) for state, _facts in states],
    }


def _line_columns(added: Sequence[tuple[UUID, str, Said]], products: Mapping[str, UUID]) -> dict[str, list[Any]]:
    lines: list[Line] = [said.value for *_rest, said in added]
    return {
        "order_id": [order_id for order_id, *_rest in added],
        "key": [key for _order_id, key, _said in added],
        "product_id": [products[line.product] for line in lines],
        "quantity": [line.quantity for line in lines],
        "amount": [str(line.amount) for line in lines],
        "refunded": [str(line.refunded) for line in lines],
        "told_at": [None if said.at == BEGINNING else said.at for *_rest, said in added],
    }
