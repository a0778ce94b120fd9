"""Reads of versions: what is in force, the draft, what was before."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from contacts.queries import count_matching
from lifecycle.models import Lifecycle, LifecycleVersion, Position, Stage, StageDeadline, StageRule
from lifecycle.plan import MovePlan, Plan, StagePlan, read_plan
from scrm.core.conditions import Condition, facts, parse


def plan_in_force(lifecycle: Lifecycle) -> Plan:
    """The stages as they are now."""
    rows = Stage.objects.filter(lifecycle=lifecycle, retired_at=None).order_by("position")
    return Plan(tuple(_planned(stage) for stage in rows))


def draft_get(lifecycle: Lifecycle) -> LifecycleVersion | None:
    return LifecycleVersion.objects.filter(lifecycle=lifecycle, number=None).select_related("made_by").first()


def draft_plan(lifecycle: Lifecycle) -> Plan:
    """What is to be: the draft's, else what is in force."""
    draft = draft_get(lifecycle)
    return read_plan(draft.plan) if draft else plan_in_force(lifecycle)


def version_get(lifecycle: Lifecycle, number: int) -> LifecycleVersion | None:
    rows = LifecycleVersion.objects.filter(lifecycle=lifecycle, number=number)
    return rows.select_related("made_by", "lifecycle").first()


def version_list(lifecycle: Lifecycle) -> list[LifecycleVersion]:
    """The published ones, the newest first; none where nothing was ever published anew."""
    return list(version_rows(lifecycle))


def version_rows(lifecycle: Lifecycle) -> QuerySet[LifecycleVersion]:
    rows = LifecycleVersion.objects.filter(lifecycle=lifecycle, number__isnull=False)
    return rows.select_related("made_by", "lifecycle").order_by("-number")


def plan_of_version(lifecycle: Lifecycle, number: int) -> Plan | None:
    """The stages of a version, and who moved when it came to hold."""
    row = LifecycleVersion.objects.filter(lifecycle=lifecycle, number=number).first()
    if row is not None:
        return read_plan(row.plan)
    # Until the second one nothing is written down: the first is what is there.
    return plan_in_force(lifecycle) if number == lifecycle.version else None


def people_in(stage_ids: Sequence[str]) -> Mapping[str, tuple[int, int]]:
    """How many stand in each of these stages, and of how many of them a deadline is ahead; in one statement."""
    rows = Position.objects.filter(stage__in=list(stage_ids)).values("stage")
    told = rows.annotate(people=Count("pk"), waiting=Count("pk", filter=Q(next_at__isnull=False)))
    return {str(pk): (people, waiting) for pk, people, waiting in told.values_list("stage", "people", "waiting")}


def people_of_moves(lifecycle: Lifecycle, plan: Plan, now: datetime) -> list[int]:
    """How many each move of a plan is about, in its order; nobody twice."""
    inside = people_in([move.from_stage for move in plan.moves])
    left = {pk: people for pk, (people, _waiting) in inside.items()}
    found = []
    for place, move in enumerate(plan.moves):
        count = left.get(move.from_stage, 0)
        if move.condition is not None and count:
            before = [each for each in plan.moves[:place] if each.from_stage == move.from_stage]
            count = count_matching(whom(lifecycle, move, before), now)
        left[move.from_stage] = left.get(move.from_stage, 0) - count
        found.append(count)
    return found


def whom(lifecycle: Lifecycle, move: MovePlan, before: Sequence[MovePlan] = ()) -> Condition:
    """Those in the stage of a move for whom its condition holds, and none of the moves before it."""
    code = Stage.objects.values_list("code", flat=True).get(pk=move.from_stage)
    args = {"lifecycle": str(lifecycle.pk)}
    parts: list[object] = [{"fact": "stage.current", "args": args, "op": "is", "value": code}]
    parts += [{"not": each.condition} for each in before if each.condition is not None]
    if move.condition is not None:
        parts.append(move.condition)
    return parse({"all": parts}, facts, stored=True)


def stood_there_at(moments: Mapping[UUID, datetime], stage_id: UUID) -> list[UUID]:
    """Who of these stands in the stage and has stood there since before that moment."""
    rows = Position.objects.filter(contact__in=list(moments), stage=stage_id).values_list("contact", "since")
    return sorted(pk for pk, since in rows if since <= moments[pk])


def codes_of(stage_ids: Collection[str]) -> list[str]:
    return list(Stage.objects.filter(pk__in=list(stage_ids)).values_list("code", flat=True))


def stage_rule_conditions() -> list[tuple[str, dict[str, Any]]]:
    """Name and condition of each rule that is on."""
    return list(StageRule.objects.filter(active=True).values_list("name", "condition"))


def rules_naming(stage_ids: Sequence[str]) -> list[StageRule]:
    """Rules that lead to one of these stages or from it."""
    named = Q(to_stage__in=list(stage_ids)) | Q(from_stage__in=list(stage_ids))
    return list(StageRule.objects.filter(named).select_related("to_stage", "from_stage").order_by("name"))


def deadlines_naming(stage_ids: Sequence[str]) -> list[StageDeadline]:
    """Deadlines of other stages that move people to one of these."""
    rows = StageDeadline.objects.filter(to_stage__in=list(stage_ids)).exclude(stage__in=list(stage_ids))
    return list(rows.filter(stage__retired_at=None).select_related("stage", "to_stage").order_by("pk"))


def _planned(stage: Stage) -> StagePlan:
    return StagePlan(
        id=str(stage.pk),
        code=stage.code,
        name=stage.name,
        kind=stage.kind,
        typical_days=stage.typical_days,
        asks=tuple(stage.asks),
        moves_to=tuple(map(str, stage.moves_to)),
        colour=stage.colour,
    )
