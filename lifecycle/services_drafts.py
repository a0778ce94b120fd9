"""Writes of drafts: what a lifecycle is to be once it is published."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record_audit
from lifecycle.models import Lifecycle, LifecycleVersion, Stage
from lifecycle.plan import (
    MovePlan,
    Plan,
    StagePlan,
    check_plan,
    drop_move,
    keep_stage,
    plan_json,
    put_in_order,
    put_move,
    put_stage,
    read_plan,
    shifted,
    take_out,
)
from lifecycle.selectors_versions import draft_plan, plan_in_force, plan_of_version
from scrm.core.conditions import Scope, facts, parse, stored_condition
from scrm.core.ids import short_code, uuid7


def save_draft_stage(
    *, lifecycle: Lifecycle, stage_id: UUID | None, by: User | None, now: datetime, **fields: Any
) -> UUID:
    """A new stage at the end of the draft, or one changed; its code, by which rules know it, never changes.
    ValidationError."""
    pk = stage_id or uuid7()

    def change(plan: Plan) -> Plan:
        stage = plan.stage(str(pk))
        if stage is None and stage_id is not None:
            raise ValidationError(_("The draft has no such stage any more."))
        code = stage.code if stage else _free_code(lifecycle, plan, fields["name"])
        return put_stage(plan, _stage_plan(str(pk), code, plan, fields))

    _change(lifecycle, change, by, now)
    return pk


def take_out_stage(
    *, lifecycle: Lifecycle, stage_id: UUID, heir_id: UUID | None, by: User | None, now: datetime
) -> None:
    """A stage is to go, and its people to another; one that is only in the draft goes at once. ValidationError."""
    live = Stage.objects.filter(pk=stage_id, lifecycle=lifecycle, retired_at=None).exists()
    if live and heir_id is None:
        raise ValidationError({"heir": _("Choose where its people go.")})
    _change(lifecycle, lambda plan: take_out(plan, str(stage_id), str(heir_id) if heir_id else None), by, now)


def bring_back_stage(*, lifecycle: Lifecycle, stage_id: UUID, by: User | None, now: datetime) -> None:
    """A stage that was to go stays."""
    live = plan_in_force(lifecycle)
    stage = live.stage(str(stage_id))
    if stage is not None:
        _change(lifecycle, lambda plan: keep_stage(plan, stage, live.ids), by, now)


def split_stage(
    *, lifecycle: Lifecycle, stage_id: UUID, to_stage_id: UUID, condition: object, by: User | None, now: datetime
) -> None:
    """Those in a stage for whom the condition holds go elsewhere. ConditionInvalid, ValidationError."""
    parse(condition, facts, scope=Scope.CONTACT)
    stored = stored_condition(condition)
    if not stored:
        raise ValidationError(_("Say for whom: without a condition it would be everybody."))
    _change(lifecycle, lambda plan: put_move(plan, MovePlan(str(stage_id), str(to_stage_id), stored)), by, now)


def drop_split(*, lifecycle: Lifecycle, place: int, by: User | None, now: datetime) -> None:
    _change(lifecycle, lambda plan: drop_move(plan, place), by, now)


def order_draft(*, lifecycle: Lifecycle, stage_ids: list[UUID], by: User | None, now: datetime) -> None:
    """Put the stages of the draft into this order; those that it does not name stay behind, as they are."""
    _change(lifecycle, lambda plan: put_in_order(plan, [str(pk) for pk in stage_ids]), by, now)


def shift_draft_stage(*, lifecycle: Lifecycle, stage_id: UUID, earlier: bool, by: User | None, now: datetime) -> None:
    """Change places with the neighbour; at the end of the row nothing happens."""

    def change(plan: Plan) -> Plan:
        return shifted(plan, str(stage_id), earlier=earlier) if plan.stage(str(stage_id)) else plan

    _change(lifecycle, change, by, now)


def draft_of_version(*, lifecycle: Lifecycle, number: int, by: User | None, now: datetime) -> bool:
    """Let the draft be what a version was; False when there is no such version."""
    plan = plan_of_version(lifecycle, number)
    if plan is None:
        return False
    _change(lifecycle, lambda _plan: Plan(plan.stages), by, now)
    return True


@dataclass(frozen=True, slots=True)
class PlannedFields:
    """A stage as another system says it: without a code."""

    id: UUID
    name: str
    kind: str
    typical_days: int | None
    asks: Sequence[str]
    moves_to: Sequence[UUID]
    colour: str


def planned_stages(lifecycle: Lifecycle, said: Sequence[PlannedFields]) -> tuple[StagePlan, ...]:
    """With the code that each has, in this lifecycle or in its draft; a new one with one that is free."""
    plan = draft_plan(lifecycle)
    codes = dict(Stage.objects.filter(lifecycle=lifecycle).values_list("pk", "code"))
    codes |= {UUID(stage.id): stage.code for stage in plan.stages}
    taken, ids = set(codes.values()), {each.id for each in said}
    found = []
    for each in said:
        code = codes.get(each.id) or free_code(each.name, taken)
        taken.add(code)
        goes = tuple(str(pk) for pk in each.moves_to if pk in ids and pk != each.id)
        fields = (" ".join(each.name.split()), each.kind, each.typical_days, tuple(each.asks), goes, each.colour)
        found.append(StagePlan(str(each.id), code, *fields))
    return tuple(found)


def replace_draft(*, lifecycle: Lifecycle, plan: Plan, by: User | None, now: datetime) -> None:
    """Let the draft be this. ValidationError."""
    for move in plan.moves:
        if move.condition is not None and not stored_condition(move.condition):
            raise ValidationError(_("Say for whom: without a condition it would be everybody."))
        if move.condition is not None:
            parse(move.condition, facts, scope=Scope.CONTACT)
    known = {str(pk) for pk in Stage.objects.exclude(lifecycle=lifecycle).values_list("pk", flat=True)}
    if known & set(plan.ids):
        raise ValidationError(_("A stage belongs to another lifecycle."))
    _change(lifecycle, lambda _plan: plan, by, now)


@transaction.atomic
def discard_draft(*, lifecycle: Lifecycle, by: User | None, now: datetime) -> bool:
    """Throw the draft away; False when there is none."""
    Lifecycle.objects.select_for_update().get(pk=lifecycle.pk)
    gone, _each = LifecycleVersion.objects.filter(lifecycle=lifecycle, number=None).delete()
    if gone:
        details = {"name": lifecycle.name}
        record_audit(action="lifecycle.draft_discarded", actor=by, subject=lifecycle, details=details, now=now)
    return bool(gone)


def free_code(name: str, taken: set[str]) -> str:
    """A code for a stage of that name."""
    start = slugify(name)[:30] or short_code(30)
    if start not in taken:
        return start
    return next(f"{start}-{n}" for n in range(2, len(taken) + 3) if f"{start}-{n}" not in taken)


@transaction.atomic
def _change(lifecycle: Lifecycle, change: Callable[[Plan], Plan], by: User | None, now: datetime) -> None:
    """One writer at a time: each changes what the one before left."""
    Lifecycle.objects.select_for_update().get(pk=lifecycle.pk)
    live = plan_in_force(lifecycle)
    draft = LifecycleVersion.objects.filter(lifecycle=lifecycle, number=None).first()
    plan = change(read_plan(draft.plan) if draft else live)
    check_plan(plan, {stage.id: stage.kind for stage in live.stages})
    if draft is None:
        draft = LifecycleVersion(lifecycle=lifecycle)
        details = {"name": lifecycle.name, "version": lifecycle.version + 1}
        record_audit(action="lifecycle.draft_begun", actor=by, subject=lifecycle, details=details, now=now)
    draft.plan, draft.revision, draft.made_by, draft.changed_at = plan_json(plan), draft.revision + 1, by, now
    draft.save()


def _stage_plan(pk: str, code: str, plan: Plan, fields: dict[str, Any]) -> StagePlan:
    return StagePlan(
        id=pk,
        code=code,
        name=" ".join(fields["name"].split()),
        kind=fields["kind"],
        typical_days=fields.get("typical_days"),
        asks=tuple(fields.get("asks") or ()),
        moves_to=tuple(each for each in plan.ids if each in {str(one) for one in fields.get("moves_to") or ()}),
        colour=fields.get("colour") or "",
    )


def _free_code(lifecycle: Lifecycle, plan: Plan, name: str) -> str:
    kept = Stage.objects.filter(lifecycle=lifecycle).values_list("code", flat=True)
    return free_code(name, {*kept, *(stage.code for stage in plan.stages)})
