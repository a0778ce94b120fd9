"""What the reports count, and the arithmetic on it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CENT: Final = Decimal("0.01")

STEPS: Final[dict[str, str | Promise]] = {
    "captured": _("Captured"),
    "assigned": _("Assigned"),
    "touched": _("Touched"),
    "engaged": _("Engaged"),
    "won": _("Won"),
}

MEANINGS: Final[dict[str, str | Promise]] = {
    "captured": _("Leads that came in during the period."),
    "assigned": _("Those that somebody was put in charge of."),
    "touched": _("Those whose contact got a message or a finished task after the lead came in."),
    "engaged": _("Those whose contact did something of their own will after that, such as opening a page."),
    "won": _("Those that became a deal."),
}


@dataclass(frozen=True, slots=True)
class ReportFilters:
    """Which leads a report is about: captured on these days (both included), by source, of an owner."""

    since: date | None = None
    until: date | None = None
    source_ids: tuple[UUID, ...] | None = None
    owner_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class FunnelStep:
    key: str
    value: int
    share: Decimal | None
    """Of the captured leads; None when there are none."""

    @property
    def label(self) -> str:
        return str(STEPS[self.key])

    @property
    def meaning(self) -> str:
        return str(MEANINGS[self.key])


@dataclass(frozen=True, slots=True)
class FunnelDay:
    """The leads of one day and how far they have come by now."""

    on: date
    captured: int
    touched: int
    engaged: int
    won: int


@dataclass(frozen=True, slots=True)
class SourceRow:
    """What one source brought; `cost` is None where it can't be told for the leads counted."""

    source_id: UUID | None
    name: str
    leads: int
    valid: int
    assigned: int
    touched: int
    engaged: int
    won: int
    cost: Decimal | None
    currency: str

    @property
    def conversion(self) -> Decimal | None:
        return ratio(self.won, self.leads)

    @property
    def cost_per_lead(self) -> Decimal | None:
        return price(self.cost, self.leads)

    @property
    def cost_per_valid(self) -> Decimal | None:
        return price(self.cost, self.valid)

    @property
    def cost_per_won(self) -> Decimal | None:
        return price(self.cost, self.won)


def steps_from(counts: Sequence[int]) -> list[FunnelStep]:
    """The steps with their share of the first."""
    return [
        FunnelStep(key=key, value=value, share=ratio(value, counts[0]))
        for key, value in zip(STEPS, counts, strict=True)
    ]


def ratio(part: int, whole: int) -> Decimal | None:
    return Decimal(part) / whole if whole else None


def price(cost: Decimal | None, pieces: int) -> Decimal | None:
    """What one piece cost, to the cent; None when there are none or nobody knows the cost."""
    if cost is None or not pieces:
        return None
    return (cost / pieces).quantize(CENT, ROUND_HALF_UP)


def total_of(rows: Sequence[SourceRow], *, name: str, currency: str) -> SourceRow:
    """The last line of the table."""
    costs = [row.cost for row in rows if row.cost is not None]
    return SourceRow(
        source_id=None,
        name=name,
        leads=sum(row.leads for row in rows),
        valid=sum(row.valid for row in rows),
        assigned=sum(row.assigned for row in rows),
        touched=sum(row.touched for row in rows),
        engaged=sum(row.engaged for row in rows),
        won=sum(row.won for row in rows),
        cost=sum(costs, Decimal(0)) if costs else None,
        currency=currency,
    )
