"""Rules at work: whose leads become as they come in, with what people take on, their leave and opening hours."""

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django_tenants.utils import tenant_context

from accounts.models import Department, Duty
from accounts.services_duty import add_leave, save_duty, save_hours
from leads.enums import AssignedBy, AssignMethod, OrElse
from leads.models import AssignmentMember, AssignmentRule, Lead, LeadArrival, Source
from leads.selectors import open_lead_counts
from leads.services import archive_assignment_rule, order_assignment_rules, save_assignment_rule, switch_assignment_rule
from scrm.core import clock
from scrm.core.conditions import ConditionInvalid
from scrm.flows.arrival import lead_arrived
from scrm.flows.starter import lay_out_tenant
from tenants.models import Tenant
from tests.factories import make_user
from tests.flows.arrivals import make_arrival


@pytest.fixture
def ben(acme):
    lay_out_tenant()
    return make_user("ben", takes_leads=True)


@pytest.fixture
def eva(ben):
    return make_user("eva")


def rule(*people, name="x", condition=None, method=AssignMethod.TURNS, or_else=OrElse.NEXT, **fields) -> AssignmentRule:
    return save_assignment_rule(
        rule=None,
        name=name,
        condition=condition or {},
        method=method,
        or_else=or_else,
        people={user.pk: 1 for user in people},
        by=None,
        now=clock.now(),
        **fields,
    )


def arrive(*numbers: int, now=None, **said) -> list[Lead]:
    outcomes = lead_arrived([make_arrival(number, **said) for number in numbers], now=now or clock.now())
    found = Lead.objects.in_bulk([each.lead_id for each in outcomes])
    return [found[each.lead_id] for each in outcomes]


def takes(user, **fields) -> Duty:
    said = {"skills": [], "regions": [], "most_open": None, "most_a_day": None, "takes_leads": user.takes_leads}
    return save_duty(user=user, by=None, now=clock.now(), **{**said, **fields})


def test_lead_goes_where_its_rule_says_and_its_trace_says_why(ben, eva):
    by_city = rule(eva, condition={"fact": "city", "op": "is", "value": "Xiamen"})

    here, there = arrive(1, city="Xiamen")[0], arrive(2, city="Berlin")[0]

    assert (here.owner, there.owner) == (eva, ben)
    arrival = LeadArrival.objects.get(lead=here)
    assert (arrival.assigned_by, arrival.rule, arrival.method) == (AssignedBy.RULE, by_city, "turns")
    assert LeadArrival.objects.get(lead=there).rule is None


def test_rule_for_a_source_is_for_its_parts_too(ben, eva):
    fairs = Source.objects.create(name="Fairs", created_at=clock.now())
    Source.objects.create(name="Expo", parent=fairs, created_at=clock.now())
    rule(eva, condition={"fact": "source", "op": "has_any", "value": [str(fairs.pk)]})

    assert arrive(1, source="Expo")[0].owner == eva
    assert arrive(2, source="Elsewhere")[0].owner == ben


def test_region_of_a_phone_number_finds_who_is_there(ben, eva):
    takes(eva, regions=["广东省"])
    rule(ben, eva, method=AssignMethod.REGION)

    # 1380013 is of Beijing, 1382000 of Guangdong: the number of a test's people says where they are.
    assert arrive(20001234)[0].owner == ben
    guangdong = arrive(1, city="", region="广东")[0]
    assert guangdong.owner == eva


def test_product_asked_for_finds_who_knows_it(ben, eva):
    takes(eva, skills=["Sedan", "SUV"])
    rule(ben, eva, method=AssignMethod.SKILL)

    assert arrive(1, attributes={"product": "suv, van"})[0].owner == eva


def test_whoever_is_on_leave_gets_nothing_by_themselves(ben, eva):
    now = clock.now()
    add_leave(user=ben, from_at=now, until_at=now + timedelta(days=1), by=ben, now=now)
    rule(ben, eva)

    assert {lead.owner for lead in arrive(1, 2, now=now)} == {eva}
    assert ben in {lead.owner for lead in arrive(3, 4, now=now + timedelta(days=1))}


def test_leave_counts_without_a_rule_too(ben):
    now = clock.now()
    add_leave(user=ben, from_at=now, until_at=now + timedelta(days=1), by=ben, now=now)

    assert arrive(1, now=now)[0].owner is None


def test_leave_that_has_passed_is_no_leave(ben):
    now = clock.now()

    with pytest.raises(ValidationError):
        add_leave(user=ben, from_at=now - timedelta(days=2), until_at=now - timedelta(days=1), by=ben, now=now)


def test_outside_opening_hours_the_head_of_the_department_gets_it(ben):
    shop = Department.objects.create(name="Shop")
    make_user("bea", department=shop)
    ada = make_user("ada", role="manager", department=shop)
    # Never open.
    save_hours(department=shop, week=[[]] * 7, follows_holidays=False, zone="", by=None, now=clock.now())
    save_assignment_rule(
        rule=None,
        name="Shop",
        condition={},
        method=AssignMethod.TURNS,
        or_else=OrElse.HEAD,
        department=shop,
        people={},
        within_hours=True,
        by=None,
        now=clock.now(),
    )

    lead = arrive(1)[0]

    assert lead.owner == ada
    assert LeadArrival.objects.get().assigned_by == AssignedBy.HEAD


