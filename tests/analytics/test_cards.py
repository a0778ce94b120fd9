"""Score cards against numbers worked out one row at a time, and who sees whose."""

import random
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from statistics import median
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from accounts.enums import Role, Scope
from accounts.models import AuditEntry, Department, User
from analytics.cards import Group, Numbers, Span, change, tree_of
from analytics.commission import Rate, rates_held
from analytics.dealers import department_cards, person_cards
from analytics.models import CommissionRate
from analytics.services import remove_commission_rate, set_commission_rate
from contacts.models import Contact
from leads.models import Interaction, Lead, Opportunity, OpportunityStage, ResponseClock, ResponseRule
from scrm.core import clock
from tests.factories import make_user

ZONE = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 3, 20)
NOON = datetime(2026, 3, 20, 12, tzinfo=ZONE)
SPAN = Span(TODAY - timedelta(days=19), TODAY)


class World:
    """A region with two dealers, one of them with a shop, and people everywhere; everything drawn once."""

    def __init__(self) -> None:
        self.draw = random.Random(37)
        make = Department.objects.create
        self.region = make(name="Region")
        self.east = make(name="East", parent=self.region, is_dealer=True)
        self.shop = make(name="East shop", parent=self.east)
        self.west = make(name="West", parent=self.region, is_dealer=True)
        self.people = {
            name: make_user(name, department=department, takes_leads=True)
            for name, department in (
                *(("ben", self.east), ("bea", self.shop), ("dan", self.west)),
                *(("eva", self.region), ("fay", None)),
            )
        }
        self.head = make_user("head", Role.MANAGER, department=self.east)
        self.ops = make_user("olga", Role.OPS)
        User.objects.filter(pk=make_user("gone", department=self.west).pk).update(is_active=False)
        self.stages = {
            kind: OpportunityStage.objects.create(name=f"cards {kind}", kind=kind) for kind in ("open", "won", "lost")
        }
        self.rule = ResponseRule.objects.create(minutes=30, created_at=NOON)
        for department, percent, from_on in (
            *((self.region, "2.5", date(2026, 1, 1)), (self.east, "7.125", date(2026, 3, 10))),
            *((self.east, "3", date(2026, 2, 20)), (self.west, "0", date(2026, 3, 15))),
        ):
            set_commission_rate(department=department, percent=Decimal(percent), from_on=from_on, by=None, now=NOON)
        self.rows: dict[Any, list[Any]] = {
            model: [] for model in (Contact, Lead, ResponseClock, Interaction, Opportunity)
        }
        for index in range(120):
            self._lead(index)
        for model, rows in self.rows.items():
            model.objects.bulk_create(rows)

    def _add(self, model: Any, **fields: Any) -> Any:
        self.rows[model].append(model(**fields))
        return self.rows[model][-1]

    def _lead(self, index: int) -> None:
        draw = self.draw
        owner = draw.choice([*self.people.values(), None])
        at = NOON - timedelta(minutes=draw.randint(0, 60 * 24 * 50))
        contact = self._add(Contact, name=f"P{index}", owner=owner, created_at=at, updated_at=at)
        lead = self._add(
            Lead,
            contact=contact,
            owner=owner,
            status="assigned" if owner else "new",
            came_by="hand",
            dedupe_key=f"cards-{index}",
            captured_at=at,
            assigned_at=at if owner else None,
            updated_at=at,
        )
        if draw.random() < 0.8:
            took = timedelta(minutes=draw.randint(1, 90)) if draw.random() < 0.7 else None
            end = draw.choice(["met", "late", "closed"]) if took else ""
            due = at + timedelta(minutes=30) if draw.random() < 0.7 else NOON + timedelta(days=1)
            ended = {"ended_at": at + took, "ended_as": end} if took else {"next_at": due, "step": "remind"}
            self._add(ResponseClock, lead=lead, rule=self.rule, started_at=at, due_at=due, **ended)
        for nudge in draw.sample([-5, 0, 7, 30], draw.randint(0, 2)):
            deleted = NOON if draw.random() < 0.2 else None
            said = {"kind": "call", "effective": draw.random() < 0.7, "deleted_at": deleted}
            self._add(Interaction, contact=contact, at=at + timedelta(hours=nudge), by=owner, **said)
        for _nth in range(draw.choice([0, 1, 1, 2])):
            kind = draw.choice(["open", "won", "won", "lost"])
            settled = at + timedelta(days=draw.randint(0, 25)) if kind != "open" else None
            self._add(
                Opportunity,
                contact=contact,
                name="x",
                stage=self.stages[kind],
                amount=draw.choice([None, Decimal(draw.randint(1, 10**7)) / 100]),
                currency=draw.choice(["CNY", "CNY", "EUR"]),
                settled_at=settled,
                owner=owner,
                created_at=at,
            )


@pytest.fixture
def world(acme) -> World:
    return World()


def day(at: datetime) -> date:
    return at.astimezone(ZONE).date()


