"""Decides which moves events cause. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from lifecycle.transitions import Move
from scrm.core.conditions import Condition, Snapshot, Use, evaluate


@dataclass(frozen=True, slots=True)
class Rule:
    """A stage rule, read: on an event of the type, when the condition holds, to the stage."""

    id: UUID
    stage_id: UUID
    event_type: str
    condition: Condition
    from_stage_id: UUID | None = None


def decide_moves(
    rules: Sequence[Rule],
    events: Sequence[Mapping[str, Any]],
    known: Mapping[UUID, Mapping[Use, Any]],
    now: datetime,
) -> list[Move]:
    """The moves that these events ask for, the earliest first; `known` is what the rules ask about contacts."""
    by_type: dict[str, list[Rule]] = {}
    for rule in rules:
        by_type.setdefault(rule.event_type, []).append(rule)
    moves: dict[Move, None] = {}
    for event in sorted(events, key=lambda event: event["occurred_at"]):
        for rule in by_type.get(event["type"], ()):
            if evaluate(rule.condition, Snapshot(known.get(event["contact_id"], {}), event), now):
                moves[wish(rule, event["contact_id"])] = None
    return list(moves)


def wish(rule: Rule, contact_id: UUID) -> Move:
    """Only onward, unless the rule says from which stage."""
    return Move(contact_id, rule.stage_id, rule.id, onward=rule.from_stage_id is None, from_stage_id=rule.from_stage_id)
