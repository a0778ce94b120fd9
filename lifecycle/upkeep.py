"""Writes of the lifecycles themselves: stages, their order, and the rules that move contacts."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record_audit
from events.models import EventType
from lifecycle.models import Lifecycle, Stage, StageRule
from scrm.core.conditions import stored_condition
from scrm.core.ids import short_code

_ASIDE = 32_767
"""The highest position the column holds: where a stage waits while two change places."""


@transaction.atomic
def save_stage(
    *,
    stage: Stage | None = None,
    lifecycle: Lifecycle,
    name: str,
    kind: str,
    typical_days: int | None = None,
    asks: Sequence[str] | None = None,
    moves_to: Collection[UUID] | None = None,
    colour: str | None = None,
    by: User | None,
    now: datetime,
) -> Stage:
    """Make a stage at the end, or change one; its code, by which rules know it, never changes. ValidationError.

    `moves_to` are the stages to which one goes from it by hand, where not to all of them.
    """
    # One writer at a time, so that two new stages never ask for the same place.
    Lifecycle.objects.select_for_update().get(pk=lifecycle.pk)
    if stage is None:
        last = lifecycle.stages.aggregate(last=Max("position"))["last"]
        position = 1 if last is None else last + 1
        stage = Stage(lifecycle=lifecycle, code=_free_code(lifecycle, name), position=position)
    stage.name, stage.kind, stage.typical_days = name.strip(), kind, typical_days
    if asks is not None:
        stage.asks = list(asks)
    if moves_to is not None:
        stage.moves_to = [pk for pk in lifecycle.stages.values_list("pk", flat=True) if pk in moves_to]
    if colour is not None:
        stage.colour = colour
    stage.full_clean()
    stage.save()
    record_audit(action="lifecycle.stage_saved", actor=by, subject=stage, details={"name": stage.name}, now=now)
    return stage


@transaction.atomic
def shift_stage(*, stage: Stage, earlier: bool, by: User | None, now: datetime) -> None:
    """Change places with the neighbour; at the end of the row nothing happens."""
    Lifecycle.objects.select_for_update().get(pk=stage.lifecycle_id)
    places = dict(Stage.objects.filter(lifecycle=stage.lifecycle_id).values_list("pk", "position"))
    order = sorted(places, key=places.__getitem__)
    index = order.index(stage.pk)
    other_index = index - 1 if earlier else index + 1
    if not 0 <= other_index < len(order):
        return
    other = order[other_index]
    Stage.objects.filter(pk=stage.pk).update(position=_ASIDE)
    Stage.objects.filter(pk=other).update(position=places[stage.pk])
    Stage.objects.filter(pk=stage.pk).update(position=places[other])
    record_audit(action="lifecycle.stage_shifted", actor=by, subject=stage, details={"name": stage.name}, now=now)


@transaction.atomic
def save_stage_rule(
    *,
    rule: StageRule | None = None,
    name: str,
    to_stage: Stage,
    event_type: str,
    condition: object,
    active: bool = True,
    by: User | None,
    now: datetime,
) -> StageRule:
    """Make or change a rule. Raises ConditionInvalid or ValidationError and then changes nothing."""
    stored = stored_condition(condition)
    if not EventType.objects.filter(code=event_type, active=True).exists():
        raise ValidationError({"event_type": _("Choose an event type of the tracking plan.")})
    rule = rule or StageRule(created_at=now)
    rule.name, rule.to_stage, rule.event_type = name.strip(), to_stage, event_type
    rule.condition, rule.active = stored, active
    rule.full_clean()
    rule.save()
    record_audit(action="lifecycle.rule_saved", actor=by, subject=rule, details={"name": rule.name}, now=now)
    return rule


@transaction.atomic
def switch_stage_rule(*, rule: StageRule, active: bool, by: User | None, now: datetime) -> None:
    StageRule.objects.filter(pk=rule.pk).update(active=active)
    action = "lifecycle.rule_started" if active else "lifecycle.rule_stopped"
    record_audit(action=action, actor=by, subject=rule, details={"name": rule.name}, now=now)


def _free_code(lifecycle: Lifecycle, name: str) -> str:
    start = slugify(name)[:30] or short_code(30)
    taken = set(lifecycle.stages.filter(code__startswith=start).values_list("code", flat=True))
    if start not in taken:
        return start
    return next(f"{start}-{n}" for n in range(2, len(taken) + 3) if f"{start}-{n}" not in taken)
