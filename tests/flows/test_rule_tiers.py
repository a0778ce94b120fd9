"""Tiers by rules of one's own: the first that holds, followed at once, and told of as an event."""

import random
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django_tenants.utils import schema_context, tenant_context

from audiences.models import SegmentCheck
from commerce.models import Tier, TierMove, TierPlace, TierScheme
from commerce.services_tiers import move_tier, remove_tier
from commerce.tier_selectors import movement
from contacts.models import Contact
from contacts.queries import contact_ids_matching, fact_values
from events.models import Event
from scheduler.budget import Budget
from scrm.core import clock
from scrm.core.conditions import Snapshot, evaluate, facts, parse
from scrm.flows import tiers
from scrm.flows.audience import checks_due
from scrm.flows.contact_merge import contacts_merged
from scrm.flows.engagement import contacts_tagged
from scrm.flows.erasure import person_erased
from scrm.flows.tiers import rule_tier_saved, scheme_saved, tiers_due
from tagging.enums import TagSource
from tagging.models import Tag, TagCategory, TagGroup
from tests.factories import make_contact, make_user
from tests.flows.test_arrival_at_once import at_once
from tests.flows.test_purchase import buyer, declare_orders, purchase, report

ANYBODY = {"all": []}


def has_tag(code):
    return {"fact": "tags", "op": "has", "value": code}


def in_city(city):
    return {"fact": "contact.city", "op": "is", "value": city}


def bought(times):
    return {"fact": "orders.count", "op": "gte", "value": times}


@pytest.fixture
def tag(acme):
    group = TagGroup.objects.create(category=TagCategory.objects.create(name="x"), name="x")
    return Tag.objects.create(group=group, code="gold", name="Gold")


def make_scheme(*rules, name="Ours") -> TierScheme:
    scheme = scheme_saved(None, name=name, kind="rule", by=None, now=clock.now())
    for number, rule in enumerate(rules):
        rule_tier_saved(scheme, None, name=f"T{number}", condition=rule, by=None, now=clock.now())
    refresh(scheme)
    return scheme


def refresh(scheme):
    TierScheme.objects.filter(pk=scheme.pk).update(due_at=clock.now())
    tiers_due(Budget(60))
    scheme.refresh_from_db()


def give(contact, tag, *, add=True):
    contacts_tagged([contact.pk], [tag.pk], add=add, source=TagSource.HAND, now=clock.now())
    checks_due(Budget(5))


def places():
    return dict(TierPlace.objects.order_by().values_list("contact__name", "tier__name"))


def told():
    rows = Event.objects.filter(type__code="tier_changed").order_by("pk").values_list("properties", flat=True)
    return [(each["before"], each["after"]) for each in rows]


def test_the_first_tier_whose_rule_holds_is_that_of_a_contact(tag):
    for name, city in [("Ada", "Berlin"), ("Ben", "Rome"), ("Cy", "Rome")]:
        make_contact(name, city=city)
    give(Contact.objects.get(name="Ben"), tag)

    scheme = make_scheme(has_tag("gold"), in_city("Rome"))

    assert places() == {"Ben": "T0", "Cy": "T1"}
    assert scheme.watches == ["other", "tag:gold"]
    # Who is placed when a scheme is filled did not move.
    assert not told()
    assert not TierMove.objects.exists()
    assert movement(make_user("olga", "ops"), scheme, since=clock.now() - timedelta(days=1)) == []


def test_a_change_moves_who_it_is_about_at_once_and_is_told(tag):
    ada, _ben = make_contact("Ada"), make_contact("Ben")
    make_scheme(has_tag("gold"))

    give(ada, tag)
    assert places() == {"Ada": "T0"}
    give(ada, tag, add=False)

    assert places() == {}
    assert told() == [("", "ours-t0"), ("ours-t0", "")]
    asked = parse({"fact": "tiers.ever", "op": "has", "value": "ours-t0"}, facts)
    assert contact_ids_matching(asked, clock.now()) == [ada.pk]


def test_an_order_moves_its_buyer(acme):
    declare_orders()
    make_scheme(bought(2), bought(1))

    for number in ("1", "2"):
        report(purchase(number, who=buyer(), at=clock.now(), ordered_at=clock.now()))
        checks_due(Budget(5))

    assert list(places().values()) == ["T0"]
    assert told() == [("", "ours-t1"), ("ours-t1", "ours-t0")]


def test_what_no_rule_watches_is_not_even_noted(tag):
    ada, other = make_contact("Ada"), Tag.objects.create(group=tag.group, code="other", name="Other")
    make_scheme(has_tag("gold"))

    contacts_tagged([ada.pk], [other.pk], add=True, source=TagSource.HAND, now=clock.now())
    assert not SegmentCheck.objects.exists()
    contacts_tagged([ada.pk], [tag.pk], add=True, source=TagSource.HAND, now=clock.now())

    assert SegmentCheck.objects.count() == 1


