"""Times to answer on the desk, and being away on the phone."""

import pytest
from django.urls import reverse

from accounts.models import Leave
from leads.models import ResponseRule
from leads.services import save_response_rule
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


def posted(**fields):
    return {"minutes": "30", "within_hours": "on", "remind_before": "10", "taken_to": "rules", **fields}


def test_time_to_answer_is_written_changed_and_switched(ops):
    client = client_of(ops)

    client.post(reverse("ops:assignment_response_create"), posted())
    rule = ResponseRule.objects.get()
    assert (rule.source, rule.minutes, rule.remind_before, rule.escalate_after) == (None, 30, 10, None)
    client.post(reverse("ops:assignment_response_edit", args=[rule.pk]), posted(minutes="5", escalate_after="0"))
    client.post(reverse("ops:assignment_response_switch", args=[rule.pk]))

    rule.refresh_from_db()
    assert (rule.minutes, rule.escalate_after, rule.active) == (5, 0, False)


def test_second_one_for_the_same_leads_is_refused(ops):
    client = client_of(ops)
    client.post(reverse("ops:assignment_response_create"), posted())

    assert client.post(reverse("ops:assignment_response_create"), posted()).status_code == 422
    assert client.post(reverse("ops:assignment_response_create"), posted(minutes="0")).status_code == 422
    assert ResponseRule.objects.count() == 1


def test_list_shows_times_and_how_they_are_kept(ops, django_assert_max_num_queries):
    make_user("ben", takes_leads=True)
    save_response_rule(rule=None, source=None, minutes=30, remind_before=10, by=None, now=clock.now())
    lead_arrived([make_arrival(number) for number in range(3)], now=clock.now())
    client = client_of(ops)
    client.get(reverse("ops:assignment_responses"))

    with django_assert_max_num_queries(10):
        text = client.get(reverse("ops:assignment_responses")).content.decode()

    assert "All other sources" in text
    assert "10 min before" in text
    assert "Expo" in text


def test_manager_looks_and_changes_nothing(ops):
    ada = make_user("ada", role="manager")

    assert client_of(ada).get(reverse("ops:assignment_responses")).status_code == 200
    assert client_of(ada).post(reverse("ops:assignment_response_create"), posted()).status_code == 403
    assert not ResponseRule.objects.exists()


def test_representative_goes_away_and_comes_back_on_the_phone(ops):
    ben = make_user("ben", takes_leads=True)
    client = client_of(ben)

    client.post(reverse("rep:away"), {"until": "hour"})
    assert "I am back" in client.get(reverse("rep:me")).content.decode()
    [outcome] = lead_arrived([make_arrival(1)], now=clock.now())
    assert Leave.objects.get().user == ben
    client.post(reverse("rep:away"))

    assert "Until morning" in client.get(reverse("rep:me")).content.decode()
    lead_arrived([make_arrival(2)], now=clock.now())
    assert list(ben.leads.values_list("dedupe_key", flat=True)) == ["lead:2"]


def test_away_without_a_time_is_refused(ops):
    client_of(make_user("ben")).post(reverse("rep:away"), {"until": "whenever"})

    assert not Leave.objects.exists()
