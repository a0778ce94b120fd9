"""Leads by rule: against a simulation of its own, written from the words of docs/assignment.md."""

import os
import random
from collections import Counter
from datetime import UTC, datetime
from fractions import Fraction
from uuid import UUID, uuid4

import pytest

from leads.arrival_facts import arrival_facts
from leads.assignment import Desk, Rep, Rule, Verdict, Wish
from leads.enums import AssignedBy, AssignMethod, OrElse
from scrm.core.conditions import parse

NOW = datetime(2026, 11, 21, tzinfo=UTC)
DEEP = bool(os.environ.get("SCRM_DEEP"))
BEN, EVA, MAX = (UUID(int=n) for n in (1, 2, 3))


def rule(people, method=AssignMethod.TURNS, *, city="", **fields) -> Rule:
    condition = parse({"fact": "city", "op": "is", "value": city} if city else {}, arrival_facts, stored=True)
    return Rule(uuid4(), condition, method, tuple(people), **fields)


def wish(city="", **fields) -> Wish:
    facts = {"city": city, "utm": {}, "attributes": {}}
    return Wish(uuid4(), facts=facts, **fields)


def desk(reps, *rules) -> Desk:
    return Desk(reps, rules, now=NOW)


def reps(*ids, **fields) -> list[Rep]:
    return [Rep(pk, turn, **fields) for turn, pk in enumerate(ids)]


def owners(at: Desk, *wishes) -> list[UUID | None]:
    return [at.give(each).owner_id for each in wishes]


def test_first_rule_that_fits_decides():
    xiamen, anywhere = rule([EVA], city="Xiamen"), rule([MAX])
    at = desk(reps(BEN, EVA, MAX), xiamen, anywhere)

    first, second = at.give(wish("Xiamen")), at.give(wish("Berlin"))

    assert (first.owner_id, first.why, first.rule_id, first.method) == (EVA, AssignedBy.RULE, xiamen.id, "turns")
    assert (second.owner_id, second.rule_id) == (MAX, anywhere.id)


def test_without_a_rule_that_fits_turns_go_on():
    at = desk(reps(BEN, EVA), rule([MAX], city="Xiamen"))

    assert [at.give(wish("Berlin")).why for _ in range(2)] == [AssignedBy.TURN] * 2


def test_somebody_in_charge_comes_before_every_rule():
    at = desk(reps(BEN, EVA), rule([BEN]))

    assert owners(at, wish(held=EVA), wish(asked=EVA), wish(suggested=EVA)) == [EVA] * 3


def test_weights_are_kept_however_few_leads_there_are():
    by_weight = rule([BEN, EVA], AssignMethod.WEIGHTED, weights={BEN: 3, EVA: 1})

    counts = Counter(owners(desk(reps(BEN, EVA), by_weight), *[wish() for _ in range(8)]))

    assert counts == {BEN: 6, EVA: 2}


def test_whoever_comes_back_does_not_catch_up():
    by_weight = rule([BEN, EVA], AssignMethod.WEIGHTED)
    owners(desk(reps(BEN), by_weight), *[wish() for _ in range(50)])

    counts = Counter(owners(desk(reps(BEN, EVA), by_weight), *[wish() for _ in range(10)]))

    assert abs(counts[BEN] - counts[EVA]) <= 1


def test_fewest_open_leads_first_and_then_whoever_waited_longest():
    at = desk([Rep(BEN, 0, open_leads=2), Rep(EVA, 1, open_leads=1)], rule([BEN, EVA], AssignMethod.LOAD))

    assert owners(at, *[wish() for _ in range(4)]) == [EVA, BEN, EVA, BEN]


def test_previous_owner_region_and_product_leave_the_rest_to_the_next_rule():
    people = [
        Rep(BEN, 0, regions=frozenset({"广东"})),
        Rep(EVA, 1, skills=frozenset({"sedan"})),
        Rep(MAX, 2),
    ]
    rules = [
        rule([BEN, EVA, MAX], method) for method in (AssignMethod.PREVIOUS, AssignMethod.REGION, AssignMethod.SKILL)
    ]
    at = desk(people, *rules, rule([MAX]))
    wishes = [
        wish(previous=MAX, regions=frozenset({"广东"})),
        wish(previous=uuid4(), regions=frozenset({"广东", "深圳"})),
        wish(skills=frozenset({"sedan"})),
        wish(),
    ]

    assert owners(at, *wishes) == [MAX, BEN, EVA, MAX]


