"""Home, sources, forms, search and settings in the dashboard."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from accounts.enums import Role
from exchange.keys import api_key_by_token
from exchange.models import ApiKey
from leads.models import Source, SourceCost
from scrm.core import clock
from scrm.flows.arrival import lead_arrived
from tests.factories import make_user
from tests.flows.arrivals import make_arrival
from tests.web.ops.conftest import Desk


@pytest.fixture
def source(desk) -> Source:
    desk.post("/sources/new/", {"name": "Fair", "kind": "event", "parent": ""})
    return Source.objects.get()


def arrive(*numbers: int, **said) -> None:
    lead_arrived([make_arrival(number, **said) for number in numbers], now=clock.now())


# --- home -------------------------------------------------------------------------------------


def test_home_counts_leads_of_today_and_the_week_and_who_needs_an_owner(desk):
    arrive(1, 2)
    arrive(3, captured_at=clock.now() - timedelta(days=3))
    arrive(4, captured_at=clock.now() - timedelta(days=9))

    answer = desk.get("/")

    leads = answer.context["leads"]
    assert (leads["today"], leads["week"], leads["week_before"], leads["open"]) == (2, 3, 1, 4)
    assert "4 open leads have no owner" in answer.content.decode()


def test_home_counts_only_what_the_manager_sees(adas_desk, ben):
    arrive(1, owner_id=ben.pk)
    arrive(2, owner_id=make_user("eve").pk)

    assert adas_desk.get("/").context["leads"]["today"] == 1
    assert adas_desk.get("/home/leads-per-day").json()["series"][0]["data"][-1] == 1


def test_home_costs_the_same_for_one_lead_and_for_three(desk, django_assert_num_queries):
    arrive(1)
    desk.get("/")
    with django_assert_num_queries(12):
        desk.get("/")
    arrive(2, 3)
    with django_assert_num_queries(12):
        desk.get("/")


# --- sources -----------------------------------------------------------------------------------


def test_source_name_stands_once_whatever_its_case(desk, source):
    answer = desk.post("/sources/new/", {"name": " fair ", "kind": "paid"})

    assert answer.status_code == 422
    assert "There is a source with this name already." in answer.content.decode()
    assert Source.objects.count() == 1


def test_source_is_no_part_of_its_own_part(desk, source):
    desk.post("/sources/new/", {"name": "Booth", "kind": "event", "parent": str(source.pk)})
    booth = Source.objects.get(name="Booth")

    answer = desk.post(f"/sources/{source.pk}/", {"name": "Fair", "kind": "event", "parent": str(booth.pk)})

    source.refresh_from_db()
    assert answer.status_code == 422
    assert source.parent is None


def test_source_cost_said_again_replaces_the_day(desk, source):
    for amount in ("10.50", "12"):
        desk.post(f"/sources/{source.pk}/cost/", {"first": "2026-11-01", "amount": amount})
    refused = desk.post(f"/sources/{source.pk}/cost/", {"first": "2026-11-02", "amount": "-1"})

    cost = SourceCost.objects.get()
    assert refused.status_code == 422
    assert (cost.on, cost.amount, cost.currency) == (date(2026, 11, 1), Decimal(12), "CNY")
    desk.post(f"/sources/{source.pk}/cost/remove/", {"on": "2026-11-01"})
    assert not SourceCost.objects.exists()


def test_sources_tell_costs_only_to_who_sees_all_leads(desk, adas_desk, source, ben):
    desk.post(f"/sources/{source.pk}/cost/", {"first": clock.now().date().isoformat(), "amount": "77"})
    arrive(1, source="Fair", owner_id=ben.pk)

    assert "¥77.00" in desk.get("/sources/").content.decode()
    assert "¥77.00" not in adas_desk.get("/sources/").content.decode()


def test_managers_see_sources_but_do_not_change_them(adas_desk, source):
    refused = adas_desk.post(f"/sources/{source.pk}/cost/", {"first": "2026-11-01", "amount": "1"})

    assert adas_desk.get(f"/sources/{source.pk}/").status_code == 200
    assert refused.status_code == 403
    assert not SourceCost.objects.exists()


# --- search --------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", ["Person 7", "0007", "13800000007", "person7@example.com"])
def test_search_finds_people_and_their_leads(desk, asked):
    arrive(7, 8)

    answer = desk.post("/search/", {"q": asked})

    assert [hit.contact.name for hit in answer.context["found"].contacts] == ["Person 7"]
    assert [lead.contact.name for lead in answer.context["found"].leads] == ["Person 7"]


def test_search_drops_down_as_a_part_and_finds_nothing_of_others(adas_desk, cais_desk):
    arrive(7, owner_id=make_user("eve").pk)

    for desk in (adas_desk, cais_desk):
        page = desk.get("/search/", htmx=True, q="Person 7").content.decode()
        assert "Nobody matches" in page
        assert "<html" not in page


# --- settings ------------------------------------------------------------------------------------


def test_api_key_is_shown_once_and_revoked(tenant):
    desk = Desk(tenant, make_user("root", Role.ADMIN))

    shown = desk.post("/settings/keys/", {"name": "Shop", "scopes": ["leads:write"]})
    token = shown.context["token"]
    key = ApiKey.objects.get()

    assert token in shown.content.decode()
    assert shown["Cache-Control"] == "no-store"
    assert token not in desk.get("/settings/keys/").content.decode()
    assert api_key_by_token(token, now=clock.now()) == key
    desk.post(f"/settings/keys/{key.pk}/revoke/")
    assert api_key_by_token(token, now=clock.now()) is None


def test_api_key_needs_a_scope(tenant):
    answer = Desk(tenant, make_user("root", Role.ADMIN)).post("/settings/keys/", {"name": "Shop"})

    assert answer.status_code == 422
    assert not ApiKey.objects.exists()


def test_language_is_remembered(desk):
    answer = desk.post("/settings/", {"language": "zh-hans"})

    desk.user.refresh_from_db()
    assert desk.user.language == "zh-hans"
    assert answer.cookies["django_language"].value == "zh-hans"


def test_users_are_listed_for_administrators(tenant, ben):
    assert "Ben" in Desk(tenant, make_user("root", Role.ADMIN)).get("/settings/users/").content.decode()