def within(at: datetime | None, span: Span) -> bool:
    return at is not None and span.since <= day(at) <= span.until


def rate_of(department: Department | None, on: date, rates_all=None) -> Decimal | None:
    """The rate of the nearest department that has one by that day."""
    rates_all = list(CommissionRate.objects.all()) if rates_all is None else rates_all
    while department is not None:
        rates = [rate for rate in rates_all if rate.department_id == department.pk and rate.from_on <= on]
        if rates:
            return max(rates, key=lambda rate: rate.from_on).percent
        department = department.parent
    return None


class Rows:
    """All that is there, read once."""

    def __init__(self) -> None:
        self.leads = list(Lead.objects.select_related("owner", "response"))
        self.talks = [talk for talk in Interaction.objects.all() if talk.effective and talk.deleted_at is None]
        self.deals = list(Opportunity.objects.select_related("stage", "owner__department__parent__parent"))
        self.rates = list(CommissionRate.objects.all())


def expected(rows: Rows, owners: set[User], span: Span) -> dict:
    leads = [lead for lead in rows.leads if lead.owner in owners and within(lead.captured_at, span)]
    clocks = [lead.response for lead in leads if hasattr(lead, "response")]
    took = [(each.ended_at - each.started_at) for each in clocks if each.ended_as in ("met", "late")]
    deals = [deal for deal in rows.deals if deal.owner in owners]
    won = [deal for deal in deals if deal.stage.kind == "won" and within(deal.settled_at, span)]
    money = {}
    for currency in ("CNY", "EUR"):
        mine = [deal for deal in won if deal.currency == currency]
        parts = [
            ((deal.amount or Decimal(0)) * rate / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
            for deal in mine
            if (rate := rate_of(deal.owner.department, day(deal.settled_at), rows.rates)) is not None
        ]
        if mine:
            amount = sum((deal.amount or Decimal(0) for deal in mine), Decimal(0))
            money[currency] = (len(mine), amount, sum(parts, Decimal(0)) if parts else None)
    return {
        "leads": len(leads),
        "effective": sum(
            any(talk.contact_id == lead.contact_id and talk.at >= lead.captured_at for talk in rows.talks)
            for lead in leads
        ),
        "met": sum(each.ended_as == "met" for each in clocks),
        "late": sum(each.ended_as == "late" for each in clocks),
        "missed": sum(not each.ended_as and each.due_at < NOON for each in clocks),
        "median": median(took) if took else None,
        "opportunities": sum(within(deal.created_at, span) for deal in deals),
        "money": money,
    }


def told(numbers: Numbers) -> dict:
    names = ("leads", "effective", "met", "late", "missed", "median", "opportunities")
    money = {each.currency: (each.deals, each.amount, each.commission) for each in numbers.money}
    return {name: getattr(numbers, name) for name in names} | {"money": money}


def test_cards_agree_with_counting_one_by_one_now_and_before(world):
    people, everybody, rows = world.people, User.objects.in_bulk(), Rows()
    cards, total = department_cards(world.ops, SPAN, now=NOON)
    persons, same_total = person_cards(world.ops, SPAN, now=NOON)

    assert [(card.group.name, card.group.depth) for card in cards] == [
        *(("Region", 0), ("East", 1), ("East shop", 2), ("West", 1), ("Without a department", 0)),
    ]
    assert {card.group.name for card in persons} == {str(user) for user in people.values()}
    for card in [*cards, *persons, total]:
        owners = {everybody[pk] for pk in card.group.owner_ids}
        assert told(card.now) == expected(rows, owners, SPAN), card.group.name
        assert told(card.before) == expected(rows, owners, SPAN.before), card.group.name
    assert total.now == same_total.now
    assert total.now.money[0].commission > 0
    # East has a rate of its own, East's shop has East's, and West gave up its own for nothing.
    assert 0 < cards[1].now.met < cards[0].now.met


def test_head_of_a_dealer_sees_their_own_alone(world):
    cards, total = department_cards(world.head, SPAN, now=NOON)
    persons, _total = person_cards(world.head, SPAN, now=NOON)

    assert [card.group.name for card in cards] == ["East", "East shop"]
    assert {card.group.name for card in persons} == {"Ben", "Bea"}
    assert (
        total.now.leads
        == Lead.objects.filter(
            owner__in=[world.people["ben"], world.people["bea"]], captured_at__date__gte=SPAN.since
        ).count()
    )
    assert person_cards(world.head, SPAN, department_id=world.west.pk, now=NOON)[0] == []


def test_representative_has_a_card_and_compares_nobody(world):
    ben = world.people["ben"]

    assert department_cards(ben, SPAN, now=NOON)[0] == []
    cards, total = person_cards(ben, SPAN, now=NOON)
    assert [card.group.id for card in cards] == [ben.pk]
    assert told(total.now) == expected(Rows(), {ben}, SPAN)
    world.head.scope = Scope.OWN
    assert department_cards(world.head, SPAN, now=NOON)[0] == []


def test_other_business_sees_nothing(world, globex):
    assert department_cards(make_user("cai", Role.OPS), SPAN, now=NOON)[1].now == Numbers()


def test_dealers_alone_stand_side_by_side(world):
    cards, total = department_cards(world.ops, SPAN, dealers_only=True, now=NOON)

    assert [(card.group.name, card.group.depth) for card in cards] == [("East", 0), ("West", 0)]
    assert total.now.leads == sum(card.now.leads for card in cards)


def test_cards_take_five_statements_whatever_their_number(world, django_assert_num_queries):
    for _more in range(2):
        with django_assert_num_queries(5):
            department_cards(world.ops, SPAN, now=NOON)
        with django_assert_num_queries(5):
            person_cards(world.ops, SPAN, now=NOON)
        Department.objects.bulk_create([Department(name=f"More {index}") for index in range(3)])


def test_rate_of_the_same_day_is_replaced_and_one_that_goes_leaves_the_one_before(world):
    day_one = date(2026, 3, 1)
    first = set_commission_rate(department=world.west, percent=Decimal(4), from_on=day_one, by=world.ops, now=NOON)
    again = set_commission_rate(department=world.west, percent=Decimal(5), from_on=day_one, by=world.ops, now=NOON)

    assert first.pk == again.pk
    assert rate_of(world.west, day_one) == 5
    assert remove_commission_rate(rate_id=first.pk, by=world.ops, now=NOON)
    assert not remove_commission_rate(rate_id=first.pk, by=world.ops, now=NOON)
    assert rate_of(world.west, day_one) == Decimal("2.5")
    assert list(AuditEntry.objects.filter(actor=world.ops).values_list("action", flat=True).order_by("pk")) == [
        *("commission.set", "commission.set", "commission.removed"),
    ]


@pytest.mark.parametrize("percent", ["-1", "100.001", "1.2345"])
def test_rate_that_is_no_share_is_refused(acme, percent):
    west = Department.objects.create(name="West")

    with pytest.raises(ValidationError):
        set_commission_rate(department=west, percent=Decimal(percent), from_on=TODAY, by=None, now=clock.now())
    assert not CommissionRate.objects.exists()


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 3000))
def test_period_before_is_as_long_and_ends_the_day_before(since, length):
    span = Span(since, since + timedelta(days=length))

    assert span.before is not None
    assert span.before.until == span.since - timedelta(days=1)
    assert span.before.until - span.before.since == span.until - span.since


