"""Says by what points somebody gets a tag of a group, or loses it. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from tagging.rules import EVIDENCE_MAX, Grant


@dataclass(frozen=True, slots=True)
class Move:
    """A contact is to have another tag of a group, or none; with what each came to, the most first."""

    contact_id: UUID
    before: UUID | None
    after: UUID | None
    points: tuple[tuple[UUID, float], ...]
    over_hand: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """How many would get their first tag of the group, another one, or lose theirs."""

    tag: int
    retag: int
    untag: int


def told(move: Move, names: Mapping[UUID, str]) -> str:
    """What each tag came to, the most first: Business 8.0 : Casual 3.1."""
    parts = [f"{names.get(tag_id, '?')} {points:.1f}" for tag_id, points in move.points]
    return " : ".join(parts)[:EVIDENCE_MAX] or "0"


def grants_of(moves: Iterable[Move], names: Mapping[UUID, str]) -> list[Grant]:
    """The tags that are given; one that somebody took by hand is not given again unless it goes over that."""
    return [
        Grant(move.contact_id, move.after, evidence=told(move, names), over_hand=move.over_hand, again=True)
        for move in moves
        if move.after is not None
    ]
