"""Decides whose new leads become: asked for, in charge already, suggested, by rule, else the next in turn. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from leads.enums import AssignedBy, AssignMethod, OrElse
from scrm.core.conditions import Condition, evaluate, walk

STRIDE: Final = 1_000_000
"""How far a turn of somebody of weight 1 reaches; of weight 4, a quarter of it."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One new lead of a contact: `asked` was named by whoever brought it, `held` is the contact's owner.

    Where there is neither, it is for whom its way in suggests, else for somebody of the department, else by rule.
    `facts` are what rules may ask of it; `previous` is whoever had the contact last.
    """

    contact_id: UUID
    asked: UUID | None = None
    held: UUID | None = None
    suggested: UUID | None = None
    department_id: UUID | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    previous: UUID | None = None
    regions: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()

    @property
    def is_unclaimed(self) -> bool:
        return self.asked is None and self.held is None and self.suggested is None


@dataclass(slots=True)
class Rep:
    """Somebody who can be given leads. `turn` is smaller the longer they have waited; limits of None are none."""

    id: UUID
    turn: int
    takes_turns: bool = True
    is_open: bool = True
    open_leads: int = 0
    given_today: int = 0
    most_open: int | None = None
    most_a_day: int | None = None
    skills: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()

    @property
    def is_full(self) -> bool:
        full = self.most_open is not None and self.open_leads >= self.most_open
        return full or (self.most_a_day is not None and self.given_today >= self.most_a_day)


@dataclass(slots=True)
class Rule:
    """Whom the leads of which the condition holds go to. `passed` is how far each has come by weight."""

    id: UUID
    condition: Condition
    method: AssignMethod
    people: tuple[UUID, ...]
    or_else: OrElse = OrElse.NEXT
    within_hours: bool = False
    weights: Mapping[UUID, int] = field(default_factory=dict)
    passed: dict[UUID, int] = field(default_factory=dict)
    head: UUID | None = None


class Verdict(StrEnum):
    """What a rule said of a lead."""

    OTHER = "other"
    NOBODY = "nobody"
    GAVE = "gave"


@dataclass(frozen=True, slots=True)
class Decision:
    """Whose a lead becomes, why, and by which rule in which way."""

    owner_id: UUID | None
    why: AssignedBy
    rule_id: UUID | None = None
    method: str = ""


class Desk:
    """Hands out leads one by one, and remembers what it gave. People who are away or busy elsewhere are not at it."""

    def __init__(
        self,
        reps: Iterable[Rep],
        rules: Sequence[Rule] = (),
        teams: Mapping[UUID, Collection[UUID]] | None = None,
        *,
        now: datetime,
    ) -> None:
        self.reps = {rep.id: rep for rep in reps}
        self.rules = rules
        self.given: dict[UUID, int] = {}
        """The place of the last lead that each got."""
        self.weighed: set[tuple[UUID, UUID]] = set()
        """By which rules whose weight was used."""
        self._teams = teams or {}
        self._handed: dict[UUID, UUID] = {}
        self._now = now
        self._next_turn = max((rep.turn for rep in self.reps.values()), default=0) + 1
        self._places = 0
        self._uses = tuple(dict.fromkeys(leaf.use for rule in rules for _, leaf in walk(rule.condition)))
        self._fitting: dict[Any, tuple[Rule, ...]] = {}

    def give(self, wish: Wish) -> Decision:
        """Whose the lead becomes. Leads of one contact stay together."""
        place, self._places = self._places, self._places + 1
        decision = self._claimed(wish) or self._by_way(wish) or self._by_rule(wish) or self._by_turn()
        if decision.owner_id is not None:
            self._handed.setdefault(wish.contact_id, decision.owner_id)
            rep = self.reps.get(decision.owner_id)
            if rep is not None:
                rep.open_leads += 1
                if decision.why in BY_DESK:
                    rep.given_today += 1
                    rep.turn, self._next_turn = self._next_turn, self._next_turn + 1
                    self.given[rep.id] = place
        return decision

    def explain(self, wish: Wish) -> list[tuple[Rule, Verdict]]:
        """What each rule says of the lead, up to the one that decides; nothing is given."""
        found = []
        for rule in self.rules:
            if not evaluate(rule.condition, wish.facts, self._now):
                found.append((rule, Verdict.OTHER))
                continue
            otherwise = rule.or_else is OrElse.POOL or (rule.or_else is OrElse.HEAD and rule.head is not None)
            decided = self._choose(rule, wish) is not None or otherwise
            found.append((rule, Verdict.GAVE if decided else Verdict.NOBODY))
            if decided:
                break
        return found

    def _claimed(self, wish: Wish) -> Decision | None:
        """Whose the lead is without anybody's turn."""
        if wish.asked:
            return Decision(wish.asked, AssignedBy.NAMED)
        held = wish.held or self._handed.get(wish.contact_id)
        if held:
            return Decision(held, AssignedBy.KEPT)
        return Decision(wish.suggested, AssignedBy.WAY) if wish.suggested else None

    def _by_way(self, wish: Wish) -> Decision | None:
        """Where its way in names a department in which somebody takes leads."""
        team = self._teams.get(wish.department_id, ()) if wish.department_id else ()
        if not team:
            return None
        rep = self._next(rep for rep in self._takers() if rep.id in team)
        return Decision(rep.id, AssignedBy.TEAM) if rep else None

    def _by_rule(self, wish: Wish) -> Decision | None:
        for rule in self._rules_of(wish):
            rep = self._choose(rule, wish)
            if rep is not None:
                if rule.method is AssignMethod.WEIGHTED:
                    self._weigh(rule, rep.id)
                return Decision(rep.id, AssignedBy.RULE, rule.id, rule.method)
            if rule.or_else is OrElse.POOL:
                return Decision(None, AssignedBy.POOL, rule.id, rule.method)
            if rule.or_else is OrElse.HEAD and rule.head is not None:
                return Decision(rule.head, AssignedBy.HEAD, rule.id, rule.method)
        return None

    def _by_turn(self) -> Decision:
        rep = self._next(self._takers())
        return Decision(rep.id, AssignedBy.TURN) if rep else Decision(None, AssignedBy.NOBODY)

    def _rules_of(self, wish: Wish) -> tuple[Rule, ...]:
        """The rules whose condition holds; of a file most rows say the same about what is asked."""
        if not self.rules:
            return ()
        said = tuple(_plain(use.fact.oracle(wish.facts, use.arguments, self._now)) for use in self._uses)
        if said not in self._fitting:
            self._fitting[said] = tuple(rule for rule in self.rules if evaluate(rule.condition, wish.facts, self._now))
        return self._fitting[said]

    def _choose(self, rule: Rule, wish: Wish) -> Rep | None:
        here = [self.reps[pk] for pk in rule.people if pk in self.reps]
        free = [rep for rep in here if not rep.is_full and (rep.is_open or not rule.within_hours)]
        match rule.method:
            case AssignMethod.WEIGHTED:
                reached = self._reached(rule)
                return min(free, key=lambda rep: (max(rule.passed.get(rep.id, 0), reached), rep.turn), default=None)
            case AssignMethod.LOAD:
                return min(free, key=lambda rep: (rep.open_leads, rep.turn), default=None)
            case AssignMethod.PREVIOUS:
                return next((rep for rep in free if rep.id == wish.previous), None)
            case AssignMethod.REGION:
                return self._next(rep for rep in free if rep.regions & wish.regions)
            case AssignMethod.SKILL:
                return self._next(rep for rep in free if rep.skills & wish.skills)
        return self._next(free)

    def _weigh(self, rule: Rule, rep_id: UUID) -> None:
        # Whoever was away, or is new, begins where the others are: nobody catches up on what went by.
        began = max(rule.passed.get(rep_id, 0), self._reached(rule))
        rule.passed[rep_id] = began + _stride(rule, rep_id)
        self.weighed.add((rule.id, rep_id))

    @staticmethod
    def _reached(rule: Rule) -> int:
        """Where the last turn by weight began."""
        return max((passed - _stride(rule, pk) for pk, passed in rule.passed.items()), default=0)

    def _takers(self) -> Iterable[Rep]:
        return (rep for rep in self.reps.values() if rep.takes_turns and not rep.is_full)

    @staticmethod
    def _next(reps: Iterable[Rep]) -> Rep | None:
        return min(reps, key=lambda rep: rep.turn, default=None)


BY_DESK: Final = frozenset({AssignedBy.TEAM, AssignedBy.TURN, AssignedBy.RULE})
"""Of what counts as somebody's turn."""


def turn_times(given: Mapping[UUID, int], now: datetime) -> dict[UUID, datetime]:
    """When each had their turn: within one batch a microsecond apart, so that the order goes on."""
    return {user_id: now + timedelta(microseconds=place) for user_id, place in given.items()}


def uses_of(rules: Iterable[Rule]) -> set[str]:
    """The facts that these rules ask for."""
    return {leaf.fact.key for rule in rules for _, leaf in walk(rule.condition)}


def _stride(rule: Rule, rep_id: UUID) -> int:
    return STRIDE // max(1, rule.weights.get(rep_id, 1))


def _plain(value: Any) -> Any:
    return frozenset(value) if isinstance(value, set) else value
