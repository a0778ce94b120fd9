"""Whose new leads become: what is known of people, rules and hours is read once, then a pure desk hands them out."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import accounts.services
import accounts.services_duty
import leads.services
from accounts.hours import is_open
from accounts.selectors import department_ids_below, user_ids_of_department
from accounts.selectors_duty import Offices, department_heads, given_on
from accounts.services import Turns
from campaigns.way_selectors import CampaignWays, campaigns_by_way
from contacts.enums import IdentityKind
from leads.arrival_facts import arrival_facts
from leads.assignment import Desk, Rep, Rule, Wish, turn_times, uses_of
from leads.enums import AssignMethod, OrElse
from leads.models import AssignmentRule
from leads.regions import plain_region, regions_of
from leads.selectors import assignment_rules_active, open_lead_counts, previous_owners, sources_above, weights_passed
from scrm.core.conditions import parse
from scrm.flows.enquiries import Enquiry
from tenants.selectors import tenant_current, tenant_zone

COUNTED: Final = 500
"""Open leads beyond which nobody has fewer than another: a count of all would cost more than it tells."""
_PRODUCT: Final = ("product", "products", "产品", "意向产品", "车型", "service")
"""Attributes in which leads say what they ask for."""
_COMMAS: Final = re.compile(r"[,，、;；]")


@dataclass(slots=True)
class Snapshot:
    """What a desk is set up from."""

    rules: list[Rule]
    turns: Turns
    reps: list[Rep]
    teams: dict[UUID, set[UUID]]


def owners_decided(new: Sequence[Enquiry], now: datetime) -> None:
    """Each new lead gets its owner, and why. People are held until the transaction ends, so that limits hold.

    Without rules one small statement more than without assignment by rule; with them a few, whatever the batch.
    """
    wishes = [_wish(enquiry) for enquiry in new]
    unclaimed = [enquiry for enquiry, wish in zip(new, wishes, strict=True) if wish.is_unclaimed]
    stored = assignment_rules_active() if unclaimed else []
    ways = {pk for enquiry in unclaimed if (pk := enquiry.arrival.department_id)}
    snapshot = snapshot_taken(stored, ways=ways, now=now) if unclaimed else Snapshot([], Turns([], False), [], {})
    if snapshot.rules:
        told = _facts(unclaimed, snapshot.rules, now)
        wishes = [_told(wish, told.get(id(enquiry))) for enquiry, wish in zip(new, wishes, strict=True)]
    desk = Desk(snapshot.reps, snapshot.rules, snapshot.teams, now=now)
    for enquiry, wish in zip(new, wishes, strict=True):
        decision = desk.give(wish)
        enquiry.owner_id, enquiry.assigned_by = decision.owner_id, decision.why
        enquiry.rule_id, enquiry.method = decision.rule_id, decision.method
    turns_remembered(desk, snapshot, now)


def turns_remembered(desk: Desk, snapshot: Snapshot, now: datetime) -> None:
    """Keep whose turns it was, how many leads of the day they got, and how far weights have come."""
    if not desk.given or not snapshot.turns.held:
        return
    accounts.services.mark_assigned(at_by_user=turn_times(desk.given, now))
    limited = {taker.id for taker in snapshot.turns.people if taker.most_a_day is not None}
    counts = {pk: desk.reps[pk].given_today for pk in desk.given if pk in limited}
    if counts:
        accounts.services_duty.count_given(counts=counts, on=_today(now))
    leads.services.keep_weights(rules=snapshot.rules, weighed=desk.weighed)


def snapshot_taken(stored: Sequence[AssignmentRule], *, ways: set[UUID], now: datetime, hold: bool = True) -> Snapshot:
    """The people who can be given leads now, as rules see them; held, unless it is only to be looked at."""
    offices = Offices(tenant_current().zone)
    wanted = {rule.department_id for rule in stored if rule.department_id}
    departments = {pk: department_ids_below(pk) for pk in wanted}
    named = {member.user_id for rule in stored for member in rule.members.all() if member.named}
    below = set[UUID]().union(*departments.values())
    turns = accounts.services.take_turns(also=named, departments=below, wait=bool(stored), hold=hold, now=now)
    reps = _reps(turns, offices, stored, now)
    people = turns.people
    within = {pk: {taker.id for taker in people if taker.department_id in team} for pk, team in departments.items()}
    rules = _rules(stored, within, offices)
    return Snapshot(rules, turns, reps, {pk: user_ids_of_department(pk) for pk in ways})


@dataclass(frozen=True, slots=True)
class Asked:
    """A lead as far as rules may ask of it: one that comes in, one that is there, or one that somebody types."""

    source_id: UUID | None = None
    form_id: UUID | None = None
    department_id: UUID | None = None
    came_by: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    company: str = ""
    phone: str = ""
    rating: str = ""
    link_id: UUID | None = None
    utm: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def regions(self) -> frozenset[str]:
        return regions_of(phone=self.phone, said=(self.city, self.region, self.country))


def facts_of(
    asked: Asked, *, above: Mapping[UUID, Sequence[UUID]], regions: frozenset[str], campaigns: CampaignWays
) -> dict[str, Any]:
    """What `leads.arrival_facts` reads; `above` are sources with what they are part of."""
    source_id = asked.source_id
    ways = {"link_id": asked.link_id, "form_id": asked.form_id, "source_id": source_id}
    return {
        "source": {str(pk) for pk in above.get(source_id, (source_id,))} if source_id else set(),
        "form": str(asked.form_id) if asked.form_id else None,
        "came_by": asked.came_by,
        "campaign": campaigns.of(**ways, utm=asked.utm),
        "department": {str(asked.department_id)} if asked.department_id else set(),
        "utm": asked.utm,
        "region": regions,
        "city": asked.city,
        "country": asked.country,
        "company": asked.company,
        "product": products_of(asked.attributes),
        "rating": asked.rating,
        "attributes": asked.attributes,
    }


def campaigns_meant(asked: Iterable[Asked], now: datetime) -> CampaignWays:
    """The campaigns that run today, by what leads to them of these."""
    every = list(asked)
    return campaigns_by_way(
        links={pk for each in every if (pk := each.link_id)},
        forms={pk for each in every if (pk := each.form_id)},
        sources={pk for each in every if (pk := each.source_id)},
        utms=[each.utm for each in every if each.utm],
        on=_today(now),
    )


def products_of(attributes: Mapping[str, Any]) -> set[str]:
    """What a lead asks for, as it says so."""
    said = (str(attributes[name]) for name in _PRODUCT if attributes.get(name))
    return {word for text in said for part in _COMMAS.split(text) if (word := part.strip())}


def _wish(enquiry: Enquiry) -> Wish:
    return Wish(
        enquiry.contact_id,
        asked=enquiry.arrival.owner_id,
        held=enquiry.person.owner_id,
        suggested=enquiry.arrival.suggested_owner_id,
        department_id=enquiry.arrival.department_id,
    )


@dataclass(frozen=True, slots=True)
class _Told:
    facts: Mapping[str, Any]
    previous: UUID | None
    regions: frozenset[str]
    skills: frozenset[str]


def _told(wish: Wish, told: _Told | None) -> Wish:
    if told is None:
        return wish
    return Wish(
        wish.contact_id,
        department_id=wish.department_id,
        facts=told.facts,
        previous=told.previous,
        regions=told.regions,
        skills=told.skills,
    )


def _facts(unclaimed: Sequence[Enquiry], rules: Sequence[Rule], now: datetime) -> dict[int, _Told]:
    """What rules ask of each of these; what none of them asks for is not looked up."""
    used, methods = uses_of(rules), {rule.method for rule in rules}
    above = sources_above({pk for each in unclaimed if (pk := each.values.source_id)}) if "source" in used else {}
    before: dict[UUID, UUID] = {}
    if AssignMethod.PREVIOUS in methods:
        before = previous_owners({enquiry.contact_id for enquiry in unclaimed})
    by_region = "region" in used or AssignMethod.REGION in methods
    every = [_asked(enquiry) for enquiry in unclaimed]
    campaigns = campaigns_meant(every, now) if "campaign" in used else CampaignWays()
    found = {}
    for enquiry, asked in zip(unclaimed, every, strict=True):
        regions = asked.regions if by_region else frozenset[str]()
        facts = facts_of(asked, above=above, regions=regions, campaigns=campaigns)
        skills = frozenset(word.casefold() for word in facts["product"])
        found[id(enquiry)] = _Told(facts, before.get(enquiry.contact_id), regions, skills)
    return found


def _asked(enquiry: Enquiry) -> Asked:
    arrival, said = enquiry.arrival, enquiry.arrival.lead
    return Asked(
        source_id=enquiry.values.source_id,
        form_id=arrival.form_id,
        department_id=arrival.department_id,
        came_by=str(arrival.came_by),
        city=said.city,
        region=said.region,
        country=said.country,
        company=said.company,
        phone=next((each.key for each in said.identities if each.kind == IdentityKind.PHONE), ""),
        rating=said.rating,
        link_id=arrival.link_id,
        utm=arrival.utm,
        attributes=said.attributes,
    )


def _reps(turns: Turns, offices: Offices, stored: Sequence[AssignmentRule], now: datetime) -> list[Rep]:
    people = turns.people
    counting = any(rule.method == AssignMethod.LOAD for rule in stored) or any(
        taker.most_open is not None for taker in people
    )
    most = max([COUNTED, *(taker.most_open or 0 for taker in people)])
    counts = open_lead_counts([taker.id for taker in people], at_most=most) if counting else {}
    by_hours = any(rule.within_hours for rule in stored)
    limited = [taker.id for taker in people if taker.most_a_day is not None]
    given = given_on(limited, _today(now)) if limited else {}
    return [
        Rep(
            taker.id,
            turn,
            takes_turns=taker.takes_leads,
            is_open=is_open(offices.hours_of(taker.department_id), now) if by_hours else True,
            open_leads=counts.get(taker.id, 0),
            given_today=given.get(taker.id, 0),
            most_open=taker.most_open,
            most_a_day=taker.most_a_day,
            skills=frozenset(each.casefold() for each in taker.skills),
            regions=frozenset(map(plain_region, taker.regions)),
        )
        for turn, taker in enumerate(people)
    ]


def _rules(stored: Sequence[AssignmentRule], within: Mapping[UUID, set[UUID]], offices: Offices) -> list[Rule]:
    headed = {rule.department_id for rule in stored if rule.or_else == OrElse.HEAD and rule.department_id}
    heads = department_heads(headed, offices) if headed else {}
    weighing = [rule.pk for rule in stored if rule.method == AssignMethod.WEIGHTED]
    passed = weights_passed(weighing) if weighing else {}
    rules = []
    for each in stored:
        members = list(each.members.all())
        people = [member.user_id for member in members if member.named]
        people += sorted(within.get(each.department_id, set()).difference(people)) if each.department_id else []
        rules.append(
            Rule(
                each.pk,
                parse(each.condition, arrival_facts, stored=True),
                AssignMethod(each.method),
                tuple(people),
                or_else=OrElse(each.or_else),
                within_hours=each.within_hours,
                weights={member.user_id: member.weight for member in members},
                passed=passed.get(each.pk, {}),
                head=heads.get(each.department_id) if each.department_id else None,
            )
        )
    return rules


def _today(now: datetime) -> date:
    return now.astimezone(tenant_zone()).date()
