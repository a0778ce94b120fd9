"""Decides when a deadline of a stage falls due, which are to be done, and whether stages chase each other. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from accounts.hours import Hours, after_open_minutes
from lifecycle.enums import DeadlineAction, DeadlineUnit
from scrm.core.holidays import is_workday
from scrm.core.instants import instant_of

_DAY: Final = timedelta(days=1)
_FURTHEST: Final = 3660
"""Days in a row without one on which the business works: then it has no hours."""
ENDS_IT: Final = frozenset({DeadlineAction.MOVE, DeadlineAction.LOSE})
"""What takes somebody out of the stage, after which its other deadlines are void."""


class Term(NamedTuple):
    """A deadline as far as its time goes."""

    id: UUID
    after: int
    unit: str
    working: bool
    action: str


class Planned(NamedTuple):
    """When a deadline falls due for somebody."""

    at: datetime
    id: UUID


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be done now for somebody in a stage, in this order, and what comes next."""

    now: list[UUID] = field(default_factory=list)
    next: Planned | None = None


def due_at(term: Term, since: datetime, zone: ZoneInfo, hours: Hours | None) -> datetime:
    """Hours go by the clock; a day later is the same time of the next day, whatever the clocks do in between.

    Of working time, hours are open ones and days those on which the business opens; without hours of its own they are
    those on which China works.
    """
    if term.unit == DeadlineUnit.HOURS:
        return after_open_minutes(hours if term.working else None, since, 60 * term.after)
    local = since.astimezone(zone)
    day = local.date()
    if term.working:
        day = _working_day(day, term.after, hours)
    else:
        day += term.after * _DAY
    return instant_of(day, local.time(), zone)


def plans(terms: Iterable[Term], since: datetime, zone: ZoneInfo, hours: Hours | None) -> list[Planned]:
    """All deadlines of somebody who came to the stage then, in their order."""
    return sorted(Planned(due_at(term, since, zone, hours), term.id) for term in terms)


def first_after(planned: Sequence[Planned], moment: datetime) -> Planned | None:
    """The first that is due later than the moment."""
    return next((each for each in planned if each.at > moment), None)


def what_is_due(planned: Sequence[Planned], actions: Mapping[UUID, str], noted: Planned, now: datetime) -> Due:
    """What to do for somebody of whom `noted` is the next deadline, which is due now.

    Several are due after an outage: then nobody is reminded of what a later one settles anyway, and what follows a move
    is void. One that was changed or switched off since it was noted is passed over.
    """
    open_still = [each for each in planned if each >= noted or each.id == noted.id]
    ready = [each for each in open_still if each.at <= now]
    chosen: list[UUID] = []
    for place, each in enumerate(ready):
        if actions[each.id] == DeadlineAction.REMIND and place < len(ready) - 1:
            continue
        chosen.append(each.id)
        if actions[each.id] in ENDS_IT:
            return Due(chosen)
    return Due(chosen, next((each for each in open_still if each.at > now), None))


def chase(moves: Iterable[tuple[UUID, UUID]]) -> list[UUID]:
    """Stages through which moves that nobody asks for lead round in a circle, in their order; empty when none do."""
    goes: dict[UUID, list[UUID]] = {}
    for before, after in moves:
        goes.setdefault(before, []).append(after)
    done: set[UUID] = set()
    for start in list(goes):
        circle = _circle_from(start, goes, done)
        if circle:
            return circle
    return []


def _circle_from(start: UUID, goes: Mapping[UUID, Sequence[UUID]], done: set[UUID]) -> list[UUID]:
    way: list[UUID] = []
    branches = [iter([start])]
    while branches:
        stage = next(branches[-1], None)
        if stage is None:
            branches.pop()
            if way:
                done.add(way.pop())
        elif stage in way:
            return way[way.index(stage) :]
        elif stage not in done:
            way.append(stage)
            branches.append(iter(goes.get(stage, ())))
    return []


def _working_day(day: date, count: int, hours: Hours | None) -> date:
    works = is_workday if hours is None or hours.never_opens else hours.on
    for _each in range(_FURTHEST + 7 * count):
        day += _DAY
        count -= bool(works(day))
        if count == 0:
            return day
    raise ValueError("No day is worked in ten years.")
