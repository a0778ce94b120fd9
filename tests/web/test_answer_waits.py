"""Waiting for a customer: at the dashboard, on the phone and by the API; seen with its reason, and by whom."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.formats import date_format
from django_tenants.utils import tenant_context

from exchange.enums import ApiScope
from leads.enums import PauseEnd, PauseReason
from leads.models import Lead, ResponseClock, ResponsePause
from leads.services import save_response_rule
from scrm.core import clock
from scrm.flows.arrival import lead_arrived
from scrm.flows.response_pauses import response_paused, response_resumed
from scrm.flows.starter import lay_out_tenant
from scrm.web.answer_wait import morning_of
from tenants.selectors import tenant_zone
from tests.api.conftest import Caller, make_caller
from tests.factories import make_user
from tests.flows.arrivals import make_arrival
from tests.web.rep_people import client_of, make_team


@pytest.fixture
def team(acme):
    lay_out_tenant()
    return make_team()


@pytest.fixture
def lead(team):
    save_response_rule(rule=None, source=None, minutes=30, within_hours=False, by=None, now=clock.now())
    [outcome] = lead_arrived([make_arrival(owner_id=team[1].pk)], now=clock.now())
    return Lead.objects.get(pk=outcome.lead_id)


def in_days(days: int):
    return clock.now().astimezone(tenant_zone()).date() + timedelta(days=days)


def told(answer) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def test_manager_pauses_and_the_page_says_until_when_and_why(team, lead):
    client, page = client_of(team[0]), reverse("ops:lead_detail", args=[lead.pk])
    assert "First answer" in client.get(page).content.decode()

    answer = client.post(reverse("ops:lead_pause", args=[lead.pk]), {"reason": "asked", "days": "3"}, follow=True)

    waits = ResponseClock.objects.get()
    assert waits.next_at == morning_of(in_days(3))
    text = answer.content.decode()
    assert "They asked to wait" in text
    assert "Run on now" in text

    client.post(reverse("ops:lead_resume", args=[lead.pk]))
    text = client.get(page).content.decode()
    assert "Run on now" not in text
    assert str(PauseEnd.HAND.label) in text


def test_rep_pauses_with_a_tap_and_chooses_another_day(team, lead):
    client = client_of(team[1])
    assert "First answer" in client.get(reverse("rep:customer", args=[lead.contact_id])).content.decode()

    client.post(reverse("rep:lead_pause", args=[lead.pk]), {"reason": "customer", "days": "1"})
    day = in_days(10)
    answer = client.post(
        reverse("rep:lead_pause", args=[lead.pk]), {"reason": "asked", "until": day.isoformat()}, follow=True
    )

    assert ResponseClock.objects.get().next_at == morning_of(day)
    assert "They asked to wait" in answer.content.decode()
    client.post(reverse("rep:lead_resume", args=[lead.pk]))
    assert ResponseClock.objects.get().paused_at is None


@pytest.mark.parametrize("door", ["ops:contact_timeline", "rep:customer_story"])
def test_timeline_tells_of_a_pause_and_of_what_ended_it(team, lead, door):
    ada, ben = team
    address, reader = reverse(door, args=[lead.contact_id]), client_of(ada if door.startswith("ops") else ben)
    response_paused(lead, reason=PauseReason.ASKED, until=morning_of(in_days(3)), by=ben, now=clock.now())
    told_now = reader.get(address, {"kind": "pause"}).content.decode()
    assert f"Time to answer paused until {date_format(in_days(3), 'SHORT_DATE_FORMAT')}" in told_now
    assert "They asked to wait · Ben" in told_now
    assert "Runs on since" not in told_now

    response_resumed(lead, by=ada, now=clock.now())

    assert "Ended by hand" in reader.get(address, {"kind": "pause", "q": "ben"}).content.decode()
    assert "Ended by hand" not in reader.get(address, {"kind": "pause", "q": "eva"}).content.decode()
    # The customer stays Ben's; whose lead it is may read of its pauses.
    Lead.objects.filter(pk=lead.pk).update(owner=make_user("dan"))
    assert "Ended by hand" not in reader.get(address, {"kind": "pause"}).content.decode()


@pytest.mark.parametrize("said", [{}, {"reason": "asked"}, {"reason": "x", "days": "1"}])
@pytest.mark.parametrize("day", [None, 0, 91])
def test_a_day_and_a_reason_are_asked_for(team, lead, said, day):
    posted = said if day is None else {**said, "days": "", "until": in_days(day).isoformat()}
    if posted.get("reason") == "x":
        posted.pop("until", None)

    answer = client_of(team[1]).post(reverse("rep:lead_pause", args=[lead.pk]), posted, follow=True)

    assert told(answer)
    assert not ResponsePause.objects.exists()


def test_colleague_finds_no_such_lead(team, lead):
    eva = client_of(make_user("eva"))

    for name in ("rep:lead_pause", "rep:lead_resume"):
        assert eva.post(reverse(name, args=[lead.pk]), {"reason": "asked", "days": "1"}).status_code == 404
    assert not ResponsePause.objects.exists()


def test_and_cai_finds_no_such_lead(team, lead, globex):
    with tenant_context(globex):
        cai = client_of(make_user("cai", "principal"), "globex")

    for name in ("ops:lead_pause", "rep:lead_pause", "ops:lead_resume"):
        assert cai.post(reverse(name, args=[lead.pk]), {"reason": "asked", "days": "1"}).status_code == 404
    assert not ResponsePause.objects.exists()


def test_lead_without_a_time_to_answer_says_nothing_of_it(team):
    [outcome] = lead_arrived([make_arrival(owner_id=team[1].pk)], now=clock.now())

    text = client_of(team[0]).get(reverse("ops:lead_detail", args=[outcome.lead_id])).content.decode()

    assert "First answer" not in text


def test_system_reads_pauses_and_runs_on(acme, team, lead):
    system = make_caller(acme, ApiScope.LEADS_READ, ApiScope.LEADS_WRITE)
    until = (clock.now() + timedelta(days=2)).isoformat()

    paused = system.post(f"leads/{lead.pk}/answer/pause", {"reason": "customer", "until": until})
    read = system.get(f"leads/{lead.pk}/answer").json()
    resumed = system.post(f"leads/{lead.pk}/answer/resume", {})

    assert paused.status_code == resumed.status_code == 200
    [pause] = read["pauses"]
    assert (pause["reason"], pause["ended_at"], read["minutes"]) == ("customer", None, 30)
    assert (resumed.json()["paused_at"], resumed.json()["pauses"][0]["ended_as"]) == (None, "hand")


def test_system_is_refused_what_makes_no_sense(acme, team, lead):
    system = make_caller(acme, ApiScope.LEADS_READ, ApiScope.LEADS_WRITE)
    [bare] = lead_arrived([make_arrival(2)], now=clock.now(), start_sops=False)
    past = {"reason": "asked", "until": clock.now().isoformat()}

    assert system.post(f"leads/{lead.pk}/answer/pause", past).json()["errors"][0]["code"] == "out_of_range"
    assert system.post(f"leads/{lead.pk}/answer/pause", {**past, "until": "2999-01-01T00:00:00Z"}).status_code == 422
    assert system.get(f"leads/{bare.lead_id}/answer").status_code == 404
    assert Caller(acme, user=make_user("eva")).get(f"leads/{lead.pk}/answer").status_code == 404
    system.patch(f"leads/{lead.pk}", {"status": "working"})
    soon = (clock.now() + timedelta(days=1)).isoformat()
    assert system.post(f"leads/{lead.pk}/answer/pause", {"reason": "asked", "until": soon}).status_code == 409
    assert not ResponsePause.objects.exists()


def test_alert_of_whoever_came_back_names_them(team, lead):
    now = clock.now()
    response_paused(lead, reason=PauseReason.ASKED, until=now + timedelta(days=1), by=None, now=now)
    lead_arrived([make_arrival(1, key="lead:again")], now=now + timedelta(minutes=5))

    text = client_of(team[1]).get(reverse("rep:alert_list")).content.decode()

    assert "They are back: Person 1" in text