def test_limits_of_the_day_are_remembered(ben, eva):
    takes(eva, most_a_day=3)
    rule(eva, or_else=OrElse.POOL)
    now = clock.now()

    given = [lead.owner for number in range(5) for lead in arrive(number, now=now)]

    assert given == [eva, eva, eva, None, None]
    assert Duty.objects.get(user=eva).given == 3
    assert arrive(9, now=now + timedelta(days=1))[0].owner == eva


def test_limit_of_open_leads_counts_what_is_open(ben, eva):
    takes(eva, most_open=2)
    rule(eva, or_else=OrElse.POOL)

    assert [lead.owner for lead in arrive(1, 2, 3)] == [eva, eva, None]
    Lead.objects.filter(owner=eva).update(status="lost", lost_at=clock.now())
    assert arrive(4)[0].owner == eva
    assert open_lead_counts([eva.pk, ben.pk], at_most=9) == {eva.pk: 1, ben.pk: 0}


def test_weights_go_on_from_batch_to_batch(ben, eva):
    weighed = save_assignment_rule(
        rule=None,
        name="x",
        condition={},
        method=AssignMethod.WEIGHTED,
        or_else=OrElse.NEXT,
        people={ben.pk: 3, eva.pk: 1},
        by=None,
        now=clock.now(),
    )

    owners = [arrive(number)[0].owner for number in range(8)]

    assert (owners.count(ben), owners.count(eva)) == (6, 2)
    assert AssignmentMember.objects.filter(rule=weighed, named=True).count() == 2


def test_customer_goes_back_to_whoever_had_them(ben, eva):
    rule(ben, eva, method=AssignMethod.PREVIOUS)
    first = lead_arrived([make_arrival(1, owner_id=eva.pk)], now=clock.now())[0]
    from contacts.models import Contact

    Contact.objects.filter(pk=first.contact_id).update(owner=None)

    assert arrive(1, key="again")[0].owner == eva


def test_rules_are_asked_in_their_order_and_only_those_in_force(ben, eva):
    one, two, three = rule(ben, name="one"), rule(eva, name="two"), rule(ben, name="three")
    order_assignment_rules(ids=[two.pk, one.pk], by=None, now=clock.now())
    assert [each.name for each in AssignmentRule.objects.order_by("position")] == ["two", "one", "three"]
    assert arrive(1)[0].owner == eva

    switch_assignment_rule(rule=two, active=False, by=None, now=clock.now())
    assert arrive(2)[0].owner == ben
    archive_assignment_rule(rule=one, by=None, now=clock.now())
    assert arrive(3)[0].owner == ben
    assert LeadArrival.objects.latest("id").rule == three


def test_rule_that_names_nobody_or_asks_nonsense_is_refused(ben):
    with pytest.raises(ValidationError):
        rule()
    with pytest.raises(ConditionInvalid):
        rule(ben, condition={"fact": "shoe_size", "op": "is", "value": "44"})
    assert not AssignmentRule.objects.exists()


@pytest.mark.parametrize("size", [1, 60])
def test_statements_do_not_grow_with_the_batch(ben, eva, django_assert_max_num_queries, size):
    takes(eva, most_open=10_000, most_a_day=10_000)
    rule(ben, eva, method=AssignMethod.LOAD, condition={"fact": "source", "op": "is_set"}, within_hours=True)
    rule(ben, eva, method=AssignMethod.WEIGHTED)
    lead_arrived([make_arrival(9999)], now=clock.now())

    with django_assert_max_num_queries(60):
        arrive(*range(size))


def test_and_cai_has_rules_of_their_own(ben, eva, acme, globex):
    with tenant_context(acme):
        rule(eva)
    lay_out_tenant()
    cai = make_user("cai", takes_leads=True)

    assert arrive(1)[0].owner == cai


@pytest.mark.parametrize("limit", ["most_a_day", "most_open"])
@pytest.mark.parametrize("by_rule", [True, False])
def test_limits_hold_under_captures_at_once(own_database, by_rule, limit):
    with tenant_context(Tenant.objects.get(schema_name="acme")):
        lay_out_tenant()
        eva = make_user("eva", takes_leads=not by_rule)
        takes(eva, **{limit: 5})
        if by_rule:
            rule(eva, or_else=OrElse.POOL)
    barrier = threading.Barrier(4)

    def capture(first: int) -> None:
        try:
            with tenant_context(Tenant.objects.get(schema_name="acme")):
                barrier.wait()
                for number in range(first, first + 4):
                    lead_arrived([make_arrival(number)], now=clock.now())
        finally:
            connection.close()

    threads = [threading.Thread(target=capture, args=(10 * at,)) for at in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with tenant_context(Tenant.objects.get(schema_name="acme")):
        assert Lead.objects.count() == 16
        assert Lead.objects.filter(owner=eva).count() == 5