@given(st.lists(st.integers(0, 30), max_size=30))
def test_each_department_stands_right_above_those_below_it(parents):
    # Each is part of one of those made before it, or of nothing.
    rows = [
        (index, f"D{index:02}", parent % index if index and parent % 3 else None, False)
        for index, parent in enumerate(parents)
    ]

    found = tree_of(rows, None)

    assert sorted(row[0] for row in found) == list(range(len(rows)))
    above = {pk: parent for pk, _name, parent, _is_dealer in rows}
    for place, (pk, _name, depth, _is_dealer, inside) in enumerate(found):
        assert {row[0] for row in found[place : place + len(inside)]} == inside
        assert depth == (0 if above[pk] is None else 1 + next(row[2] for row in found if row[0] == above[pk]))


DAYS = [date(2026, 1, 1) + timedelta(days=days) for days in range(12)]


@given(
    st.lists(st.integers(0, 30), max_size=6),
    st.lists(st.tuples(st.integers(0, 5), st.sampled_from(DAYS), st.integers(0, 9)), max_size=12),
)
def test_rate_of_a_day_is_that_of_the_nearest_department_that_has_begun(above, said):
    keys = [UUID(int=index + 1) for index in range(len(above))]
    parents = {pk: keys[above[place] % place] if place and above[place] % 3 else None for place, pk in enumerate(keys)}
    set_ones = {(keys[place], day): percent for place, day, percent in said if place < len(keys)}
    rates = [Rate(pk, day, Decimal(percent)) for (pk, day), percent in set_ones.items()]

    held = rates_held(parents, rates)

    for pk in keys:
        for day in DAYS:
            nearest, wanted = pk, None
            while nearest is not None and wanted is None:
                begun = [on for owner, on in set_ones if owner == nearest and on <= day]
                wanted = set_ones[nearest, max(begun)] if begun else None
                nearest = parents[nearest]
            found = [
                rate.percent
                for rate in held
                if rate.department_id == pk and rate.from_on <= day and (rate.until_on is None or day < rate.until_on)
            ]
            assert found == ([] if wanted is None else [wanted])


def test_growth_and_shares_know_nothing_about_nothing():
    assert change(5, 0) is None
    assert change(None, 5) is None
    assert change(3, 2) == Decimal("0.5")
    assert Numbers().in_time is None
    assert Span(date(1, 1, 2), date(1, 1, 9)).before is None
    assert Group(None, "x", frozenset()).depth == 0
