"""Decides which share a department gets on which days: its own rate, else that of the department above it. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import zip_longest
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Rate:
    """What a department gets from a day on; `until_on` is the first day on which it does not, if there is one."""

    department_id: UUID
    from_on: date
    percent: Decimal
    until_on: date | None = None


def rates_held(parents: Mapping[UUID, UUID | None], rates: Iterable[Rate]) -> list[Rate]:
    """Which rate holds when, for every department; `rates` are as they were set, each until the next one.

    Once a department has a rate of its own, the one above it counts for it no more.
    """
    own: dict[UUID, list[Rate]] = {}
    for rate in sorted(rates, key=lambda rate: rate.from_on):
        own.setdefault(rate.department_id, []).append(rate)
    known: dict[UUID, list[Rate]] = {}

    def held_by(pk: UUID) -> list[Rate]:
        if pk not in known:
            mine, parent = own.get(pk, []), parents.get(pk)
            inherited = [replace(rate, department_id=pk) for rate in held_by(parent)] if parent else []
            known[pk] = [*_before(inherited, mine[0].from_on if mine else None), *_in_turn(mine)]
        return known[pk]

    return [rate for pk in parents for rate in held_by(pk)]


def _in_turn(rates: list[Rate]) -> list[Rate]:
    """Each ends where the next one begins."""
    return [
        replace(rate, until_on=following.from_on if following else None)
        for rate, following in zip_longest(rates, rates[1:])
    ]


def _before(rates: list[Rate], end: date | None) -> list[Rate]:
    """What is left of them before a day."""
    if end is None:
        return rates
    left = [rate for rate in rates if rate.from_on < end]
    return [replace(rate, until_on=min(rate.until_on or end, end)) for rate in left]
