"""Assignment rules and availability on the desk: who may, what is saved, what a preview says."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone
from django_tenants.utils import tenant_context

from accounts.models import Department, Duty, Leave, OpeningHours
from leads.models import AssignmentMember, AssignmentRule, Lead
from leads.services import save_assignment_rule
from scrm.core import clock
from scrm.flows.arrival import lead_arrived
from scrm.flows.starter import lay_out_tenant
from tests.factories import make_user
from tests.flows.arrivals import make_arrival
from tests.web.rep_people import client_of


@pytest.fixture
def ops(acme):
    lay_out_tenant()
    return make_user("ops", role="ops")


@pytest.fixture
def ben(ops):
    return make_user("ben", takes_leads=True)


def saved(name: str, *people, condition=None, **fields) -> AssignmentRule:
    said = {"method": "turns", "or_else": "next", "people": {user.pk: 1 for user in people}, **fields}
    return save_assignment_rule(rule=None, name=name, condition=condition or {}, by=None, now=clock.now(), **said)


def posted(*people, city="", **fields):
    rows = {"rule-scope": "event", "rule-about": "arrival", "rule-rows": "0", "rule-match": "all"}
    if city:
        row = {"fact": "city", "was": "city", "op": "is", "value": city}
        rows |= {"rule-rows": "1", **{f"rule-0-{name}": value for name, value in row.items()}}
    return {
        "name": "Rule",
        "method": "turns",
        "or_else": "next",
        "person": [user.pk for user in people],
        **rows,
        **fields,
    }


def test_rule_is_written_with_its_condition_and_people(ops, ben):
    answer = client_of(ops).post(
        reverse("ops:assignment_create"),
        posted(ben, city="Xiamen", method="weighted", **{f"weight-{ben.pk}": "3"}),
    )

    rule = AssignmentRule.objects.get()
    assert (answer.status_code, rule.name, rule.method) == (302, "Rule", "weighted")
    assert rule.condition == {"all": [{"fact": "city", "op": "is", "value": "Xiamen"}]}
    assert AssignmentMember.objects.get().weight == 3
    text = client_of(ops).get(reverse("ops:assignment_list")).content.decode()
    assert "Xiamen" in text
    assert "Ben × 3" in text


def test_rule_without_anybody_says_so_and_is_not_saved(ops):
    answer = client_of(ops).post(reverse("ops:assignment_create"), posted())

    assert answer.status_code == 422
    assert "Name somebody, or a department." in answer.content.decode()
    assert not AssignmentRule.objects.exists()


def test_rule_that_is_edited_shows_what_it_says(ops, ben):
    rule = saved("Old", ben, condition={"fact": "city", "op": "is", "value": "Xiamen"})
    url = reverse("ops:assignment_edit", args=[rule.pk])

    text = client_of(ops).get(url).content.decode()
    client_of(ops).post(url, posted(ben, name="New"))

    assert 'value="Xiamen"' in text
    rule.refresh_from_db()
    assert (rule.name, rule.condition) == ("New", {})


def test_builder_offers_what_is_known_of_a_lead_that_comes_in(ops):
    data = posted() | {"rule-add": "1"}

    text = client_of(ops).post(reverse("ops:rule_builder"), data).content.decode()

    assert 'value="region"' in text
    assert 'value="tags"' not in text
    assert 'name="rule-about" value="arrival"' in text


def test_rules_are_moved_by_button_and_by_dragging(ops, ben):
    one, two = saved("One", ben), saved("Two", ben)
    url, client = reverse("ops:assignment_order"), client_of(ops)

    client.post(url, {"rule": [one.pk, two.pk], "up": two.pk})
    assert [rule.name for rule in AssignmentRule.objects.all()] == ["Two", "One"]
    client.post(url, {"rule": [one.pk, two.pk]})
    assert [rule.name for rule in AssignmentRule.objects.all()] == ["One", "Two"]


def test_rule_is_switched_archived_and_brought_back(ops, ben):
    rule, client = saved("One", ben), client_of(ops)

    client.post(reverse("ops:assignment_switch", args=[rule.pk]))
    assert not AssignmentRule.objects.get().active
    client.post(reverse("ops:assignment_archive", args=[rule.pk]))
    assert "One" not in client.get(reverse("ops:assignment_list")).content.decode().split("toast")[0]
    client.post(reverse("ops:assignment_archive", args=[rule.pk]))
    assert AssignmentRule.objects.get().archived_at is None


def test_typed_lead_shows_who_would_get_it_and_why(ops, ben):
    eva = make_user("eva")
    saved("Xiamen only", eva, condition={"fact": "region", "op": "has", "value": "xiamen"})
    saved("Rest", ben)

    here = client_of(ops).post(reverse("ops:assignment_try"), {"city": "Xiamen"}).content.decode()
    there = client_of(ops).post(reverse("ops:assignment_try"), {"city": "Berlin"}).content.decode()

    assert "Eva" in here
    assert "Ben" in there
    assert "Does not fit" in there
    assert not Lead.objects.exists()


def test_phone_that_is_none_says_what_to_write(ops, ben):
    answer = client_of(ops).post(reverse("ops:assignment_try"), {"phone": "12"})

    assert answer.status_code == 422
    assert "This is not a phone number." in answer.content.decode()


def test_lead_that_is_there_shows_who_would_get_it_now(ops, ben):
    [outcome] = lead_arrived([make_arrival(1, city="Xiamen")], now=clock.now())
    eva = make_user("eva")
    saved("Xiamen", eva, condition={"fact": "city", "op": "is", "value": "Xiamen"})

    text = client_of(ops).post(reverse("ops:assignment_try"), {"lead": outcome.lead_id}).content.decode()

    assert "Eva" in text
    assert client_of(ops).post(reverse("ops:assignment_try"), {"lead": uuid4()}).status_code == 404


def test_last_leads_show_what_the_rule_on_the_form_would_do(ops, ben):
    lead_arrived(
        [make_arrival(number, city="Xiamen" if number < 2 else "Berlin") for number in range(5)], now=clock.now()
    )
    eva = make_user("eva")
    before = list(Lead.objects.order_by("pk").values())

    client = client_of(ops)
    plain = client.post(reverse("ops:assignment_spread")).context["spread"]
    edited = client.post(reverse("ops:assignment_spread"), posted(eva, city="Xiamen")).context["spread"]

    assert plain.people == [("Ben", 5)]
    assert sorted(edited.people) == [("Ben", 3), ("Eva", 2)]
    assert list(Lead.objects.order_by("pk").values()) == before
    assert not AssignmentRule.objects.exists()


def test_those_who_only_look_change_nothing(ops, ben):
    rule, ada = saved("One", ben), make_user("ada", role="manager")

    assert client_of(ada).get(reverse("ops:assignment_list")).status_code == 200
    for name in ("switch", "archive"):
        assert client_of(ada).post(reverse(f"ops:assignment_{name}", args=[rule.pk])).status_code == 403
    assert client_of(ada).post(reverse("ops:assignment_create"), posted(ben)).status_code == 403
    assert list(AssignmentRule.objects.values_list("active", "archived_at")) == [(True, None)]


def test_and_cai_sees_no_rule_of_it(ops, ben, acme, globex):
    with tenant_context(acme):
        rule = saved("Secret rule", ben)
    lay_out_tenant()
    cai = make_user("cai", role="ops")
    client = client_of(cai, "globex")

    assert "Secret rule" not in client.get(reverse("ops:assignment_list")).content.decode()
    assert client.get(reverse("ops:assignment_edit", args=[rule.pk])).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_the_same_for_any_length(ops, ben, django_assert_max_num_queries, rows):
    for number in range(rows):
        saved(f"Rule {number}", ben)
    client = client_of(ops)
    client.get(reverse("ops:assignment_list"))

    with django_assert_max_num_queries(10):
        client.get(reverse("ops:assignment_list"))


def test_manager_says_what_their_people_take_on(acme):
    shop = Department.objects.create(name="Shop")
    ada, bea = make_user("ada", role="manager", department=shop), make_user("bea", department=shop)
    stranger = make_user("dan")
    url = reverse("ops:availability_person", args=[bea.pk])

    said = {"about": "duty", "takes_leads": "on", "skills": "suv， sedan ,", "regions": "广东", "most_a_day": "5"}
    assert client_of(ada).post(url, said).status_code == 302

    duty = Duty.objects.get()
    assert (duty.user, duty.skills, duty.regions, duty.most_open, duty.most_a_day) == (
        bea,
        ["suv", "sedan"],
        ["广东"],
        None,
        5,
    )
    assert client_of(ada).get(reverse("ops:availability_person", args=[stranger.pk])).status_code == 404
    assert client_of(ada).post(url, {"about": "duty", "most_open": "0"}).status_code == 422


def test_leave_is_added_and_ended(ops, ben):
    now = timezone.localtime(clock.now(), timezone=timezone.get_default_timezone())
    client, url = client_of(ops), reverse("ops:availability_person", args=[ben.pk])
    until = (now + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")

    client.post(url, {"about": "leave", "from_at": now.strftime("%Y-%m-%dT%H:%M"), "until_at": until})
    leave = Leave.objects.get()
    assert leave.user == ben
    client.post(reverse("ops:availability_leave_end", args=[leave.pk]))

    assert not Leave.objects.filter(until_at__gt=clock.now()).exists()
    past = {"about": "leave", "from_at": "2020-01-01T00:00", "until_at": "2020-01-02T00:00"}
    assert client.post(url, past).status_code == 422


def test_hours_are_typed_kept_and_removed(ops):
    client, url = client_of(ops), reverse("ops:availability_hours")

    week = {"day-0": "09:00-12:00, 13:00-18:00", "day-1": "9:00 – 18:00", "follows_holidays": "on"}
    assert client.post(url, week).status_code == 302

    assert OpeningHours.objects.get().week[:3] == [[["09:00", "12:00"], ["13:00", "18:00"]], [["9:00", "18:00"]], []]
    assert client.post(url, {"day-0": "18:00-09:00"}).status_code == 422
    assert client.post(url, {"day-0": "noon"}).status_code == 422
    text = client.get(reverse("ops:availability")).content.decode()
    assert "09:00–12:00" in text
    client.post(url, {"drop": "1"})
    assert not OpeningHours.objects.exists()
