"""What leads came to and cost, and the arithmetic on it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import Decimal
from functools import reduce

from analytics.funnel import price, ratio


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of leads, with what their contacts paid and what they cost, in the business's currency.

    `apart` counts costs and orders in other currencies, which no sum here holds. `cost` is None where nobody knows or
    may know it.
    """

    leads: int = 0
    effective: int = 0
    promising: int = 0
    won: int = 0
    revenue: Decimal = Decimal(0)
    orders: int = 0
    apart: int = 0
    cost: Decimal | None = None

    def __add__(self, other: "Figures") -> "Figures":
        costs = [each for each in (self.cost, other.cost) if each is not None]
        sums = {each.name: getattr(self, each.name) + getattr(other, each.name) for each in _SUMMED}
        return Figures(**sums, cost=sum(costs, Decimal(0)) if costs else None)

    @property
    def effective_share(self) -> Decimal | None:
        return ratio(self.effective, self.leads)

    @property
    def won_share(self) -> Decimal | None:
        return ratio(self.won, self.leads)

    @property
    def cost_per_lead(self) -> Decimal | None:
        return price(self.cost, self.leads)

    @property
    def cost_per_effective(self) -> Decimal | None:
        return price(self.cost, self.effective)

    @property
    def cost_per_deal(self) -> Decimal | None:
        return price(self.cost, self.won)

    @property
    def roi(self) -> Decimal | None:
        """What came back beyond the cost, as a share of it; None without a cost or without an order."""
        if not self.cost or not self.orders:
            return None
        return (self.revenue - self.cost) / self.cost


_SUMMED = [each for each in fields(Figures) if each.name != "cost"]


def total(figures: Iterable[Figures]) -> Figures:
    return reduce(Figures.__add__, figures, Figures())
