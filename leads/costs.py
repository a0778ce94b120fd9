"""Decides what a cost over some days is on each of them. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Final

CENT: Final = Decimal("0.01")
DAYS_MOST: Final = 731
AMOUNT_MOST: Final = Decimal("999999999999.99")
EARLIEST: Final = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Cost:
    """What was stated: so much over these days, both included; `rate` is what one of the currency is worth."""

    first: date
    last: date
    amount: Decimal
    currency: str
    rate: Decimal | None = None
    item: str = ""


@dataclass(frozen=True, slots=True)
class DayCost:
    """The part of one day: in the business's currency, and as stated where that was another."""

    on: date
    item: str
    amount: Decimal
    stated_amount: Decimal | None
    stated_currency: str
    rate: Decimal | None


def spread(amount: Decimal, days: int) -> list[Decimal]:
    """As many parts as there are days, equal to the cent, that add up to the amount."""
    cents = int(amount / CENT)
    ends = [cents * day // days for day in range(days + 1)]
    return [CENT * (end - begin) for begin, end in pairwise(ends)]


def worth(cost: Cost, currency: str) -> Decimal:
    """The whole cost in this currency, to the cent."""
    if cost.currency == currency:
        return cost.amount
    if cost.rate is None:
        raise ValueError(f"no rate from {cost.currency} to {currency}")
    return (cost.amount * cost.rate).quantize(CENT, ROUND_HALF_UP)


def per_day(cost: Cost, currency: str) -> list[DayCost]:
    """Each day's part. The sum is spread in each currency by itself, so neither loses a cent."""
    days = [cost.first + timedelta(days=index) for index in range((cost.last - cost.first).days + 1)]
    amounts = spread(worth(cost, currency), len(days))
    if cost.currency == currency:
        return [DayCost(on, cost.item, amount, None, "", None) for on, amount in zip(days, amounts, strict=True)]
    stated = spread(cost.amount, len(days))
    return [
        DayCost(on, cost.item, amount, said, cost.currency, cost.rate)
        for on, amount, said in zip(days, amounts, stated, strict=True)
    ]
