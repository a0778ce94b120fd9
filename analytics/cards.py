"""Score cards: what a dealer, a department or a representative came to in a period, and the arithmetic on it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from analytics.funnel import ratio

MEASURES: Final[dict[str, str | Promise]] = {
    "leads": _("Leads"),
    "minutes": _("First answer"),
    "in_time": pgettext_lazy("answers", "In time"),
    "effective_share": _("Effective communication"),
    "opportunities": _("Opportunities"),
    "deals": _("Deals"),
    "amount": _("Amount"),
    "commission": _("Commission"),
}

MEANINGS: Final[dict[str, str | Promise]] = {
    "leads": _("That came in during the period and are theirs now."),
    "minutes": _("Half of the answered leads waited no longer than this for their first answer."),
    "in_time": _("Of the leads with a time to answer that is over or was kept."),
    "effective_share": _("Of the leads: those with effective communication since they came in."),
    "opportunities": _("That were made in the period."),
    "deals": _("Opportunities that were won in the period."),
    "amount": _("Of the deals, each currency by itself."),
    "commission": _("Of the deals, by the rate of the day on which each was won."),
}
LESS_IS_BETTER: Final = frozenset({"minutes"})

LONGEST: Final = timedelta(days=3660)


@dataclass(frozen=True, slots=True)
class Money:
    """What was won in one currency. `commission` is None where no deal had a rate."""

    currency: str
    deals: int
    amount: Decimal
    commission: Decimal | None


@dataclass(frozen=True, slots=True)
class Numbers:
    """What came in, was answered, was talked about and won in a period.

    `met`, `late` and `missed` count leads with a time to answer: in time, too late, and overdue without an answer.
    """

    leads: int = 0
    effective: int = 0
    met: int = 0
    late: int = 0
    missed: int = 0
    median: timedelta | None = None
    opportunities: int = 0
    money: tuple[Money, ...] = ()

    @property
    def in_time(self) -> Decimal | None:
        return ratio(self.met, self.met + self.late + self.missed)

    @property
    def effective_share(self) -> Decimal | None:
        return ratio(self.effective, self.leads)

    @property
    def minutes(self) -> Decimal | None:
        """The median to the first answer."""
        return Decimal(str(self.median.total_seconds())) / 60 if self.median is not None else None

    @property
    def deals(self) -> int:
        return sum(each.deals for each in self.money)

    def amount(self, currency: str) -> Decimal:
        return sum((each.amount for each in self.money if each.currency == currency), Decimal(0))

    def commission(self, currency: str) -> Decimal | None:
        return next((each.commission for each in self.money if each.currency == currency), None)

    def value(self, measure: str, currency: str) -> Decimal | int | None:
        """What `MEASURES` names; money in this currency."""
        if measure == "amount":
            return self.amount(currency)
        if measure == "commission":
            return self.commission(currency)
        found: Decimal | int | None = getattr(self, measure)
        return found

    @property
    def is_empty(self) -> bool:
        return self == Numbers()


@dataclass(frozen=True, slots=True)
class Group:
    """Whose numbers are added up: a department with those below it, or one person."""

    id: UUID | None
    name: str
    owner_ids: frozenset[UUID]
    depth: int = 0
    is_dealer: bool = False
    under: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """One line: a group with its numbers, and those of the period before, if there is one to compare with."""

    group: Group
    now: Numbers
    before: Numbers | None

    @property
    def is_empty(self) -> bool:
        return self.now.is_empty and (self.before is None or self.before.is_empty)


@dataclass(frozen=True, slots=True)
class Span:
    """Days, both included."""

    since: date
    until: date

    @property
    def before(self) -> "Span | None":
        """As many days right before; None where the calendar, or sense, ends."""
        days = self.until - self.since + timedelta(days=1)
        if days > LONGEST or self.since - date.min < days:
            return None
        return Span(self.since - days, self.since - timedelta(days=1))


def change(now: Decimal | int | None, before: Decimal | int | None) -> Decimal | None:
    """By which share it grew; None where there was nothing to grow from."""
    if now is None or not before:
        return None
    return (Decimal(now) - before) / before


def tree_of(
    departments: Sequence[tuple[UUID, str, UUID | None, bool]], tops: Sequence[UUID] | None
) -> list[tuple[UUID, str, int, bool, frozenset[UUID]]]:
    """Departments as (id, name, depth, is a dealer, itself and all below), each right above those below it.

    `tops` are where it begins; None are those that are part of nothing.
    """
    below: dict[UUID | None, list[tuple[UUID, str, bool]]] = {}
    for pk, name, parent, is_dealer in sorted(departments, key=lambda row: (row[1], row[0])):
        below.setdefault(parent, []).append((pk, name, is_dealer))
    named = {pk: (pk, name, is_dealer) for rows in below.values() for pk, name, is_dealer in rows}
    found: list[tuple[UUID, str, int, bool, frozenset[UUID]]] = []

    def walk(pk: UUID, name: str, is_dealer: bool, depth: int) -> frozenset[UUID]:
        place = len(found)
        inside = {pk}.union(*(walk(*child, depth + 1) for child in below.get(pk, ())))
        found.insert(place, (pk, name, depth, is_dealer, frozenset(inside)))
        return frozenset(inside)

    for first in below.get(None, ()) if tops is None else [named[pk] for pk in tops if pk in named]:
        walk(*first, 0)
    return found
