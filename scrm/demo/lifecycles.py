"""A second lifecycle, of the industry, with some customers on their way through it; and deadlines of the first one."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from lifecycle.enums import DeadlineAction, DeadlineUnit, MoveSource
from lifecycle.models import Position, Stage
from lifecycle.services_deadlines import save_stage_deadline
from lifecycle.services_lifecycles import lay_out_lifecycle
from lifecycle.templates import BEAUTY, CAR
from scrm.demo.ground import Ground
from scrm.flows.progress import stage_moved

_PEOPLE: Final = 24


def walk_lifecycles(ground: Ground, *, language: str, now: datetime) -> None:
    """Customers of the business go through the lifecycle of its industry, some further than others."""
    chinese, ops = language.startswith("zh"), ground.users["ops"]
    template = BEAUTY if chinese else CAR
    made = lay_out_lifecycle(template=template, name="", chinese=chinese, by=ops, now=now)
    stages = list(made.stages.order_by("position"))
    _remind(ground, now)
    newest = Position.objects.filter(stage=ground.stages["won"]).order_by("-since", "-pk")
    people = list(newest.values_list("contact", flat=True)[:_PEOPLE])
    reached, last = stages[:-1], stages[-1]
    for step, stage in enumerate(reached):
        there = people[: _PEOPLE * (len(reached) - step) // len(reached)]
        _go(there, stage, now - timedelta(days=3 * (len(reached) - step), hours=step))
    _go(people[-3:], last, now - timedelta(days=2), loss_reason_id=made.loss_reasons.order_by("position")[0].pk)


def _go(people: Sequence[Any], stage: Stage, moment: datetime, **said: Any) -> None:
    stage_moved(people, stage.pk, source=MoveSource.RULE, now=moment, **said)


def _remind(ground: Ground, now: datetime) -> None:
    """Whoever waits too long is remembered: from now on, so that nobody is reminded of the demo's past."""
    for code, after in (("contacted", 3), ("interested", 14)):
        said = {"after": after, "unit": DeadlineUnit.DAYS, "working": True, "text": ""}
        save_stage_deadline(
            deadline=None,
            stage=ground.stages[code],
            action=DeadlineAction.REMIND,
            **said,
            by=ground.users["ops"],
            now=now,
        )
