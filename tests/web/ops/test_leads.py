"""Leads in the dashboard."""

from datetime import UTC, datetime

import pytest

from accounts.models import AuditEntry
from leads.enums import LeadStatus
from leads.models import Interaction, Lead
from scrm.core import clock
from scrm.flows.arrival import lead_arrived
from tests.factories import make_user
from tests.flows.arrivals import make_arrival

BY_HAND = {"once": "abc", "name": "Lin Wei", "phone": "138 1234 5678", "source": "", "owner": ""}


def arrive(*numbers: int, **said) -> list[Lead]:
    outcomes = lead_arrived([make_arrival(number, **said) for number in numbers], now=clock.now())
    return [Lead.objects.get(pk=outcome.lead_id) for outcome in outcomes]


def test_list_shows_what_was_captured_last_first(desk):
    arrive(1, captured_at=datetime(2026, 1, 2, tzinfo=UTC))
    arrive(2, captured_at=datetime(2026, 1, 1, tzinfo=UTC))

    names = [lead.contact.name for lead in desk.get("/leads/").context["page"]]

    assert names == ["Person 1", "Person 2"]


def test_list_begins_with_what_to_do_when_there_is_nothing(desk):
    page = desk.get("/leads/").content.decode()

    assert "No leads yet" in page
    assert page.count(">New lead</a>") == 1


@pytest.mark.parametrize("asked", ["Person 7", "13800000007", "+86 138 0000 0007", "0007", "person7@example.com"])
def test_list_finds_by_name_phone_last_four_and_mail(desk, asked):
    arrive(7, 8)

    page = desk.get("/leads/", q=asked).content.decode()

    assert "Person 7" in page
    assert "Person 8" not in page


def test_list_narrows_by_owner_and_status_and_tells_so(desk, ben):
    mine = make_user("eve")
    arrive(1, owner_id=ben.pk)
    arrive(2, owner_id=mine.pk)

    answer = desk.get("/leads/", owner=str(ben.pk), status="open")

    page = answer.content.decode()
    assert "Person 1" in page
    assert "Person 2" not in page
    assert [chip["label"] for chip in answer.context["filters"].chips] == ["Status", "Owner"]


def test_list_leaves_out_filters_that_cannot_be(desk):
    arrive(1)

    answer = desk.get("/leads/", owner="nobody at all", status="x", sort="password", page="many", q="\0")

    assert answer.status_code == 200
    assert "Person 1" in answer.content.decode()


def test_list_sorts_by_name_both_ways(desk):
    arrive(1, 2, 3)

    names = [lead.contact.name for lead in desk.get("/leads/", sort="-name").context["page"]]

    assert names == ["Person 3", "Person 2", "Person 1"]


def test_list_gives_htmx_the_list_alone(desk):
    arrive(1)

    page = desk.get("/leads/", htmx=True).content.decode()

    assert "Person 1" in page
    assert "<html" not in page


def test_list_shows_a_manager_only_the_department(adas_desk, ben):
    arrive(1, owner_id=ben.pk)
    arrive(2, owner_id=make_user("eve").pk)

    page = adas_desk.get("/leads/").content.decode()

    assert "Person 1" in page
    assert "Person 2" not in page


def test_list_costs_the_same_for_one_lead_and_for_three(desk, django_assert_num_queries):
    arrive(1)
    desk.get("/leads/")
    with django_assert_num_queries(12):
        desk.get("/leads/")
    arrive(2, 3)
    with django_assert_num_queries(12):
        desk.get("/leads/")


def test_detail_is_not_found_for_who_may_not_see_it(adas_desk, cais_desk):
    [lead] = arrive(1, owner_id=make_user("eve").pk)

    assert adas_desk.get(f"/leads/{lead.pk}/").status_code == 404
    assert cais_desk.get(f"/leads/{lead.pk}/").status_code == 404


def test_detail_masks_the_phone(desk):
    [lead] = arrive(1)

    page = desk.get(f"/leads/{lead.pk}/").content.decode()

    assert "138****0001" in page
    assert "13800000001" not in page


def test_create_keeps_a_lead_once_however_often_it_is_sent(desk, ben):
    first = desk.post("/leads/new/", BY_HAND)
    again = desk.post("/leads/new/", BY_HAND)

    lead = Lead.objects.get()
    assert first["Location"] == again["Location"] == f"/leads/{lead.pk}/"
    assert (lead.came_by, lead.owner, lead.contact.name) == ("hand", ben, "Lin Wei")


def test_create_leads_back_to_the_list_when_another_team_gets_it(adas_desk):
    make_user("eve", takes_leads=True)

    answer = adas_desk.post("/leads/new/", BY_HAND)

    assert answer["Location"] == "/leads/"
    assert Lead.objects.get().owner.username == "eve"


@pytest.mark.parametrize(
    ("change", "told"),
    [({"phone": "12"}, "not a phone number"), ({"phone": ""}, "Give a phone or an e-mail"), ({"name": ""}, "required")],
)
def test_create_says_what_is_wrong_and_keeps_nothing(desk, change, told):
    answer = desk.post("/leads/new/", {**BY_HAND, **change})

    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not Lead.objects.exists()


def test_log_keeps_what_was_said_and_the_lead_is_in_contact(desk, ben):
    [lead] = arrive(1, owner_id=ben.pk)

    desk.post(f"/leads/{lead.pk}/log/", {"kind": "call", "text": "Wants a drive", "effective": "on"})

    lead.refresh_from_db()
    said = Interaction.objects.get()
    assert (said.text, said.effective, said.lead, said.by) == ("Wants a drive", True, lead, desk.user)
    assert lead.status == LeadStatus.WORKING


def test_win_lose_rate_and_hand_over(desk, ben):
    won, lost = arrive(1, 2)

    desk.post(f"/leads/{won.pk}/win/")
    desk.post(f"/leads/{lost.pk}/lose/", {"reason": ""})
    desk.post(f"/leads/{lost.pk}/lose/", {"reason": "Price"})
    desk.post(f"/leads/{lost.pk}/rate/", {"rating": "A"})
    desk.post(f"/leads/{lost.pk}/assign/", {"owner": str(ben.pk)})

    won.refresh_from_db()
    lost.refresh_from_db()
    assert won.status == LeadStatus.WON
    assert (lost.status, lost.lost_reason, lost.rating) == (LeadStatus.LOST, "Price", "A")
    assert lost.owner == ben


def test_bulk_hands_over_only_what_the_manager_sees(adas_desk, ada, ben):
    seen, hidden = arrive(1, owner_id=ben.pk)[0], arrive(2, owner_id=make_user("eve").pk)[0]

    answer = adas_desk.post(
        "/leads/act/",
        {"ids": [str(seen.pk), str(hidden.pk), "x"], "action": "assign", "owner": str(ada.pk), "query": "status=open"},
    )

    seen.refresh_from_db()
    hidden.refresh_from_db()
    assert answer["Location"] == "/leads/?status=open"
    assert seen.owner == ada
    assert hidden.owner.username == "eve"


def test_bulk_refuses_an_owner_that_the_manager_does_not_see(adas_desk, ben):
    [lead] = arrive(1, owner_id=ben.pk)

    adas_desk.post("/leads/act/", {"ids": [str(lead.pk)], "action": "assign", "owner": str(make_user("eve").pk)})

    lead.refresh_from_db()
    assert lead.owner == ben
    assert not AuditEntry.objects.filter(action="lead.reassigned").exists()
