"""Decides who moves to which stage. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from lifecycle.enums import StageKind


@dataclass(frozen=True, slots=True)
class StageInfo:
    """A stage as far as moves depend on it."""

    id: UUID
    lifecycle_id: UUID
    kind: str
    position: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a contact stands in a lifecycle."""

    stage: StageInfo
    since: datetime


@dataclass(frozen=True, slots=True)
class Move:
    """A wish to move a contact.

    `entering` only places those who stand nowhere yet, `onward` never takes anybody back.
    """

    contact_id: UUID
    stage_id: UUID
    rule_id: UUID | None = None
    entering: bool = False
    onward: bool = False


@dataclass(frozen=True, slots=True)
class Transition:
    """A move that happens."""

    contact_id: UUID
    to: StageInfo
    before: StageInfo | None = None
    seconds_before: int | None = None
    rule_id: UUID | None = None


_ORDER: Final = {StageKind.OPEN: 0, StageKind.LOST: 1, StageKind.WON: 2, StageKind.ADVOCATE: 3}


def leads_on(before: StageInfo, to: StageInfo) -> bool:
    """Whether this move goes on: on the way only forward, then to an end, never back from it."""
    came, goes = _ORDER[StageKind(before.kind)], _ORDER[StageKind(to.kind)]
    return goes > came or (goes == came == 0 and to.position > before.position)


def decide_transitions(
    moves: Sequence[Move],
    stages: Mapping[UUID, StageInfo],
    standings: Mapping[tuple[UUID, UUID], Standing],
    now: datetime,
) -> list[Transition]:
    """The transitions that come of the moves, one per contact and lifecycle.

    People move contacts anywhere; rules and arrivals only onward, and of several such moves the
    furthest counts. `standings` are by contact and lifecycle.
    """
    goals: dict[tuple[UUID, UUID], Move] = {}
    for move in moves:
        if move.stage_id not in stages:
            continue
        to = stages[move.stage_id]
        place = move.contact_id, to.lifecycle_id
        standing, goal = standings.get(place), goals.get(place)
        if move.onward:
            ahead = stages[goal.stage_id] if goal else standing.stage if standing else None
            if ahead is not None and not leads_on(ahead, to):
                continue
        elif move.entering and (standing or goal):
            continue
        goals[place] = move
    found = []
    for place, move in goals.items():
        standing, to = standings.get(place), stages[move.stage_id]
        if standing is None:
            found.append(Transition(move.contact_id, to, rule_id=move.rule_id))
        elif standing.stage.id != to.id:
            seconds = max(0, int((now - standing.since).total_seconds()))
            found.append(Transition(move.contact_id, to, standing.stage, seconds, move.rule_id))
    return found
