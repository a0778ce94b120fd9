"""What suits whom, and when: the decision alone, and asked of somebody."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from audiences.match_selectors import next_best, suggestions_for
from audiences.match_words import moment_told, reasons_told
from audiences.matching import Cause, Person, Row, expected_next, fits
from audiences.models import Match, MatchMoment
from audiences.services import save_segment
from audiences.services_matches import order_matches, save_match
from commerce.models import Order, Product
from contacts.enums import ChannelKind, ConsentWay
from contacts.models import Contact
from contacts.queries import fact_values
from content.models import Material, PageView, TrackedLink
from content.upkeep import ensure_own_link
from scrm.core import clock
from scrm.core.conditions import Scope, facts, parse
from scrm.core.ids import uuid7
from scrm.flows.audience import segment_removed
from scrm.flows.consent import contact_withdrew
from tests.factories import make_contact, make_user

SHANGHAI = ZoneInfo("Asia/Shanghai")
FRIDAY_EVENING = datetime(2026, 11, 20, 20, 30, tzinfo=SHANGHAI)
ANYBODY = uuid7()


def row(**fields):
    return Row(ANYBODY, "chat", **fields)


def bought(*days_ago: int, group: str = "Care", at: datetime = FRIDAY_EVENING) -> dict:
    moments = [at - timedelta(days=days) for days in sorted(days_ago, reverse=True)]
    return {group: moments, "": moments}


def test_somebody_in_a_segment_who_bought_25_days_ago_on_a_friday_evening():
    asked = {"segment": "Shoppers", "group": "Care", "moment": "bought", "from_day": 20, "to_day": 40}
    match = row(**asked, weekdays=[5], from_time=time(18), to_time=time(22))

    reasons = fits(match, Person(FRIDAY_EVENING, bought=bought(25)))

    assert [each.cause for each in reasons] == [Cause.SEGMENT, Cause.BOUGHT, Cause.HOUR]
    assert reasons_told(reasons) == "in the segment “Shoppers”, bought Care 25 days ago, it’s Friday evening"


@pytest.mark.parametrize(
    ("asked", "person", "suits"),
    [
        ({"group": "Care", "moment": "bought", "to_day": 24}, {"bought": bought(25)}, False),
        ({"group": "Care", "moment": "bought", "from_day": 26}, {"bought": bought(25)}, False),
        ({"group": "Care", "moment": "bought", "from_day": 1, "to_day": 3}, {"bought": bought(2, 25)}, True),
        ({"group": "Cars", "moment": "bought"}, {"bought": bought(25)}, False),
        ({"moment": "bought"}, {"bought": bought(25)}, True),
        ({"group": "Care", "moment": "not_bought"}, {"bought": bought(25)}, False),
        ({"group": "Cars", "moment": "not_bought"}, {"bought": bought(25)}, True),
        ({"group": "Care", "moment": "not_bought"}, {}, True),
        # Every 20 days, the last one 15 days ago: expected in 5.
        ({"group": "Care", "moment": "expected", "from_day": 5}, {"bought": bought(35, 15)}, True),
        ({"group": "Care", "moment": "expected", "from_day": 4}, {"bought": bought(35, 15)}, False),
        ({"group": "Care", "moment": "expected", "to_day": 5}, {"bought": bought(45, 25)}, True),
        ({"group": "Care", "moment": "expected", "to_day": 4}, {"bought": bought(45, 25)}, False),
        ({"group": "Care", "moment": "expected", "from_day": 90}, {"bought": bought(15)}, False),
        ({"city": "上海"}, {"city": "上海市"}, True),
        ({"city": "Berlin"}, {"city": "berlin "}, True),
        ({"city": "Berlin"}, {"city": ""}, False),
        ({"weekdays": [6]}, {}, False),
        ({}, {"barred": frozenset({"chat"})}, False),
        ({}, {"barred": frozenset({"all"})}, False),
        ({}, {"barred": frozenset({"email"})}, True),
    ],
)
def test_a_match_asks(asked, person, suits):
    assert (fits(row(**asked), Person(FRIDAY_EVENING, **person)) is not None) is suits


@pytest.mark.parametrize(
    ("hour", "days_on", "suits"), [(23, 0, True), (1, 1, True), (3, 1, False), (21, 0, False), (1, 0, False)]
)
def test_hours_across_midnight_belong_to_the_day_they_began(hour, days_on, suits):
    at = FRIDAY_EVENING.replace(hour=hour) + timedelta(days=days_on)

    match = row(weekdays=[5], from_time=time(22), to_time=time(2))

    assert (fits(match, Person(at)) is not None) is suits


@given(begin=st.times(), end=st.times(), minute=st.integers(0, 1439), days=st.sets(st.integers(1, 7)))
def test_hours_are_those_that_a_walk_by_minutes_meets(begin, end, minute, days):
    begin, end = (each.replace(second=0, microsecond=0) for each in (begin, end))
    if begin == end:
        return
    at = FRIDAY_EVENING.replace(hour=minute // 60, minute=minute % 60)
    walked = set()
    for day in range(-1, 1):
        first = (FRIDAY_EVENING + timedelta(days=day)).replace(hour=begin.hour, minute=begin.minute)
        length = (end.hour * 60 + end.minute - begin.hour * 60 - begin.minute) % 1440
        if not days or first.isoweekday() in days:
            walked |= {first + timedelta(minutes=step) for step in range(length)}

    match = row(weekdays=sorted(days), from_time=begin, to_time=end)

    assert (fits(match, Person(at)) is not None) is (at in walked)


def test_what_is_expected_is_as_the_rule_language_says(acme):
    lin, now = make_contact("Lin"), clock.now()
    for days in (70, 40, 33):
        said = {"contact": lin, "platform": "shop", "number": days, "amount": 1, "updated_at": now}
        Order.objects.create(**said, ordered_at=now - timedelta(days=days))
    moments = list(Order.objects.order_by("ordered_at").values_list("ordered_at", flat=True))
    rule = {"all": [{"fact": "orders.next_at", "op": "is_set"}]}
    known = fact_values([parse(rule, facts, scope=Scope.CONTACT)], {lin.pk}, now)[lin.pk]

    assert list(known.values()) == [expected_next(moments, UTC)]


@pytest.fixture
def lin(acme) -> Contact:
    return make_contact("Lin", city="Berlin", owner=make_user("ben"))


def material(title: str = "Guide") -> Material:
    return Material.objects.create(title=title, body="x", created_at=clock.now())


def match(title: str = "Guide", **fields) -> Match:
    said = {"material": material(title), "channel": ChannelKind.CHAT, "by": None, "now": clock.now()}
    return save_match(**(said | fields))


def segment(city: str = "Berlin"):
    condition = {"all": [{"fact": "contact.city", "op": "is", "value": city}]}
    return save_segment(name=city, kind="dynamic", condition=condition, by=None, now=clock.now())


def shown(contact: Contact) -> list[str]:
    return [each.match.material.title for each in suggestions_for(contact, clock.now())]


def test_the_first_that_fits_is_the_next_best(lin):
    match("For Paris", segment=segment("Paris"))
    match("For Berlin", segment=segment())
    match("For all")

    best = next_best(lin, clock.now())

    assert best.match.material.title == "For Berlin"
    assert reasons_told(best.reasons) == "in the segment “Berlin”"
    assert shown(lin) == ["For Berlin", "For all"]


def test_order_decides(lin):
    first, second = match("First"), match("Second")

    order_matches(matches=[second, first], by=None, now=clock.now())

    assert shown(lin) == ["Second", "First"]


def test_what_is_off_or_archived_is_not_shown(lin):
    match("Off", active=False)
    gone = match("Archived")
    Material.objects.filter(pk=gone.material_id).update(active=False)

    assert shown(lin) == []


def test_what_they_opened_rests_for_30_days(lin):
    now = clock.now()
    made = match("Guide")
    link = TrackedLink.objects.create(material=made.material, contact=lin, created_at=now)
    PageView.objects.create(link=link, at=now - timedelta(days=29))
    assert shown(lin) == []

    PageView.objects.update(at=now - timedelta(days=31))

    assert shown(lin) == ["Guide"]


def test_nobody_is_matched_to_a_channel_that_they_stopped(lin):
    match("By mail", channel=ChannelKind.EMAIL)
    match("By chat")
    said = {"reason": "hand", "way": ConsentWay.HAND, "by": None, "now": clock.now()}

    contact_withdrew(lin.pk, ChannelKind.EMAIL, **said)

    assert shown(lin) == ["By chat"]


def test_purchases_are_those_paid_of_the_group(lin):
    now, care = clock.now(), Product.objects.create(code="C", name="Cream", group="Care")
    at = {"ordered_at": now - timedelta(days=25), "updated_at": now}
    order = Order.objects.create(contact=lin, platform="shop", number="1", amount=10, status="cancelled", **at)
    order.lines.create(product=care, amount=10)
    match("Refill", moment=MatchMoment.BOUGHT, product_group="Care", from_day=20, to_day=30)
    assert shown(lin) == []

    Order.objects.update(status="paid")

    assert reasons_told(next_best(lin, now).reasons) == "bought Care 25 days ago"


def test_statements_do_not_grow_with_the_table(lin, django_assert_num_queries):
    match("1", segment=segment())
    now = clock.now()
    with django_assert_num_queries(3):
        suggestions_for(lin, now)
    for number in range(5):
        match(str(number + 2))

    with django_assert_num_queries(3):
        assert len(suggestions_for(lin, now)) == 6


@pytest.mark.parametrize(
    "wrong",
    [
        {"moment": MatchMoment.BOUGHT, "from_day": 9, "to_day": 3},
        {"from_time": time(9), "to_time": time(9)},
        {"weekdays": [0]},
        {"channel": "all"},
    ],
)
def test_what_can_never_hold_is_refused(lin, wrong):
    with pytest.raises(ValidationError):
        match(**wrong)

    assert not Match.objects.exists()


def test_when_it_holds_is_said_in_words(lin):
    made = match(moment=MatchMoment.BOUGHT, product_group="Care", from_day=7, to_day=20, weekdays=[6, 5])
    assert moment_told(made) == "7 to 20 days after buying Care, Fri, Sat"

    hours = match(from_time=time(18), to_time=time(22))
    assert moment_told(hours) == "18:00–22:00"


def test_a_segment_that_a_match_is_for_stays(lin):
    held = segment()
    match("Guide", segment=held)

    assert segment_removed(held, by=None, now=clock.now()) == ["Guide"]
    assert held.matches.exists()
    held.matches.all().delete()
    assert segment_removed(held, by=None, now=clock.now()) == []


def test_a_colleague_has_one_link_for_somebody(lin):
    made, ben = material(), lin.owner

    links = {ensure_own_link(material=made, contact_id=lin.pk, rep=ben, now=clock.now()).pk for _ in range(2)}

    assert len(links) == 1
