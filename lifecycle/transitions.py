"""Decides who moves to which stage. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from lifecycle.deadlines import Term
from lifecycle.enums import StageKind


@dataclass(frozen=True, slots=True)
class StageInfo:
    """A stage as far as moves depend on it."""

    id: UUID
    lifecycle_id: UUID
    kind: str
    position: int
    terms: tuple[Term, ...] = ()
    version: int | None = None
    """The one of its lifecycle in force."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a contact stands in a lifecycle."""

    stage: StageInfo
    since: datetime


class Move(NamedTuple):
    """A wish to move a contact.

    `entering` only places those who stand nowhere yet, `onward` never takes anybody back, and `from_stage_id` takes
    only those who stand there.
    """

    contact_id: UUID
    stage_id: UUID
    rule_id: UUID | None = None
    entering: bool = False
    onward: bool = False
    from_stage_id: UUID | None = None


class Transition(NamedTuple):
    """A move that happens."""

    contact_id: UUID
    to: StageInfo
    before: StageInfo | None = None
    seconds_before: int | None = None
    rule_id: UUID | None = None


_ORDER: Final = {StageKind.OPEN: 0, StageKind.LOST: 1, StageKind.WON: 2, StageKind.ADVOCATE: 3}

_IN_ORDER: Final = frozenset({StageKind.OPEN, StageKind.WON})
"""Of these kinds a lifecycle has several, one after another: first order, second order."""


def leads_on(before: StageInfo, to: StageInfo) -> bool:
    """Whether this move goes on: forward on the way and among customers, or to an end, never back from it."""
    came, goes = _ORDER[StageKind(before.kind)], _ORDER[StageKind(to.kind)]
    return goes > came or (goes == came and before.kind in _IN_ORDER and to.position > before.position)


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
    goals: dict[UUID, dict[UUID, tuple[Move, StageInfo, Standing | None]]] = {}
    for move in moves:
        to = stages.get(move.stage_id)
        if to is None:
            continue
        of_contact = goals.setdefault(to.lifecycle_id, {})
        goal = of_contact.get(move.contact_id)
        # Of a file's newcomers nobody stands anywhere, and looking up ids is most of what one costs here.
        standing = standings.get((move.contact_id, to.lifecycle_id)) if standings else None
        ahead = goal[1] if goal else standing.stage if standing else None
        if move.from_stage_id is not None and (ahead is None or ahead.id != move.from_stage_id):
            continue
        if move.onward:
            if ahead is not None and not leads_on(ahead, to):
                continue
        elif move.entering and (standing or goal):
            continue
        of_contact[move.contact_id] = move, to, standing
    found = []
    for of_contact in goals.values():
        for move, to, standing in of_contact.values():
            if standing is None:
                found.append(Transition(move.contact_id, to, rule_id=move.rule_id))
            elif standing.stage.id != to.id:
                seconds = max(0, int((now - standing.since).total_seconds()))
                found.append(Transition(move.contact_id, to, standing.stage, seconds, move.rule_id))
    return found
