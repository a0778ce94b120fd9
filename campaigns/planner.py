"""What comes when of an SOP's steps: execution, dry run, calendar and forecast all ask here. Pure."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from campaigns.timing import Anchor, Offset, due_at, times_of
from scrm.core.workdays import WorkCalendar


class PlanStep(Protocol):
    """What of a step decides its time."""

    number: int
    offset: Offset


Known = TypeVar("Known", bound=PlanStep)


@dataclass(frozen=True, slots=True)
class PlannedTouch:
    """One touch to come: the step's number, its occurrence and its time in UTC; None when it has none."""

    step_number: int
    occurrence: int
    due_at: datetime | None


def plan(
    steps: Sequence[PlanStep],
    anchor_of: Callable[[Offset], Anchor],
    calendar: WorkCalendar,
    after: tuple[int, int] | None = None,
) -> list[PlannedTouch]:
    """Every touch of the steps (in their order), or of those after this (step number, occurrence)."""
    return [
        PlannedTouch(step.number, occurrence, due_at(step.offset, anchor_of(step.offset), calendar, occurrence))
        for step, occurrence in _coming(steps, after)
    ]


def following(
    steps: Sequence[Known], after: tuple[int, int] | None = None, *, skip: bool = False
) -> tuple[Known, int] | None:
    """The step and occurrence after these, or the first; `skip` passes over further occurrences of the same step."""
    found = _coming(steps, after)
    return next(((step, turn) for step, turn in found if not (skip and after and step.number == after[0])), None)


def due_times(
    offset: Offset, anchors: Iterable[Anchor], calendar: WorkCalendar, occurrence: int = 1
) -> dict[Anchor, datetime | None]:
    """Due times by anchor, each distinct one worked out once."""
    return {anchor: due_at(offset, anchor, calendar, occurrence) for anchor in set(anchors)}


def _coming(steps: Sequence[Known], after: tuple[int, int] | None) -> Iterator[tuple[Known, int]]:
    begun = after is None
    for step in steps:
        for turn in range(1, times_of(step.offset) + 1):
            if begun:
                yield step, turn
            elif (step.number, turn) == after:
                begun = True
