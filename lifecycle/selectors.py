"""Reads of lifecycles: stages with their numbers, the board, the history."""

from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Aggregate, Count, Exists, F, FloatField, OuterRef, Prefetch, Q, QuerySet
from django.db.models.functions import JSONObject

from accounts.models import User
from accounts.selectors import visible_to
from lifecycle.enums import MoveSource, StageKind
from lifecycle.models import Lifecycle, LossReason, Position, Stage, StageRule, StageTransition


class Median(Aggregate):
    """PostgreSQL's continuous median."""

    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


class Ninetieth(Aggregate):
    """What nine of ten don't exceed."""

    function = "percentile_cont"
    template = "%(function)s(0.9) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


def lifecycle_list() -> list[Lifecycle]:
    """The default one first."""
    return list(Lifecycle.objects.filter(active=True))


def lifecycle_rows() -> QuerySet[Lifecycle]:
    """All of them with stages, deadlines and reasons of loss, in a number of statements that does not grow."""
    stages = Prefetch(
        "stages", Stage.objects.filter(retired_at=None).order_by("position").prefetch_related("deadlines")
    )
    reasons = Prefetch("loss_reasons", LossReason.objects.order_by("position", "name"))
    return Lifecycle.objects.prefetch_related(stages, reasons)


def lifecycle_get(pk: UUID | None) -> Lifecycle | None:
    """That one; without an id the one that new contacts enter."""
    if pk is not None:
        return Lifecycle.objects.filter(pk=pk).first()
    return Lifecycle.objects.filter(active=True).first()


def stage_list(lifecycle: Lifecycle) -> QuerySet[Stage]:
    """Those to which one comes."""
    return lifecycle.stages.filter(retired_at=None).order_by("position")


def stage_list_peopled(lifecycle: Lifecycle) -> QuerySet[Stage]:
    """With those that are gone while their people are being moved."""
    inside = Exists(Position.objects.filter(stage=OuterRef("pk")))
    return lifecycle.stages.filter(Q(retired_at=None) | inside).order_by("position")


def stage_list_ever(lifecycle: Lifecycle) -> QuerySet[Stage]:
    """With all that are gone, each where it stood."""
    return lifecycle.stages.order_by("position")


def stage_list_everywhere() -> QuerySet[Stage]:
    """Every stage of every lifecycle in use, for choosing one; `reasons` are those for which one is lost there."""
    why = LossReason.objects.filter(lifecycle=OuterRef("lifecycle"), archived=False).order_by("position", "name")
    rows = Stage.objects.filter(lifecycle__active=True, retired_at=None).select_related("lifecycle")
    rows = rows.annotate(reasons=ArraySubquery(why.values(named=JSONObject(id="pk", name="name"))))
    return rows.order_by("-lifecycle__is_default", "lifecycle__name", "position")


def stage_sizes(user: User, lifecycle: Lifecycle) -> list[tuple[Stage, int]]:
    """Stages in order, each with how many contacts stand there now that the user may see."""
    positions = visible_to(user, Position.objects.filter(lifecycle=lifecycle), owner="contact__owner")
    sizes = dict(positions.order_by().values_list("stage").annotate(Count("pk")))
    return [(stage, sizes.get(stage.pk, 0)) for stage in stage_list_peopled(lifecycle)]


def stage_sizes_of_owner(user: User, owner_id: UUID) -> list[tuple[Stage, int]]:
    """How many of somebody's contacts stand in each stage, those without any left out, as far as the user sees them."""
    rows = visible_to(user, Position.objects.filter(contact__owner=owner_id), owner="contact__owner")
    sizes = dict(rows.filter(contact__erased_at=None).order_by().values_list("stage").annotate(Count("pk")))
    return [(stage, sizes[stage.pk]) for stage in stage_list_everywhere() if stage.pk in sizes]


def stage_median_seconds(user: User, lifecycle: Lifecycle) -> dict[UUID, float]:
    """How long those who left a stage had been in it: the middle one of them."""
    left = StageTransition.objects.filter(lifecycle=lifecycle, from_stage__isnull=False, seconds_before__isnull=False)
    left = left.exclude(source=MoveSource.VERSION)
    rows = visible_to(user, left, owner="contact__owner").order_by().values("from_stage")
    return dict(rows.annotate(middle=Median("seconds_before")).values_list("from_stage", "middle"))


def stage_get(pk: UUID) -> Stage | None:
    return Stage.objects.select_related("lifecycle").filter(pk=pk, retired_at=None).first()


def fields_asked(stage_id: UUID) -> set[str]:
    """The fields without which nobody comes to a stage by hand: its own and those of every open one before it.

    Losing somebody asks for nothing: it happens whatever is known.
    """
    stage = Stage.objects.filter(pk=stage_id, retired_at=None).first()
    if stage is None or stage.kind == StageKind.LOST:
        return set()
    before = Stage.objects.filter(lifecycle=stage.lifecycle_id, position__lte=stage.position, retired_at=None)
    asked = before.exclude(kind=StageKind.LOST).exclude(asks=[]).values_list("asks", flat=True)
    return {code for codes in asked for code in codes}


def position_get(user: User, lifecycle: Lifecycle, contact_id: UUID) -> Position | None:
    rows = visible_to(user, Position.objects.filter(lifecycle=lifecycle), owner="contact__owner")
    return rows.select_related("contact", "stage").filter(contact=contact_id).first()


def stage_transition_list(user: User, lifecycle: Lifecycle) -> QuerySet[StageTransition]:
    """Every move, newest first; `days_before` is how long the contact had been in the stage it left."""
    rows = StageTransition.objects.filter(lifecycle=lifecycle).annotate(days_before=F("seconds_before") / 86_400.0)
    return visible_to(user, rows, owner="contact__owner").select_related(
        "contact", "from_stage", "to_stage", "by", "rule", "loss_reason"
    )


def stage_rule_list() -> QuerySet[StageRule]:
    return StageRule.objects.select_related("to_stage__lifecycle", "from_stage")


def stage_rule_get(pk: UUID) -> StageRule | None:
    return StageRule.objects.select_related("to_stage__lifecycle", "from_stage").filter(pk=pk).first()
