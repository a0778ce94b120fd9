"""Writes of the lifecycles themselves: stages and their order."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify

from accounts.models import User
from accounts.services import record_audit
from lifecycle.models import Lifecycle, Stage
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


def _free_code(lifecycle: Lifecycle, name: str) -> str:
    start = slugify(name)[:30] or short_code(30)
    taken = set(lifecycle.stages.filter(code__startswith=start).values_list("code", flat=True))
    if start not in taken:
        return start
    return next(f"{start}-{n}" for n in range(2, len(taken) + 3) if f"{start}-{n}" not in taken)
