"""Decides whether somebody who was brought counts, and what it earns within the limits. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from leads.enums import PERSON_LIMIT, TOTAL_LIMIT, ReferralRefusal, RewardState

MOVES: Final = {
    RewardState.PENDING: (RewardState.APPROVED, RewardState.REFUSED),
    RewardState.APPROVED: (RewardState.PAID, RewardState.REFUSED),
    RewardState.PAID: (),
    RewardState.REFUSED: (),
}


@dataclass(frozen=True, slots=True)
class Brought:
    """One person who came by somebody's link. `above` are those by whom the referrer was brought, all the way up."""

    contact_id: UUID
    by_contact: UUID | None
    above: Collection[UUID]
    is_self: bool
    was_known: bool
    was_brought: bool


@dataclass(frozen=True, slots=True)
class Limits:
    """What is left to give: nothing said is no limit."""

    person: Decimal | None = None
    total: Decimal | None = None


def refusal_of(brought: Brought, *, running: bool, newcomers_only: bool) -> str:
    """Why it does not count; empty when it does."""
    if not running:
        return ReferralRefusal.OVER
    if brought.is_self or brought.contact_id == brought.by_contact:
        return ReferralRefusal.SELF
    if brought.contact_id in brought.above:
        return ReferralRefusal.LOOP
    if brought.was_brought:
        return ReferralRefusal.BROUGHT
    if brought.was_known and newcomers_only:
        return ReferralRefusal.KNOWN
    return ""


def limit_hit(amount: Decimal, given_person: Decimal, given_total: Decimal, limits: Limits) -> str:
    """Which limit one more reward would break; empty when none."""
    if limits.person is not None and given_person + amount > limits.person:
        return PERSON_LIMIT
    if limits.total is not None and given_total + amount > limits.total:
        return TOTAL_LIMIT
    return ""


def may_move(state: str, to: str) -> bool:
    return RewardState(to) in MOVES[RewardState(state)]


def states_before(to: str) -> list[str]:
    """From which states a reward may come to this one."""
    return [state.value for state, onward in MOVES.items() if RewardState(to) in onward]
