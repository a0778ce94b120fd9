"""A business at random, and who gets its leads by the words of the guide: lists, sets and the clock on the wall."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
FIRST, LAST = datetime(2026, 9, 28, tzinfo=UTC), datetime(2026, 10, 14, tzinfo=UTC)
CLOSED_IN_2026 = {f"2026-10-0{day}" for day in range(1, 8)}
OPEN_IN_2026 = {"2026-09-20", "2026-10-10"}
"""What the State Council decreed around these days."""

SOLD_IN = {"1380013": {"北京"}, "1380220": {"广东", "深圳"}, "1391600": {"上海"}}
"""Of Chinese mobile numbers, by their first digits."""
SPELLED = {"广东省": "广东", "深圳市": "深圳", "北京市": "北京", "Shanghai": "shanghai", "上海": "上海"}
PART_OF = {"Expo": "Fairs", "Fairs": None, "Web": None}
ABOVE = {"Shop": "North", "North": None, "Dealer": None}
HEAD_OF = {"Shop": 0, "North": 0}
"""The first person is the manager of North; nobody is of the others."""
METHODS = ("turns", "weighted", "load", "previous", "region", "skill")


@dataclass
class Person:
    """Somebody of the business, with what they take on."""

    department: str | None
    takes_leads: bool
    skills: list[str]
    regions: list[str]
    most_open: int | None
    most_a_day: int | None
    leaves: list[tuple[datetime, datetime]]
    works: bool = True


@dataclass
class Rule:
    """`asks` is what it looks at and what that must be; `people` are numbers with weights."""

    asks: tuple[str, str] | None
    method: str
    people: dict[int, int]
    department: str | None
    or_else: str
    within_hours: bool


@dataclass
class Lead:
    """One enquiry of a customer, told by number."""

    customer: int
    source: str
    city: str
    region: str
    product: str
    asked: int | None = None
    suggested: int | None = None
    department: str | None = None


@dataclass
class World:
    people: list[Person]
    rules: list[Rule]
    phones: list[str]
    hours: dict[str | None, tuple[Any, list[list[tuple[int, int]]], bool]]
    """By department, None for the business: its zone, hours of each weekday, and whether holidays are kept."""


def make_world(chance: random.Random, customers: int) -> World:
    def moment() -> datetime:
        return FIRST + (LAST - FIRST) * chance.random()

    count = chance.randint(3, 8)
    people = [
        Person(
            department="North" if number == 0 else chance.choice([None, "North", "Shop", "Dealer"]),
            takes_leads=chance.random() < 0.6,
            skills=chance.sample(["Sedan", "suv", "Van"], chance.randint(0, 2)),
            regions=chance.sample(list(SPELLED), chance.randint(0, 3)),
            most_open=chance.choice([None, None, None, 4, 25]),
            most_a_day=chance.choice([None, None, None, 0, 3, 15]),
            leaves=[(since, since + timedelta(days=2)) for since in [moment()] if chance.random() < 0.4],
        )
        for number in range(count)
    ]
    asks = [None, ("source", "Fairs"), ("source", "Web"), ("region", "广东"), ("city", "Berlin"), ("product", "suv")]
    rules = []
    for _ in range(chance.randint(0, 6)):
        department = chance.choice([None, None, "North", "Dealer"])
        named = chance.sample(range(count), chance.randint(0 if department else 1, min(count, 4)))
        rules.append(
            Rule(
                asks=chance.choice(asks),
                method=chance.choice(METHODS),
                people={number: chance.choice([1, 2, 4, 5]) for number in named},
                department=department,
                or_else=chance.choice(["next", "next", "pool", "head"]),
                within_hours=chance.random() < 0.5,
            )
        )
    prefixes = [chance.choice(list(SOLD_IN)) for _ in range(customers)]
    week = [[(9 * 60, 12 * 60), (13 * 60, 18 * 60)]] * 5 + [[(10 * 60, 16 * 60)], []]
    hours: dict[str | None, Any] = {None: (SHANGHAI, week, True)} if chance.random() < 0.8 else {}
    if chance.random() < 0.5:
        hours["Shop"] = (BERLIN, [[(14 * 60, 24 * 60)]] * 7, False)
    return World(people, rules, [f"{each}{number:04d}" for number, each in enumerate(prefixes)], hours)


def make_lead(chance: random.Random, world: World) -> Lead:
    def somebody(share: float) -> int | None:
        working = [number for number, person in enumerate(world.people) if person.works]
        return chance.choice(working) if chance.random() < share and working else None

    return Lead(
        customer=chance.randrange(len(world.phones)) if chance.random() < 0.7 else chance.randrange(10),
        source=chance.choice(list(PART_OF)),
        city=chance.choice(["", "", "Berlin", "深圳市"]),
        region=chance.choice(["", "", "广东省", "上海"]),
        product=chance.choice(["", "", "SUV", "sedan, van", "suv，Sedan"]),
        asked=somebody(0.04),
        suggested=somebody(0.04),
        department=chance.choice(list(ABOVE)) if chance.random() < 0.05 else None,
    )


@dataclass
class Guide:
    """Does as the guide says, one lead after the other."""

    world: World
    queue: list[int]
    """Who has waited longest comes first."""
    owner_of: dict[int, int] = field(default_factory=dict)
    had_by: dict[int, int] = field(default_factory=dict)
    open_leads: dict[int, int] = field(default_factory=dict)
    of_day: dict[tuple[int, str], int] = field(default_factory=dict)
    gone: list[dict[int, Fraction]] = field(default_factory=list)
    """By rule, how far each has come by weight."""
    began: dict[int, Fraction] = field(default_factory=dict)
    """By rule, where its last turn by weight began."""

    def __post_init__(self) -> None:
        self.gone = [{} for _ in self.world.rules]

    def lead(self, lead: Lead, now: datetime) -> tuple[int | None, str]:
        """Whose it becomes, and why."""
        owner, why = self._whose(lead, now)
        if owner is not None:
            self.open_leads[owner] = self.open_leads.get(owner, 0) + 1
            self.had_by[lead.customer] = owner
            if not self._is_in_charge(lead.customer):
                self.owner_of[lead.customer] = owner
        if owner is not None and why in ("team", "rule", "turn"):
            day = (owner, now.astimezone(SHANGHAI).date().isoformat())
            self.of_day[day] = self.of_day.get(day, 0) + 1
            self.queue.remove(owner)
            self.queue.append(owner)
        return owner, why

    def _is_in_charge(self, customer: int) -> bool:
        return customer in self.owner_of and self.world.people[self.owner_of[customer]].works

    def _whose(self, lead: Lead, now: datetime) -> tuple[int | None, str]:
        if lead.asked is not None:
            return lead.asked, "named"
        if self._is_in_charge(lead.customer):
            return self.owner_of[lead.customer], "kept"
        if lead.suggested is not None:
            return lead.suggested, "way"
        takers = [number for number in self.queue if self.world.people[number].takes_leads and self._can(number, now)]
        if lead.department is not None:
            for number in takers:
                if lead.department in _line(self.world.people[number].department):
                    return number, "team"
        for place, rule in enumerate(self.world.rules):
            if self._fits(rule, lead):
                number = self._by(place, rule, lead, now)
                if number is not None:
                    return number, "rule"
                if rule.or_else == "pool":
                    return None, "pool"
                if rule.or_else == "head" and rule.department in HEAD_OF and self.world.people[0].works:
                    return HEAD_OF[rule.department], "head"
        return (takers[0], "turn") if takers else (None, "nobody")

    def _can(self, number: int, now: datetime) -> bool:
        person = self.world.people[number]
        if not person.works or any(since <= now < until for since, until in person.leaves):
            return False
        if person.most_open is not None and self.open_leads.get(number, 0) >= person.most_open:
            return False
        today = self.of_day.get((number, now.astimezone(SHANGHAI).date().isoformat()), 0)
        return person.most_a_day is None or today < person.most_a_day

    def _fits(self, rule: Rule, lead: Lead) -> bool:
        if rule.asks is None:
            return True
        what, wanted = rule.asks
        match what:
            case "source":
                return wanted in (lead.source, PART_OF[lead.source])
            case "region":
                return wanted in self._places(lead)
            case "product":
                return wanted in _products(lead)
        return lead.city == wanted

    def _places(self, lead: Lead) -> set[str]:
        said = {SPELLED.get(each, each.lower()) for each in (lead.city, lead.region) if each}
        return said | SOLD_IN[self.world.phones[lead.customer][:7]]

    def _by(self, place: int, rule: Rule, lead: Lead, now: datetime) -> int | None:
        people = [
            number
            for number in self.queue
            if number in rule.people or (rule.department in _line(self.world.people[number].department))
        ]
        free = [number for number in people if self._can(number, now)]
        if rule.within_hours:
            free = [number for number in free if self._answers(self.world.people[number].department, now)]
        match rule.method:
            case "previous":
                free = [number for number in free if self.had_by.get(lead.customer) == number]
            case "region":
                places = self._places(lead)
                free = [
                    number for number in free if places & {SPELLED[each] for each in self.world.people[number].regions}
                ]
            case "skill":
                asked = {each.lower() for each in _products(lead)}
                free = [
                    number for number in free if asked & {each.lower() for each in self.world.people[number].skills}
                ]
            case "load":
                free.sort(key=lambda number: self.open_leads.get(number, 0))
            case "weighted":
                return self._by_weight(place, rule, free)
        return free[0] if free else None

    def _by_weight(self, place: int, rule: Rule, free: list[int]) -> int | None:
        """Whoever has come least far; nobody is further back than where the last turn began."""
        if not free:
            return None
        gone, least = self.gone[place], self.began.get(place, Fraction(0))
        chosen = min(free, key=lambda number: max(gone.get(number, Fraction(0)), least))
        self.began[place] = max(gone.get(chosen, Fraction(0)), least)
        gone[chosen] = self.began[place] + Fraction(1, rule.people.get(chosen, 1))
        return chosen

    def _answers(self, department: str | None, now: datetime) -> bool:
        kept = next((self.world.hours[each] for each in _line(department) if each in self.world.hours), None)
        kept = kept or self.world.hours.get(None)
        if kept is None:
            return True
        zone, week, holidays = kept
        local = now.astimezone(zone)
        spans, day = week[local.weekday()], local.date().isoformat()
        if holidays and day in CLOSED_IN_2026:
            spans = []
        elif holidays and day in OPEN_IN_2026:
            spans = week[0]
        minute = local.hour * 60 + local.minute
        return any(opens <= minute < closes for opens, closes in spans)


def moments(chance: random.Random, count: int) -> list[datetime]:
    """One after the other, half of them at times when most are at work."""
    days = sorted(chance.randrange((LAST - FIRST).days) for _ in range(count))
    found = [
        datetime.combine((FIRST + timedelta(days=day)).date(), time(chance.choice([1, 2, 5, 8, 12, 15, 22])), UTC)
        for day in days
    ]
    return [each + timedelta(seconds=place) for place, each in enumerate(sorted(found))]


def _line(department: str | None) -> list[str]:
    """The department, and those above it."""
    found = []
    while department is not None:
        found.append(department)
        department = ABOVE[department]
    return found


def _products(lead: Lead) -> set[str]:
    return {each.strip() for each in lead.product.replace("，", ",").split(",") if each.strip()}
