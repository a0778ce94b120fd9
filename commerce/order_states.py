"""An order's row and lines as the state they stand for, and the other way round."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from commerce.enums import OrderStatus
from commerce.models import Order, OrderLine
from commerce.order_folding import BEGINNING, Line, OrderState, Said

_NOTHING: Final = Decimal(0)
_WHOLE: Final = "lines"
_MOMENTS: Final = ("ordered_at", "paid_at")
_AMOUNTS: Final = ("amount", "refunded")


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What an order's columns say."""

    status: str
    amount: Decimal
    refunded: Decimal
    currency: str
    ordered_at: datetime
    paid_at: datetime | None


def facts_of(state: OrderState, currency: str) -> OrderFacts:
    """What follows from all that was told; `currency` is the business's, for orders of which none was told.

    An amount that nobody told is that of the lines; an order whose whole amount went back is refunded.
    """
    lines = [said.value for said in state.lines.values()]
    amount = state.value("amount", sum((line.amount for line in lines), _NOTHING))
    refunded = state.value("refunded", sum((line.refunded for line in lines), _NOTHING))
    status = OrderStatus(state.value("status", OrderStatus.PLACED))
    if status == OrderStatus.PAID and refunded > _NOTHING and amount <= refunded:
        status = OrderStatus.REFUNDED
    return OrderFacts(
        status=status,
        amount=amount,
        refunded=amount if status == OrderStatus.REFUNDED and not refunded else refunded,
        currency=state.value("currency", currency),
        ordered_at=state.fields["ordered_at"].value,
        paid_at=state.value("paid_at"),
    )


def told_of(state: OrderState) -> dict[str, Any]:
    """The state without its lines, as JSON."""
    told: dict[str, Any] = {
        name: [said.at.isoformat(), said.value.isoformat() if name in _MOMENTS else str(said.value)]
        for name, said in sorted(state.fields.items())
    }
    return told if state.whole_at == BEGINNING else {**told, _WHOLE: state.whole_at.isoformat()}


def state_of(order: Order, lines: Iterable[OrderLine], codes: Mapping[Any, tuple[str, str]]) -> OrderState:
    """What a row and its lines stand for; `codes` are products' codes and names by id."""
    fields = {name: _read(name, *told) for name, told in order.told.items() if name != _WHOLE}
    if not fields:
        # Kept before what was told was: whatever is told from now on holds.
        names = ("status", "amount", "currency", "ordered_at")
        fields = {name: Said(BEGINNING, getattr(order, name)) for name in names}
    whole_at = order.told.get(_WHOLE)
    return OrderState(
        fields=fields,
        lines={
            line.key or f"#{line.pk}": Said(
                line.told_at or BEGINNING,
                Line(*codes[line.product_id][:1], line.quantity, line.amount, codes[line.product_id][1], line.refunded),
            )
            for line in lines
        },
        whole_at=datetime.fromisoformat(whole_at) if whole_at else BEGINNING,
    )


def _read(name: str, at: str, value: str) -> Said:
    read: Any = value
    if name in _MOMENTS:
        read = datetime.fromisoformat(value)
    elif name in _AMOUNTS:
        read = Decimal(value)
    return Said(datetime.fromisoformat(at), read)