def test_order_of_tiers_and_their_end_count(tag):
    ada = make_contact("Ada", city="Rome")
    give(ada, tag)
    scheme = make_scheme(has_tag("gold"), in_city("Rome"))
    gold, rome = scheme.tiers.order_by("position")

    move_tier(tier=rome, up=True, by=None, now=clock.now())
    refresh(scheme)
    assert places() == {"Ada": "T1"}
    remove_tier(tier=Tier.objects.get(pk=rome.pk), by=None, now=clock.now())
    refresh(scheme)

    assert places() == {"Ada": "T0"}
    assert list(scheme.tiers.values_list("name", "position")) == [("T0", 0)]


def test_a_tier_that_asks_about_its_own_scheme_is_refused(tag):
    scheme, other = make_scheme(has_tag("gold")), make_scheme(ANYBODY, name="Other")
    own = {"fact": "tiers", "op": "has", "value": "ours-t0"}

    for rule in (own, {"not": {"any": [own, has_tag("gold")]}}, {"fact": "tiers", "op": "is_set"}):
        with pytest.raises(ValidationError, match="own scheme"):
            rule_tier_saved(scheme, None, name="x", condition=rule, by=None, now=clock.now())
    rule_tier_saved(other, None, name="y", condition=own, by=None, now=clock.now())

    assert scheme.tiers.count() == 1


def test_who_was_erased_has_no_tier_and_gets_none_again(acme):
    declare_orders()
    report(purchase("1", who=buyer(), at=clock.now(), ordered_at=clock.now()))
    by_rule = make_scheme(bought(1))
    by_days = scheme_saved(None, name="Days", kind="activity", by=None, now=clock.now())
    refresh(by_days)
    assert TierPlace.objects.count() == 2

    person_erased(Contact.objects.get().pk, now=clock.now())
    refresh(by_rule)
    refresh(by_days)

    assert not TierPlace.objects.exists()


def test_and_cai_is_in_none_of_it(acme, globex):
    with tenant_context(acme):
        make_contact("Lin")
        make_scheme(ANYBODY)
        assert places() == {"Lin": "T0"}
    with tenant_context(globex):
        make_contact("Mo")
        assert not TierScheme.objects.exists()
        assert places() == {}


def test_tiers_that_changes_leave_are_those_of_going_through_everybody(tag):
    """Against memory: the first tier whose rule holds, of facts read one contact at a time."""
    draw = random.Random(5)
    rules = [{"all": [has_tag("gold"), in_city("Rome")]}, {"not": in_city("Rome")}, has_tag("gold")]
    people = [make_contact(f"P{number}", city=draw.choice(["Rome", "Bonn"])) for number in range(12)]
    scheme = make_scheme(*rules)

    def expected():
        now, found = clock.now(), {}
        parsed = [parse(rule, facts) for rule in rules]
        for contact in Contact.objects.filter(erased_at=None):
            known = Snapshot(fact_values(parsed, [contact.pk], now)[contact.pk])
            held = [f"T{number}" for number, rule in enumerate(parsed) if evaluate(rule, known, now)]
            if held:
                found[contact.name] = held[0]
        return found

    for _ in range(20):
        give(draw.choice(people), tag, add=draw.random() < 0.6)
        assert places() == expected()
    contacts_merged(people[0].pk, people[1].pk, by=None, now=clock.now())
    person_erased(people[2].pk, now=clock.now())
    refresh(scheme)

    assert places() == expected()


def test_everybody_is_placed_some_at_a_time_and_goes_on_where_it_broke_off(acme, monkeypatch):
    monkeypatch.setattr("commerce.services_placing.HELD", 3)
    monkeypatch.setattr("commerce.services_placing._LOOKED_AT", 4)
    for number in range(10):
        make_contact(f"P{number}", city="Rome" if number % 2 else "Bonn")
    scheme = scheme_saved(None, name="Ours", kind="rule", by=None, now=clock.now())
    rule_tier_saved(scheme, None, name="T0", condition=in_city("Rome"), by=None, now=clock.now())

    assert tiers_due(Budget(0))
    assert tiers_due(Budget(0))
    scheme.refresh_from_db()
    assert scheme.placed_to is not None
    assert scheme.refreshed_at is None
    assert 0 < TierPlace.objects.count() < 5
    while tiers_due(Budget(0)):
        pass

    scheme.refresh_from_db()
    assert (TierPlace.objects.count(), scheme.placed_to) == (5, None)
    assert not told()
    # Whoever was at work meanwhile is looked at again soon, not only tonight.
    assert scheme.due_at <= scheme.changed_at + timedelta(minutes=5)


def test_an_order_that_comes_while_everybody_is_placed_counts(own_database, monkeypatch):
    """Between being found in the wrong place and being held, somebody buys."""
    real, old = tiers._lock, clock.now() - timedelta(days=300)

    def buy_first(contact_ids):
        at_once(lambda _one: report(purchase("2", who=buyer(), at=clock.now(), ordered_at=clock.now())), [1], 1)
        return real(contact_ids)

    with schema_context("acme"):
        declare_orders()
        report(purchase("1", who=buyer(), at=old, ordered_at=old))
        refresh(scheme_saved(None, name="Days", kind="activity", by=None, now=clock.now()))
        TierPlace.objects.update(tier=None)
        monkeypatch.setattr(tiers, "_lock", buy_first)
        refresh(TierScheme.objects.get())

        assert list(TierPlace.objects.values_list("tier__code", flat=True)) == ["days-active"]
        assert told() == [("", "days-active")]
