"""What assignment rules would do: with one lead and why, and with the last hundred. Nothing is written."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from accounts.selectors import user_names
from leads.assignment import Decision, Desk, Verdict, Wish
from leads.enums import AssignedBy
from leads.models import AssignmentRule, Lead
from leads.selectors import leads_newest, sources_above
from scrm.flows.assignment import Asked, campaigns_meant, snapshot_taken
from scrm.flows.wishes import wish_for, wishes_of

LAST: Final = 100


@dataclass(frozen=True, slots=True)
class Shown:
    """Who would get it, and what each rule said up to the one that decided."""

    decision: Decision
    owner: str
    steps: list[tuple[AssignmentRule, Verdict]]


@dataclass(frozen=True, slots=True)
class Spread:
    """Where the last leads would have gone, were they all nobody's: how many to each, to nobody, and by each rule."""

    leads: int
    people: list[tuple[str, int]]
    nobody: int
    by_rule: dict[UUID, int]


def who_would_get(asked: Asked, stored: Sequence[AssignmentRule], *, now: datetime) -> Shown:
    above = sources_above({asked.source_id}) if asked.source_id else {}
    return _shown(wish_for(asked, above, campaigns_meant([asked], now)), stored, now)


def who_would_get_lead(lead: Lead, stored: Sequence[AssignmentRule], *, now: datetime) -> Shown:
    """The same for a lead that is there, as if it came in now and were nobody's."""
    [wish] = wishes_of([lead], now)
    return _shown(wish, stored, now)


def last_leads_spread(stored: Sequence[AssignmentRule], *, now: datetime) -> Spread:
    """The last hundred leads by these rules, the oldest first."""
    wishes = wishes_of(list(reversed(leads_newest(LAST))), now)
    snapshot = snapshot_taken(stored, ways=set(), now=now, hold=False)
    desk = Desk(snapshot.reps, snapshot.rules, now=now)
    decisions = [desk.give(wish) for wish in wishes]
    counts = Counter(each.owner_id for each in decisions)
    names = user_names(pk for pk in counts if pk)
    people = [(names.get(pk, "–"), count) for pk, count in counts.most_common() if pk]
    by_rule = Counter(each.rule_id for each in decisions if each.rule_id)
    return Spread(len(wishes), people, counts[None], dict(by_rule))


def _shown(wish: Wish, stored: Sequence[AssignmentRule], now: datetime) -> Shown:
    ways = {wish.department_id} if wish.department_id else set()
    snapshot = snapshot_taken(stored, ways=ways, now=now, hold=False)
    desk = Desk(snapshot.reps, snapshot.rules, snapshot.teams, now=now)
    rules = {rule.pk: rule for rule in stored}
    steps = [(rules[rule.id], verdict) for rule, verdict in desk.explain(wish)]
    decision = desk.give(wish)
    if decision.why == AssignedBy.TEAM:
        steps = []
    owner = user_names([decision.owner_id]).get(decision.owner_id, "") if decision.owner_id else ""
    return Shown(decision, owner, steps)
