"""What platforms report of an order, folded into one state in whatever order and however often they tell it.

Each thing said carries the moment of which it is true, and the later one holds; of two of the same moment the one that
goes further. Folding is commutative, associative and idempotent: a join (Shapiro et al., "Conflict-free Replicated
Data Types", 2011, last-writer-wins registers).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

from commerce.enums import OrderStatus

BEGINNING: Final = datetime(1, 1, 1, tzinfo=UTC)
"""When what nobody told is true since: whatever is told later holds."""

# Of the same moment: an order is placed before it is paid, paid before money goes back.
_FURTHER: Final = {
    status: place
    for place, status in enumerate((OrderStatus.PLACED, OrderStatus.PAID, OrderStatus.REFUNDED, OrderStatus.CANCELLED))
}


class Said(NamedTuple):
    """A value, and the moment of which it is true."""

    at: datetime
    value: Any


@dataclass(frozen=True, slots=True)
class Line:
    """So many of a product, by its code at the platform, for so much of the order's amount; what went back of it."""

    product: str
    quantity: int
    amount: Decimal
    name: str = ""
    refunded: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class OrderState:
    """What is known of one order.

    `fields` by name; `lines` by key. `whole_at` is the last moment of which all lines were told: those that are older
    and were not told again are gone.
    """

    fields: Mapping[str, Said] = field(default_factory=dict)
    lines: Mapping[str, Said] = field(default_factory=dict)
    whole_at: datetime = BEGINNING

    def value(self, name: str, default: Any = None) -> Any:
        said = self.fields.get(name)
        return default if said is None else said.value


def fold(one: OrderState, other: OrderState) -> OrderState:
    """Both as one; whichever comes first."""
    whole_at = max(one.whole_at, other.whole_at)
    lines = _later(one.lines, other.lines, _line_rank)
    return OrderState(
        fields=_later(one.fields, other.fields, _rank),
        lines={key: said for key, said in lines.items() if said.at >= whole_at},
        whole_at=whole_at,
    )


def lines_by_key(lines: Iterable[Line], at: datetime) -> dict[str, Said]:
    """Lines by product and by their number among those of the same product, the cheapest first.

    Equal lines are real: two rows of one product are two lines.
    """
    found: dict[str, Said] = {}
    met: dict[str, int] = {}
    for line in sorted(lines, key=lambda each: (each.product, each.quantity, each.amount, each.name, each.refunded)):
        met[line.product] = number = met.get(line.product, 0) + 1
        found[line_key(line.product, number)] = Said(at, line)
    return found


def line_key(product: str, number: int) -> str:
    return f"{product}#{number}"


def _later(one: Mapping[str, Said], other: Mapping[str, Said], rank: Callable[[str, Any], Any]) -> dict[str, Said]:
    found = dict(one)
    for name, said in other.items():
        here = found.get(name)
        if here is None or (said.at, rank(name, said.value)) > (here.at, rank(name, here.value)):
            found[name] = said
    return found


def _rank(name: str, value: Any) -> Any:
    if name == "status":
        return _FURTHER[OrderStatus(value)]
    # A moment that nobody told is the earliest of which anything was heard.
    return -value.timestamp() if name == "ordered_at" else value


def _line_rank(_key: str, line: Line) -> Any:
    return (line.refunded, line.quantity, line.amount, line.name)
