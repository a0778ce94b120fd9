"""Decides what happens while a lead waits for its first answer: when it is due, who is told, when it goes. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from accounts.hours import Hours, after_open_minutes, open_minutes
from leads.enums import ResponseStep

NOTHING: Final = timedelta()
ORDER: Final = (ResponseStep.REMIND, ResponseStep.ESCALATE, ResponseStep.TAKE)


@dataclass(frozen=True, slots=True)
class Promise:
    """What a rule says: an answer within so many minutes; when, from the lead's coming in, each step is taken."""

    minutes: int
    remind_before: int | None = None
    escalate_after: int | None = None
    take_after: int | None = None

    def after(self, step: ResponseStep) -> int | None:
        """Minutes from the beginning to the step; None when it is not taken."""
        match step:
            case ResponseStep.REMIND:
                before = self.remind_before
                return None if before is None else max(self.minutes - before, 0)
            case ResponseStep.ESCALATE:
                return None if self.escalate_after is None else self.minutes + self.escalate_after
            case ResponseStep.TAKE:
                return None if self.take_after is None else self.minutes + self.take_after


@dataclass(frozen=True, slots=True)
class Planned:
    """The next step and its time."""

    step: ResponseStep
    at: datetime


def due_at(promise: Promise, hours: Hours | None, since: datetime) -> datetime:
    """When the first answer is due: in minutes in which it is open."""
    return after_open_minutes(hours, since, promise.minutes)


def due_again(
    promise: Promise, hours: Hours | None, since: datetime, *, spent: timedelta, before: datetime
) -> datetime:
    """When it is due where the time runs on from `since`; `before`, when it was due, where all of it was spent."""
    left = promise.minutes - _minutes(spent)
    return after_open_minutes(hours, since, left) if left > 0 else before


def next_step(
    promise: Promise,
    hours: Hours | None,
    since: datetime,
    *,
    done: ResponseStep | None = None,
    spent: timedelta = NOTHING,
) -> Planned | None:
    """What comes after the step that was done, the first one at the beginning; None when nothing does.

    `spent` is what had run of the time before `since`.
    """
    later = ORDER[ORDER.index(done) + 1 :] if done else ORDER
    for step in later:
        minutes = promise.after(step)
        if minutes is not None:
            return Planned(step, after_open_minutes(hours, since, max(minutes - _minutes(spent), 0)))
    return None


def step_again(
    promise: Promise, hours: Hours | None, since: datetime, *, planned: ResponseStep, spent: timedelta
) -> Planned | None:
    """When a step is taken that was planned before a pause; None when it is none of the promise any more."""
    return next_step(promise, hours, since, done=_before(planned), spent=spent)


def step_to_take(
    promise: Promise,
    hours: Hours | None,
    since: datetime,
    *,
    planned: ResponseStep,
    now: datetime,
    spent: timedelta = NOTHING,
) -> ResponseStep:
    """The step itself, or a later one that is due by now too: after an outage nobody is reminded of what is overdue."""
    chosen = planned
    while (further := next_step(promise, hours, since, done=chosen, spent=spent)) is not None and further.at <= now:
        chosen = further.step
    return chosen


def spent_by(hours: Hours | None, since: datetime, now: datetime, *, spent: timedelta = NOTHING) -> timedelta:
    """How much of the time has run by now: what it was open since then, and what had run before."""
    return spent + timedelta(minutes=open_minutes(hours, since, now))


def _before(step: ResponseStep) -> ResponseStep | None:
    place = ORDER.index(step)
    return ORDER[place - 1] if place else None


def _minutes(length: timedelta) -> float:
    return length.total_seconds() / 60
