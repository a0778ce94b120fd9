"""Plans what comes next for contacts in an SOP. The only place that turns time rules into ledger rows."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from itertools import groupby
from uuid import UUID

from accounts.selectors_duty import work_calendar
from campaigns import enrollment_queries, planner
from campaigns.enrollment_queries import NewTouch
from campaigns.enums import Reason, TouchState
from campaigns.models import Enrollment, Lane, Step
from campaigns.of_time import days_of, times_of_day_of
from campaigns.timing import Anchor, Offset, is_by_workdays, need_of
from scheduler.services import note_due
from scrm.core.workdays import PLAIN, WorkCalendar


@dataclass(frozen=True, slots=True)
class Place:
    """How far somebody is in a version: after this (step number, occurrence), or before the first step."""

    enrollment_id: int
    contact_id: UUID
    version_id: int
    anchor_at: datetime
    zone: str
    after: tuple[int, int] | None = None
    skip: bool = False
    """Further occurrences of that step are passed over."""

    @classmethod
    def of(cls, enrollment: Enrollment, after: tuple[int, int]) -> "Place":
        given = (enrollment.contact_id, enrollment.version_id, enrollment.anchor_at, enrollment.zone)
        return cls(enrollment.pk, *given, after)


class Timetable:
    """When steps are due for contacts; what it asks of the database, it asks once."""

    @cached_property
    def _works(self) -> WorkCalendar:
        return work_calendar()

    def calendar_of(self, offset: Offset) -> WorkCalendar:
        return self._works if is_by_workdays(offset) else PLAIN

    def anchors(self, offset: Offset, places: Sequence[Place]) -> list[Anchor]:
        """What the rule counts from, for each."""
        need, zones = need_of(offset), {place.contact_id: place.zone for place in places}
        days, times = days_of(need, zones), times_of_day_of(need, zones)
        return [
            Anchor(place.anchor_at, place.zone, days.get(place.contact_id), times.get(place.contact_id))
            for place in places
        ]

    def dues(self, offset: Offset, occurrence: int, places: Sequence[Place]) -> list[tuple[datetime | None, Reason]]:
        """When each gets it, or why never."""
        anchors = self.anchors(offset, places)
        found = planner.due_times(offset, anchors, self.calendar_of(offset), occurrence)
        unknown = [anchor.day is None and offset["kind"] != "fixed" for anchor in anchors]
        return [
            (found[anchor], Reason.NO_DATE if misses else Reason.DAY_PASSED)
            for anchor, misses in zip(anchors, unknown, strict=True)
        ]


def plan_ahead(*, sop_id: UUID, places: Sequence[Place], now: datetime, past: datetime | None = None) -> set[int]:
    """Plan the next touch of each; those planned already stay. Gives the enrollments that have one to come.

    What has no time for somebody is left out with its reason, and what follows it is planned; with `past`, what
    follows a touch due until then is planned too. Runs inside `due_work`.
    """
    orders = _Orders(place.version_id for place in places)
    lanes = dict(Lane.objects.filter(sop_id=sop_id).values_list("channel", "pk"))
    timetable, rows, waiting = Timetable(), list[NewTouch](), list(places)
    while waiting:
        going, waiting = waiting, []
        for step, occurrence, members in orders.following(going):
            for place, (due_at, reason) in zip(members, timetable.dues(step.offset, occurrence, members), strict=True):
                touch = (place.enrollment_id, place.contact_id, lanes[step.channel], step.pk, step.number, occurrence)
                if due_at is None:
                    rows.append(NewTouch(*touch, now, TouchState.SKIPPED, reason))
                else:
                    rows.append(NewTouch(*touch, due_at))
                if due_at is None or (past is not None and due_at <= past):
                    waiting.append(replace(place, after=(step.number, occurrence), skip=due_at is None))
    ahead = [row for row in rows if row.state == TouchState.PLANNED]
    if ahead:
        note_due(min(row.due_at for row in ahead))
    enrollment_queries.insert_touchpoints(rows)
    return {row.enrollment_id for row in ahead}


class _Orders:
    """The steps of versions in their order."""

    def __init__(self, version_ids: Iterable[int]) -> None:
        steps = Step.objects.filter(version_id__in=set(version_ids)).order_by("version_id", "position")
        self._steps = {pk: list(members) for pk, members in groupby(steps, key=lambda step: step.version_id)}

    def following(self, places: Sequence[Place]) -> Iterator[tuple[Step, int, list[Place]]]:
        """The next step and occurrence with the places that it comes next for."""
        members: dict[tuple[int, tuple[int, int] | None, bool], list[Place]] = {}
        for place in places:
            members.setdefault((place.version_id, place.after, place.skip), []).append(place)
        for (version_id, after, skip), there in members.items():
            found = planner.following(self._steps.get(version_id, ()), after, skip=skip)
            if found is not None:
                yield (*found, there)
