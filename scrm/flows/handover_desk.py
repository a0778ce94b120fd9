"""Whom what somebody leaves behind goes to: one colleague, several by share, or whoever the assignment rules find."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.models import User
from accounts.selectors import user_list_visible
from leads.arrival_facts import arrival_facts
from leads.assignment import Desk, Rep, Rule, Wish
from leads.enums import AssignMethod
from leads.selectors import assignment_rules_active
from scrm.core.conditions import parse
from scrm.flows.assignment import snapshot_taken, turns_remembered
from scrm.flows.wishes import wishes_of_contacts


@dataclass(frozen=True, slots=True)
class Recipients:
    """Who gets it: people by their shares, or by the assignment rules. Nobody whom the giver can't see gets any."""

    shares: Mapping[UUID, int] = field(default_factory=dict)
    by_rules: bool = False

    @classmethod
    def read(cls, options: Mapping[str, Any]) -> "Recipients":
        shares = {UUID(pk): int(share) for pk, share in options.get("to", {}).items()}
        return cls(shares, bool(options.get("by_rules")))

    def as_options(self) -> dict[str, Any]:
        return {"to": {str(pk): share for pk, share in self.shares.items()}, "by_rules": self.by_rules}


class NobodyLeft(Exception):
    """Nobody of those who were to get something may log in any more."""


def owners_by_share(
    contact_ids: Collection[UUID], shares: Mapping[UUID, int], passed: dict[UUID, int], now: datetime
) -> dict[UUID, UUID]:
    """An owner for each contact, in turn by their shares; `passed` says how far each has come, and is brought on."""
    rule = Rule(
        UUID(int=0), parse({}, arrival_facts), AssignMethod.WEIGHTED, tuple(shares), weights=shares, passed=passed
    )
    desk = Desk([Rep(pk, turn) for turn, pk in enumerate(shares)], [rule], now=now)
    given = ((contact_id, desk.give(Wish(contact_id)).owner_id) for contact_id in sorted(contact_ids))
    return {contact_id: owner_id for contact_id, owner_id in given if owner_id is not None}


def owners_found(
    contact_ids: Collection[UUID],
    recipients: Recipients,
    *,
    leaver_id: UUID,
    passed: dict[UUID, int],
    by: User,
    now: datetime,
) -> dict[UUID, UUID]:
    """An owner for each of these locked contacts; by rule, those for whom nobody is free are left out. NobodyLeft."""
    within_reach = set(user_list_visible(by).exclude(pk=leaver_id).values_list("pk", flat=True))
    if recipients.by_rules:
        return _by_rule(contact_ids, within_reach, now)
    shares = {pk: share for pk, share in recipients.shares.items() if pk in within_reach}
    if not shares:
        raise NobodyLeft
    return owners_by_share(contact_ids, shares, passed, now)


def _by_rule(contact_ids: Collection[UUID], within_reach: Collection[UUID], now: datetime) -> dict[UUID, UUID]:
    snapshot = snapshot_taken(assignment_rules_active(), ways=set(), now=now)
    desk = Desk([rep for rep in snapshot.reps if rep.id in within_reach], snapshot.rules, now=now)
    # Whoever had their newest lead is who leaves.
    wishes = wishes_of_contacts(contact_ids, previous={}, now=now)
    found = {pk: desk.give(wish).owner_id for pk, wish in sorted(wishes.items())}
    turns_remembered(desk, snapshot, now)
    return {pk: owner_id for pk, owner_id in found.items() if owner_id is not None and owner_id in within_reach}