@pytest.mark.parametrize(
    ("or_else", "expected"),
    [
        (OrElse.NEXT, (EVA, AssignedBy.RULE)),
        (OrElse.POOL, (None, AssignedBy.POOL)),
        (OrElse.HEAD, (MAX, AssignedBy.HEAD)),
    ],
)
@pytest.mark.parametrize("fields", [{"is_open": False}, {"most_open": 0}, {"given_today": 5, "most_a_day": 5}])
def test_when_nobody_is_free_the_rule_says_who_gets_it(or_else, expected, fields):
    first = rule([BEN], or_else=or_else, within_hours=True, head=MAX)
    at = desk([Rep(BEN, 0, **fields), Rep(EVA, 1)], first, rule([EVA]))

    decision = at.give(wish())

    assert (decision.owner_id, decision.why) == expected


def test_limits_hold_within_a_batch():
    at = desk([Rep(BEN, 0, most_a_day=2), Rep(EVA, 1, open_leads=1, most_open=2)], rule([BEN, EVA]))

    assert Counter(owners(at, *[wish() for _ in range(5)])) == {BEN: 2, EVA: 1, None: 2}


def test_rule_asks_for_hours_only_where_it_says_so():
    at = desk([Rep(BEN, 0, is_open=False)], rule([BEN]))

    assert owners(at, wish()) == [BEN]


def test_explanation_names_each_rule_up_to_the_one_that_decides_and_gives_nothing():
    other, busy, last = rule([EVA], city="Xiamen"), rule([MAX]), rule([BEN])
    at = desk(reps(BEN, EVA), other, busy, last, rule([EVA]))

    said = at.explain(wish("Berlin"))

    assert said == [(other, Verdict.OTHER), (busy, Verdict.NOBODY), (last, Verdict.GAVE)]
    assert at.given == {}


def test_desk_does_as_an_independent_simulation():
    chance = random.Random(20261121)
    rounds, leads = (100, 1000) if DEEP else (12, 150)
    for _ in range(rounds):
        world = make_world(chance)
        wishes = [make_wish(chance, world["people"]) for _ in range(leads)]
        at = desk(
            [Rep(pk, turn, **said) for turn, (pk, said) in enumerate(world["people"].items())],
            *[
                rule(
                    each["people"],
                    each["method"],
                    city=each["city"],
                    or_else=each["or_else"],
                    head=each["head"],
                    within_hours=each["within_hours"],
                    weights=each["weights"],
                )
                for each in world["rules"]
            ],
        )

        expected = list(map(Simulation(world).lead, wishes))
        assert [(each.owner_id, str(each.why)) for each in map(at.give, wishes)] == expected


def make_world(chance: random.Random) -> dict:
    ids = [UUID(int=n) for n in range(1, chance.randint(2, 9))]
    people = {
        pk: {
            "takes_turns": chance.random() < 0.7,
            "is_open": chance.random() < 0.7,
            "open_leads": chance.randint(0, 9),
            "given_today": chance.randint(0, 3),
            "most_open": chance.choice([None, None, 5, 40]),
            "most_a_day": chance.choice([None, None, 4, 30]),
            "skills": frozenset(chance.sample(["a", "b", "c"], chance.randint(0, 2))),
            "regions": frozenset(chance.sample(["x", "y", "z"], chance.randint(0, 2))),
        }
        for pk in ids
    }
    rules = [
        {
            "city": chance.choice(["", "P", "Q", "R"]),
            "people": [*chance.sample(ids, chance.randint(1, len(ids))), UUID(int=99)],
            "method": chance.choice(list(AssignMethod)),
            "or_else": chance.choice([OrElse.NEXT, OrElse.NEXT, OrElse.POOL, OrElse.HEAD]),
            "head": chance.choice([None, ids[0]]),
            "within_hours": chance.random() < 0.5,
            "weights": {pk: chance.randint(1, 4) for pk in ids},
        }
        for _ in range(chance.randint(0, 5))
    ]
    return {"people": people, "rules": rules}


