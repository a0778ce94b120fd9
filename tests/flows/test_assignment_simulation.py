"""Assignment as it happens, on PostgreSQL with all that it looks at, against the guide done by hand."""

import os
import random

import pytest
from django.db import transaction

import contacts.services
import leads.services
from accounts.models import Department, Leave, OpeningHours, User
from accounts.services_duty import save_duty
from contacts.models import Contact
from leads.models import Lead, LeadArrival, Source
from leads.services import save_assignment_rule
from scrm.flows.arrival import lead_arrived
from scrm.flows.starter import lay_out_tenant
from tests.factories import make_user
from tests.flows import assignment_world as simulated
from tests.flows.arrivals import make_arrival, phone

DEEP = bool(os.environ.get("SCRM_DEEP"))
WORLDS, BATCHES, SIZE = (50, 10, 200) if DEEP else (3, 4, 20)
FIRST = 76
"""From this world on there are leads of every kind within three."""


@pytest.fixture
def ground(acme):
    assert acme.zone == str(simulated.SHANGHAI)
    lay_out_tenant()


class Business:
    """A simulated world as rows."""

    def __init__(self, world: simulated.World) -> None:
        self.world, now = world, simulated.FIRST
        self.departments: dict[str, Department] = {}
        for name in ("North", "Shop", "Dealer"):
            above = self.departments.get(simulated.ABOVE[name] or "")
            self.departments[name] = Department.objects.create(name=name, parent=above, is_dealer=name == "Dealer")
        self.sources = {"Fairs": Source.objects.create(name="Fairs", created_at=now)}
        self.sources["Expo"] = Source.objects.create(name="Expo", parent=self.sources["Fairs"], created_at=now)
        self.sources["Web"] = Source.objects.create(name="Web", created_at=now)
        self.users = [self._user(number, person, now) for number, person in enumerate(world.people)]
        for name, (zone, week, holidays) in world.hours.items():
            spans = [[[_clock(opens), _clock(closes)] for opens, closes in day] for day in week]
            of = self.departments[name] if name else None
            OpeningHours.objects.create(department=of, week=spans, zone=str(zone), follows_holidays=holidays)
        for number, rule in enumerate(world.rules):
            save_assignment_rule(
                rule=None,
                name=f"rule {number}",
                condition=self._condition(rule),
                method=rule.method,
                or_else=rule.or_else,
                department=self.departments[rule.department] if rule.department else None,
                people={self.users[each].pk: weight for each, weight in rule.people.items()},
                within_hours=rule.within_hours,
                by=None,
                now=now,
            )
        self.number_of = {user.pk: number for number, user in enumerate(self.users)}

    def _user(self, number, person, now) -> User:
        department = self.departments[person.department] if person.department else None
        role = "manager" if number == 0 else "rep"
        user = make_user(f"p{number}", role, department=department)
        said = {name: getattr(person, name) for name in ("skills", "regions", "most_open", "most_a_day", "takes_leads")}
        save_duty(user=user, by=None, now=now, **said)
        for since, until in person.leaves:
            Leave.objects.create(user=user, from_at=since, until_at=until, created_at=now)
        return user

    def _condition(self, rule):
        if rule.asks is None:
            return {}
        fact, value = rule.asks
        if fact == "city":
            return {"fact": fact, "op": "is", "value": value}
        return {"fact": fact, "op": "has_any", "value": [str(self.sources[value].pk) if fact == "source" else value]}

    def take_in(self, batch: list[simulated.Lead], first: int, now) -> list[tuple[int | None, str]]:
        outcomes = lead_arrived([self._arrival(each, first + at) for at, each in enumerate(batch)], now=now)
        arrivals = {each.lead_id: each for each in LeadArrival.objects.filter(lead__in=[o.lead_id for o in outcomes])}
        owners = dict(Lead.objects.filter(pk__in=arrivals).values_list("pk", "owner_id"))
        return [(self.number_of.get(owners[each.lead_id]), arrivals[each.lead_id].assigned_by) for each in outcomes]

    def _arrival(self, lead: simulated.Lead, number: int):
        arrival = make_arrival(
            number,
            name=f"C{lead.customer}",
            identities=(phone(self.world.phones[lead.customer]),),
            source=lead.source,
            city=lead.city,
            region=lead.region,
            attributes={"product": lead.product},
            owner_id=self.users[lead.asked].pk if lead.asked is not None else None,
        )
        suggested = self.users[lead.suggested].pk if lead.suggested is not None else None
        department = self.departments[lead.department].pk if lead.department else None
        return type(arrival)(
            lead=arrival.lead,
            came_by=arrival.came_by,
            dedupe_key=arrival.dedupe_key,
            owner_id=arrival.owner_id,
            suggested_owner_id=suggested,
            department_id=department,
        )

    def close_some(self, chance: random.Random, guide: simulated.Guide, now) -> None:
        """Leads are lost, customers are put back, and at times somebody leaves."""
        open_leads = list(Lead.objects.filter(lost_at=None).order_by("pk"))
        lost = chance.sample(open_leads, len(open_leads) // 3)
        leads.services.mark_lost(lead_ids=[lead.pk for lead in lost], reason="", now=now)
        for lead in lost:
            if lead.owner_id:
                guide.open_leads[self.number_of[lead.owner_id]] -= 1
        for contact in Contact.objects.filter(owner__isnull=False).order_by("pk"):
            if chance.random() < 0.5:
                contacts.services.set_owner(contact_ids=[contact.pk], owner_id=None, now=now)
                guide.owner_of.pop(int(contact.name[1:]), None)
        if chance.random() < 0.15:
            leaver = chance.randrange(len(self.users))
            User.objects.filter(pk=self.users[leaver].pk).update(is_active=False)
            self.world.people[leaver].works = False


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


@pytest.mark.parametrize("seed", range(FIRST, FIRST + WORLDS))
def test_each_lead_goes_where_the_guide_says(ground, seed):
    chance = random.Random(f"assignment {seed}")
    world = simulated.make_world(chance, customers=BATCHES * SIZE)
    business = Business(world)
    guide = simulated.Guide(world, sorted(range(len(world.people)), key=lambda each: business.users[each].pk))
    number = 0
    for now in simulated.moments(chance, BATCHES):
        with transaction.atomic():
            batch = [simulated.make_lead(chance, world) for _ in range(SIZE)]
            expected = [guide.lead(each, now) for each in batch]

            assert business.take_in(batch, number, now) == expected

            business.close_some(chance, guide, now)
        number += SIZE
