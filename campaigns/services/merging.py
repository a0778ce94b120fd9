"""Runs in one SOP of people who turn out to be one person: one goes on, and the others can come back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from campaigns import enrollment_queries, merge_queries, queries
from campaigns.enums import Reason, TouchState
from campaigns.models import Enrollment, Touchpoint
from campaigns.services.planning import Place, plan_ahead
from scheduler.services import note_due

Left = dict[str, Any]
"""What left by a merge, as JSON: the `runs`, and their `touches` as [id, state, reason, open task]."""


def leave_doubled_runs(*, survivor_id: UUID, folded_id: UUID, now: datetime) -> Left:
    """Of runs of two held contacts in one SOP the first goes on; the others leave, so that nothing goes out twice."""
    runs = merge_queries.doubled_runs(survivor_id, folded_id)
    if not runs:
        return {}
    touches = [list(row[1:]) for row in merge_queries.waiting_of(runs)]
    enrollment_queries.end(enrollment_queries.leavers_by_id(runs), reason=Reason.MERGED, now=now)
    return {"runs": runs, "touches": touches}


def resume_runs(*, left: Mapping[str, Any], now: datetime) -> int:
    """Runs that left by a merge go on; what was due meanwhile is left out. Inside `due_work`."""
    runs = merge_queries.resume(left.get("runs", ()))
    touches = [touch for touch in left.get("touches", ()) if touch]
    if not runs:
        return 0
    if touches:
        of_runs = set(
            Touchpoint.objects.filter(pk__in=[touch[0] for touch in touches], enrollment__in=runs).values_list(
                "pk", flat=True
            )
        )
        touches = [touch for touch in touches if touch[0] in of_runs]
        merge_queries.wait_again([(pk, state, reason) for pk, state, reason, _task in touches])
        merge_queries.open_again([task for *_touch, task in touches if task])
    _plan_on(runs, now)
    past = merge_queries.leave_out_past_of(runs, now, Reason.PAST)
    queries.end_enrollments_without_waiting_rows([*past, *(touch[0] for touch in touches)], now)
    waiting = Touchpoint.objects.filter(enrollment__in=runs, state=TouchState.PLANNED)
    note_due(waiting.order_by("due_at").values_list("due_at", flat=True).first())
    return len(runs)


def _plan_on(runs: Sequence[int], now: datetime) -> None:
    """Where all that is planned lies in the past, plan what follows, until something lies ahead."""
    places: dict[UUID, list[Place]] = {}
    for enrollment in Enrollment.objects.filter(pk__in=runs).order_by("pk"):
        planned = Touchpoint.objects.filter(enrollment=enrollment).order_by("-due_at", "-pk")
        last = planned.first()
        if last is not None and last.state == TouchState.PLANNED and last.due_at <= now:
            place = Place.of(enrollment, (last.step_number, last.occurrence))
            places.setdefault(enrollment.sop_id, []).append(place)
    for sop_id, there in places.items():
        plan_ahead(sop_id=sop_id, places=there, now=now, past=now)