def make_wish(chance: random.Random, people: dict) -> Wish:
    def someone(share: float) -> UUID | None:
        return chance.choice(list(people)) if chance.random() < share else None

    return Wish(
        UUID(int=chance.randint(1, 400)),
        asked=someone(0.03),
        held=someone(0.05),
        suggested=someone(0.03),
        facts={"city": chance.choice(["P", "Q", "R", "S"]), "utm": {}, "attributes": {}},
        previous=someone(0.4),
        regions=frozenset(chance.sample(["x", "y", "z"], chance.randint(0, 2))),
        skills=frozenset(chance.sample(["a", "b", "c"], chance.randint(0, 2))),
    )


class Simulation:
    """One lead after the other, with lists and fractions, and nothing of the product's."""

    def __init__(self, world: dict) -> None:
        self.rules = world["rules"]
        self.queue = list(world["people"])
        self.state = {pk: dict(said) for pk, said in world["people"].items()}
        self.lines: list[dict[UUID, Fraction]] = [{} for _ in self.rules]
        self.seen: dict[UUID, UUID] = {}

    def lead(self, lead: Wish) -> tuple[UUID | None, str]:
        owner, why = self.claimed(lead) or self.by_rule(lead) or self.by_turn()
        if owner is not None:
            self.seen.setdefault(lead.contact_id, owner)
            self.state[owner]["open_leads"] += 1
        if why in ("rule", "turn"):
            self.state[owner]["given_today"] += 1
            self.queue.remove(owner)
            self.queue.append(owner)
        return owner, why

    def claimed(self, lead: Wish):
        if lead.asked:
            return lead.asked, "named"
        if lead.held or lead.contact_id in self.seen:
            return lead.held or self.seen[lead.contact_id], "kept"
        return (lead.suggested, "way") if lead.suggested else None

    def by_rule(self, lead: Wish):
        for number, said in enumerate(self.rules):
            if said["city"] not in ("", lead.facts["city"]):
                continue
            owner = self.pick(number, said, lead)
            if owner is not None:
                return owner, "rule"
            if said["or_else"] == "pool":
                return None, "pool"
            if said["or_else"] == "head" and said["head"]:
                return said["head"], "head"
        return None

    def by_turn(self):
        owner = next((pk for pk in self.queue if self.state[pk]["takes_turns"] and self.has_room(pk)), None)
        return owner, "turn" if owner else "nobody"

    def has_room(self, pk: UUID) -> bool:
        of = self.state[pk]
        if of["most_open"] is not None and of["most_open"] <= of["open_leads"]:
            return False
        return of["most_a_day"] is None or of["given_today"] < of["most_a_day"]

    def pick(self, number: int, said: dict, lead: Wish) -> UUID | None:
        free = [pk for pk in self.queue if pk in said["people"] and self.has_room(pk)]
        if said["within_hours"]:
            free = [pk for pk in free if self.state[pk]["is_open"]]
        match said["method"]:
            case "previous":
                free = [pk for pk in free if pk == lead.previous]
            case "region":
                free = [pk for pk in free if self.state[pk]["regions"] & lead.regions]
            case "skill":
                free = [pk for pk in free if self.state[pk]["skills"] & lead.skills]
            case "load":
                free.sort(key=lambda pk: self.state[pk]["open_leads"])
            case "weighted":
                return self.weigh(free, self.lines[number], said["weights"])
        return free[0] if free else None

    @staticmethod
    def weigh(free: list[UUID], line: dict[UUID, Fraction], weights: dict[UUID, int]) -> UUID | None:
        step = {pk: Fraction(1_000_000 // weight) for pk, weight in weights.items()}
        now = max((at - step[pk] for pk, at in line.items()), default=Fraction(0))
        free.sort(key=lambda pk: max(line.get(pk, Fraction(0)), now))
        if not free:
            return None
        line[free[0]] = max(line.get(free[0], Fraction(0)), now) + step[free[0]]
        return free[0]
