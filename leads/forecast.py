"""Decides what open opportunities are likely to bring, by the month in which they are expected. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True, slots=True)
class Expected:
    """One open opportunity: its amount, and the share in percent that is won of those at its stage."""

    on: date | None
    amount: Decimal
    currency: str
    probability: int


@dataclass(frozen=True, slots=True)
class Month:
    """What is expected in a month, in full and weighted; `on` is its first day, None for no date."""

    on: date | None
    amount: Decimal
    weighted: Decimal
    deals: int


def forecast(deals: Iterable[Expected], *, currency: str, today: date) -> list[Month]:
    """Months in order, what is overdue in the month of today, what has no date last; other currencies are left out."""
    sums: dict[date | None, list[Decimal]] = {}
    counts: dict[date | None, int] = {}
    for deal in deals:
        if deal.currency != currency:
            continue
        on = max(deal.on, today).replace(day=1) if deal.on is not None else None
        row = sums.setdefault(on, [Decimal(0), Decimal(0)])
        row[0] += deal.amount
        row[1] += deal.amount * deal.probability / 100
        counts[on] = counts.get(on, 0) + 1
    ordered = sorted(sums, key=lambda on: (on is None, on or today))
    cent = Decimal("0.01")
    return [Month(on, sums[on][0], sums[on][1].quantize(cent, ROUND_HALF_UP), counts[on]) for on in ordered]
