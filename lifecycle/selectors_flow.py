"""Reads of the flow: who went from where to where, how long it took, who came on, who was lost and why.

All of it comes from the append-only history, which also says who stood where on any day. A new version moves nobody on:
its moves count for where people stand alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.models import User
from accounts.selectors import visible_to
from leads.models import Lead
from lifecycle.enums import MoveSource, StageKind
from lifecycle.flow import Leavers, Verdict, loses_most
from lifecycle.models import Lifecycle, Stage, StageTransition
from lifecycle.selectors import Median, Ninetieth, stage_list_ever


@dataclass(frozen=True, slots=True)
class FlowFilter:
    """From when (included) to when (not included), whose contacts, by which source they came."""

    since: datetime | None = None
    until: datetime | None = None
    owner: str = ""
    source: str = ""


class Times(NamedTuple):
    """How long those who left a stage had been in it, in seconds."""

    left: int
    median: float | None
    ninetieth: float | None


class Cohort(NamedTuple):
    """Of those who came to a stage in the period, how many have come on from it since, or were lost."""

    came: int
    on: int
    lost: int


class Loss(NamedTuple):
    from_stage: UUID | None
    reason: str
    people: int


@dataclass(frozen=True, slots=True)
class StageFlow:
    """One stage in a period: who stood there before and after it, came, left, and how it went on."""

    stage: Stage
    before: int
    after: int
    cohort: Cohort
    times: Times


@dataclass(frozen=True, slots=True)
class Flow:
    moves: list[tuple[UUID | None, UUID, int]]
    stages: list[StageFlow]
    losses: list[Loss]
    verdict: Verdict


def flow_of(user: User, lifecycle: Lifecycle, asked: FlowFilter, now: datetime) -> Flow:
    """All that the flow view says of a period, in nine statements whatever has happened."""
    stages = list(stage_list_ever(lifecycle))
    came, times = cohorts(user, lifecycle, asked), times_in_stages(user, lifecycle, asked)
    before = standing_as_of(user, lifecycle, asked.since, asked) if asked.since is not None else {}
    after = standing_as_of(user, lifecycle, asked.until or now, asked)
    rows = [
        StageFlow(
            stage,
            before.get(stage.pk, 0),
            after.get(stage.pk, 0),
            came.get(stage.pk, Cohort(0, 0, 0)),
            times.get(stage.pk, Times(0, None, None)),
        )
        for stage in stages
    ]
    moves = moves_counted(user, lifecycle, asked)
    met = {pk for start, end, _count in moves for pk in (start, end)} | before.keys() | after.keys()
    rows = [row for row in rows if row.stage.retired_at is None or row.stage.pk in met]
    asked_of = [stage.pk for stage in stages if stage.kind != StageKind.LOST]
    verdict = loses_most(leavers(user, lifecycle, asked, asked_of))
    return Flow(moves, rows, losses(user, lifecycle, asked), verdict)


def moves_counted(user: User, lifecycle: Lifecycle, asked: FlowFilter) -> list[tuple[UUID | None, UUID, int]]:
    """(from, to, how many moves) of the period; from None: they entered the lifecycle."""
    rows = _moves(user, lifecycle, asked).values("from_stage", "to_stage").annotate(count=Count("pk"))
    return list(rows.values_list("from_stage", "to_stage", "count"))


def times_in_stages(user: User, lifecycle: Lifecycle, asked: FlowFilter) -> dict[UUID, Times]:
    rows = _moves(user, lifecycle, asked).filter(seconds_before__isnull=False).values("from_stage")
    told = rows.annotate(left=Count("pk"), middle=Median("seconds_before"), most=Ninetieth("seconds_before"))
    rows_told = told.values_list("from_stage", "left", "middle", "most")
    return {pk: Times(left, middle, most) for pk, left, middle, most in rows_told}


def cohorts(user: User, lifecycle: Lifecycle, asked: FlowFilter) -> dict[UUID, Cohort]:
    """What has become of those who came to each stage in the period, whenever that was; each visit counts."""
    of_same = {"contact": OuterRef("contact"), "lifecycle": OuterRef("lifecycle"), "pk__gt": OuterRef("pk")}
    later = StageTransition.objects.filter(**of_same)
    further = Q(to_stage__position__gt=OuterRef("to_stage__position"))
    on = later.filter(
        Q(to_stage__kind=StageKind.ADVOCATE)
        | Q(further, to_stage__kind=StageKind.WON)
        | Q(further, to_stage__kind=StageKind.OPEN)
    )
    lost = later.filter(to_stage__kind=StageKind.LOST)
    rows = _moves(user, lifecycle, asked).annotate(on=Exists(on), lost=Exists(lost)).values("to_stage")
    told = rows.annotate(
        came=Count("pk"), went_on=Count("pk", filter=Q(on=True)), went=Count("pk", filter=Q(on=False, lost=True))
    )
    rows_told = told.values_list("to_stage", "came", "went_on", "went")
    return {pk: Cohort(came, on, lost) for pk, came, on, lost in rows_told}


def losses(user: User, lifecycle: Lifecycle, asked: FlowFilter) -> list[Loss]:
    """Who was lost in the period: from which stage, for which reason; the most common first."""
    rows = _moves(user, lifecycle, asked).filter(to_stage__kind=StageKind.LOST)
    told = rows.values("from_stage", "loss_reason__name").annotate(people=Count("pk")).order_by("-people")
    return [
        Loss(pk, name or "", people)
        for pk, name, people in told.values_list("from_stage", "loss_reason__name", "people")
    ]


def leavers(user: User, lifecycle: Lifecycle, asked: FlowFilter, stage_ids: Iterable[UUID]) -> list[Leavers]:
    """How many left each of these stages in the period and before it; none before without a beginning."""
    within = _left(user, lifecycle, asked)
    before: dict[UUID, tuple[int, int]] = {}
    if asked.since is not None:
        before = _left(user, lifecycle, FlowFilter(None, asked.since, asked.owner, asked.source))
    return [Leavers(pk, *within.get(pk, (0, 0)), *before.get(pk, (0, 0))) for pk in stage_ids]


def standing_as_of(
    user: User, lifecycle: Lifecycle, moment: datetime, asked: FlowFilter | None = None
) -> dict[UUID, int]:
    """How many stood in each stage right before that moment, as the history tells it."""
    asked = asked or FlowFilter()
    until_then = _history(user, lifecycle, FlowFilter(None, None, asked.owner, asked.source)).filter(at__lt=moment)
    last = until_then.order_by("contact_id", "-at", "-pk").distinct("contact_id")
    rows = StageTransition.objects.filter(pk__in=last.values("pk")).order_by().values("to_stage")
    return dict(rows.annotate(people=Count("pk")).values_list("to_stage", "people"))


def _left(user: User, lifecycle: Lifecycle, asked: FlowFilter) -> dict[UUID, tuple[int, int]]:
    rows = _moves(user, lifecycle, asked).filter(from_stage__isnull=False).values("from_stage")
    told = rows.annotate(left=Count("pk"), lost=Count("pk", filter=Q(to_stage__kind=StageKind.LOST)))
    return {pk: (left, lost) for pk, left, lost in told.values_list("from_stage", "left", "lost")}


def _moves(user: User, lifecycle: Lifecycle, asked: FlowFilter) -> QuerySet[StageTransition, Any]:
    return _history(user, lifecycle, asked).exclude(source=MoveSource.VERSION)


def _history(user: User, lifecycle: Lifecycle, asked: FlowFilter) -> QuerySet[StageTransition, Any]:
    rows = visible_to(user, StageTransition.objects.filter(lifecycle=lifecycle), owner="contact__owner").order_by()
    if asked.since is not None:
        # By its stages the history has an index in the order of time, by its lifecycle none.
        rows = rows.filter(at__gte=asked.since, to_stage__in=Stage.objects.filter(lifecycle=lifecycle))
    if asked.until is not None:
        rows = rows.filter(at__lt=asked.until)
    if asked.owner:
        rows = rows.filter(contact__owner=None if asked.owner == "none" else UUID(asked.owner))
    if asked.source:
        rows = rows.filter(Exists(Lead.objects.filter(contact=OuterRef("contact"), source=UUID(asked.source))))
    return rows
