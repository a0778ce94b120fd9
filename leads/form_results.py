"""Decides what the counts of a form say: rates, and the sums by day and by campaign parameters. Pure."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Count:
    """What happened on one day of those who came one way. `leads` are those that the reader sees.

    A reader who comes again within ten minutes is the same view, and on the same day the same visitor.
    """

    on: date
    source: str = ""
    medium: str = ""
    campaign: str = ""
    views: int = 0
    visitors: int = 0
    begun: int = 0
    leads: int = 0

    @property
    def way(self) -> tuple[str, str, str]:
        return (self.source, self.medium, self.campaign)


@dataclass(slots=True)
class Sum:
    """Several counts together."""

    name: Any
    views: int = 0
    visitors: int = 0
    begun: int = 0
    leads: int = 0

    def add(self, count: Count) -> None:
        self.views += count.views
        self.visitors += count.visitors
        self.begun += count.begun
        self.leads += count.leads

    @property
    def bounce(self) -> float | None:
        """The share of views in which nobody began to answer."""
        return max(0.0, 1 - self.begun / self.views) if self.views else None

    @property
    def conversion(self) -> float | None:
        """The share of visitors who sent it."""
        return min(self.leads / self.visitors, 1.0) if self.visitors else None


@dataclass(frozen=True, slots=True)
class Tally:
    """How often a question was answered, and by what, where that was offered."""

    label: str
    answered: int
    answers: list[tuple[str, int]] = field(default_factory=list)

    @property
    def shares(self) -> list[tuple[str, int, float]]:
        return [(answer, count, count / self.answered if self.answered else 0.0) for answer, count in self.answers]


def total_of(counts: Iterable[Count]) -> Sum:
    total = Sum("")
    for count in counts:
        total.add(count)
    return total


def sums_by_day(counts: Iterable[Count]) -> list[Sum]:
    """The latest day first."""
    return sorted(_sums(counts, lambda count: count.on), key=lambda each: str(each.name), reverse=True)


def sums_by_way(counts: Iterable[Count]) -> list[Sum]:
    """By campaign source, medium and name: what brought most first."""
    return sorted(_sums(counts, lambda count: count.way), key=lambda each: (-each.leads, -each.views, str(each.name)))


def _sums(counts: Iterable[Count], name_of: Callable[[Count], Hashable]) -> list[Sum]:
    found: dict[Hashable, Sum] = {}
    for count in counts:
        name = name_of(count)
        found.setdefault(name, Sum(name)).add(count)
    return list(found.values())
