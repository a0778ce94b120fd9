"""Writes how far somebody has come, and the history of it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from accounts.models import User
from lifecycle import queries
from lifecycle.enums import MoveSource, StageKind
from lifecycle.models import Lifecycle, Position, Stage, StageRule, StageTransition
from lifecycle.rules import Rule
from lifecycle.services_deadlines import first_deadlines
from lifecycle.services_lifecycles import add_loss_reasons
from lifecycle.transitions import Move, StageInfo, Standing, Transition, decide_transitions
from scrm.core.bulk import insert_columns
from scrm.core.stored_rules import readable

_ONWARD: Final = (
    "(contact_id, lifecycle_id) DO UPDATE SET stage_id = EXCLUDED.stage_id, since = EXCLUDED.since, "
    "next_at = EXCLUDED.next_at, deadline_id = EXCLUDED.deadline_id"
)


def move_contacts(
    *,
    moves: Sequence[Move],
    source: MoveSource,
    now: datetime,
    by: User | None = None,
    reason: str = "",
    loss_reason_id: UUID | None = None,
    stages: Sequence[StageInfo] | None = None,
    known: Collection[UUID] | None = None,
) -> list[Transition]:
    """Move contacts, which the caller has locked; gives the transitions that came of it. Inside `due_work`.

    `stages` are those in question and `known` all who may stand somewhere already, where the caller has them.
    """
    if not moves:
        return []
    if stages is None:
        stages = queries.stages_named({move.stage_id for move in moves})
    contact_ids = {move.contact_id for move in moves} if known is None else known
    lifecycle_ids = {stage.lifecycle_id for stage in stages}
    standings = _standings(contact_ids, lifecycle_ids) if contact_ids else {}
    found = decide_transitions(moves, {stage.id: stage for stage in stages}, standings, now)
    columns: dict[str, list[Any]] = {
        "contact_id": [each.contact_id for each in found],
        "lifecycle_id": [each.to.lifecycle_id for each in found],
    }
    onward = ""
    if contact_ids:
        onward = _ONWARD
    stood = {"stage_id": [each.to.id for each in found], **first_deadlines([each.to for each in found], now)}
    insert_columns(Position, columns | stood, {"since": now}, on_conflict=onward)
    columns |= {
        "to_stage_id": [each.to.id for each in found],
        "from_stage_id": [each.before.id if each.before else None for each in found],
        "seconds_before": [each.seconds_before for each in found],
        "rule_id": [each.rule_id for each in found],
        "version": [each.to.version for each in found],
    }
    constants = {"source": source.value, "by_id": by.pk if by else None, "at": now, "reason": reason[:120]}
    insert_columns(StageTransition, columns, constants | {"loss_reason_id": loss_reason_id})
    return found


def default_stages() -> list[StageInfo]:
    """The stages of the lifecycle that new contacts enter, in order."""
    return queries.default_stages()


def first_of_kind(stages: Sequence[StageInfo], kind: StageKind) -> StageInfo | None:
    """The first stage of a kind."""
    return next((stage for stage in stages if stage.kind == kind), None)


def ensure_default_lifecycle(
    *, name: str, stages: Sequence[Mapping[str, Any]], reasons: Sequence[str]
) -> dict[str, UUID]:
    """The stages of the default lifecycle by their code; where there is no such lifecycle, it is made of these."""
    lifecycle, created = Lifecycle.objects.get_or_create(is_default=True, defaults={"name": name})
    if created:
        Stage.objects.bulk_create(
            Stage(lifecycle=lifecycle, position=position, **stage) for position, stage in enumerate(stages, 1)
        )
        add_loss_reasons(lifecycle=lifecycle, names=reasons)
    return dict(Stage.objects.filter(lifecycle=lifecycle).values_list("code", "pk"))


def ensure_rule(*, name: str, stage_id: UUID, event_type: str, condition: Mapping[str, Any], now: datetime) -> None:
    """A stage rule of that name; one that is there already stays as people made it."""
    said = {"to_stage_id": stage_id, "event_type": event_type, "condition": condition, "created_at": now}
    StageRule.objects.get_or_create(name=name, defaults=said)


def rules_for(event_types: Collection[str]) -> list[Rule]:
    """The active stage rules on these types of event, as far as they can be read."""
    rows = queries.stage_rules(event_types)
    return [
        Rule(pk, stage_id, event_type, read, from_stage_id)
        for pk, stage_id, event_type, condition, from_stage_id in rows
        if (read := readable(condition, pk)) is not None
    ]


def _standings(contact_ids: Collection[UUID], lifecycle_ids: set[UUID]) -> dict[tuple[UUID, UUID], Standing]:
    rows = Position.objects.filter(contact_id__in=contact_ids, lifecycle_id__in=lifecycle_ids).select_related("stage")
    return {(row.contact_id, row.lifecycle_id): Standing(_info(row.stage), row.since) for row in rows}


def _info(stage: Stage) -> StageInfo:
    return StageInfo(stage.pk, stage.lifecycle_id, stage.kind, stage.position)
