"""Score cards on the desk and by the API: what they tell, to whom, and as which file; and the rates behind them."""

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.models import AuditEntry, Department
from accounts.services import create_department
from analytics.models import CommissionRate
from analytics.services import set_commission_rate
from exchange.spreadsheets import opened_table
from leads.models import OpportunityStage
from leads.services.opportunities import Deal
from scrm.core import clock
from scrm.flows.arrival import lead_arrived
from scrm.flows.deals import deal_made
from tests.api.conftest import Caller
from tests.factories import make_contact, make_user
from tests.flows.arrivals import make_arrival
from tests.web.ops.conftest import Desk

REPORT = "/dealers/"
RATES = "/dealers/commission/"


@pytest.fixture
def east(ben):
    """Ben's department is a dealer, and won a deal; so did somebody of another one."""
    Department.objects.filter(pk=ben.department_id).update(is_dealer=True, name="East")
    west = create_department(name="West", is_dealer=True)
    dan = make_user("dan", department=west)
    now = clock.now()
    lead_arrived([make_arrival(1)], now=now)
    won = OpportunityStage.objects.get(name="Won")
    for owner, amount, currency in ((ben, "1000.00", "CNY"), (ben, "70.00", "EUR"), (dan, "333.33", "CNY")):
        deal = Deal(name="x", amount=Decimal(amount), currency=currency, owner_id=owner.pk)
        deal_made(make_contact("Lin", owner=owner), deal, stage=won, by=owner, now=now)
    set_commission_rate(
        department=ben.department, percent=Decimal("7.5"), from_on=now.date() - timedelta(days=3), by=None, now=now
    )
    return ben.department


@pytest.fixture
def bens_desk(tenant, ben) -> Desk:
    return Desk(tenant, ben)


def text(answer) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


def test_planner_compares_dealers_and_a_head_sees_their_own(acme, desk, adas_desk, east):
    whole, own = text(desk.get(REPORT)), text(adas_desk.get(REPORT))

    assert ("East" in whole, "West" in whole, "¥1,333.33" in whole) == (True, True, True)
    assert ("€70.00" in whole, "¥75.00" in whole, "€5.25" in whole) == (True, True, True)
    assert ("East" in own, "West" in own, "333.33" in own) == (True, False, False)
    people = text(adas_desk.get(REPORT, by="person"))
    assert ("Ben" in people, "Dan" in people) == (True, False)
    chart = adas_desk.get("/dealers/chart/", by="person", measure="amount").json()
    assert (chart["categories"], chart["series"][0]["data"]) == (["Ben"], [1000.0])


def test_representative_and_stranger_do_not_enter(bens_desk, cais_desk, east):
    assert bens_desk.get(REPORT)["Location"] == "/rep/"
    assert bens_desk.get("/dealers/export/")["Location"] == "/rep/"
    assert "East" not in text(cais_desk.get(REPORT))


def test_files_keep_currencies_apart(desk, east):
    table = desk.get("/dealers/export/", by="dealer", **{"as": "csv"})
    rows = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"))))
    with opened_table(io.BytesIO(desk.get("/dealers/export/", by="dealer", **{"as": "xlsx"}).content)) as opened:
        opened.seek(0)
        workbook = list(csv.DictReader(io.StringIO(opened.read().decode("utf-8-sig"))))

    found = {row["Name"]: row for row in rows}
    assert (found["East"]["Amount CNY"], found["East"]["Commission CNY"]) == ("1000.00", "75.00")
    assert (found["East"]["Amount EUR"], found["East"]["Commission EUR"]) == ("70.00", "5.25")
    assert (found["West"]["Amount CNY"], found["West"]["Commission CNY"]) == ("333.33", "")
    assert found["Total"]["Deals"] == "3"
    assert [row["Name"] for row in workbook] == [row["Name"] for row in rows]
    assert {row["Name"]: Decimal(row["Amount CNY"]) for row in workbook}["Total"] == Decimal("1333.33")


def test_what_can_not_be_is_left_out(desk, east):
    for query in (
        {"since": "2026-02-30"},
        {"since": "2099-01-01"},
        {"period": "all", "sort": "-nothing"},
        {"by": "planet", "department": "x"},
        {"by": "person", "department": "00000000-0000-0000-0000-000000000001"},
        {"sort": "-minutes"},
    ):
        assert desk.get(REPORT, **query).status_code == 200, query


def test_page_takes_as_many_statements_for_many_dealers(desk, east, django_assert_max_num_queries):
    desk.get(REPORT)
    counts = []
    for _again in range(2):
        with django_assert_max_num_queries(13) as asked:
            desk.get(REPORT)
        counts.append(len(asked))
        Department.objects.bulk_create([Department(name=f"D{index}", is_dealer=True) for index in range(3)])
    assert counts[0] == counts[1]


def test_rates_are_set_and_removed_by_those_who_rule(acme, desk, adas_desk, east):
    boss = Desk(acme, make_user("pat", role="principal"))
    body = {"department": east.pk, "percent": "5.25", "from_on": "2026-01-01"}

    for other in (desk, adas_desk):
        assert other.get(RATES).status_code == 403
        assert other.post(RATES, body).status_code == 403
    assert CommissionRate.objects.count() == 1
    assert boss.post(RATES, body).status_code == 302
    assert boss.post(RATES, body | {"percent": "101"}).status_code == 422
    assert boss.post(RATES, body | {"from_on": "1812-01-01"}).status_code == 422
    page = text(boss.get(RATES))
    assert ("5.25 %" in page, "In force" in page, "Over" in page) == (True, True, True)
    rate = CommissionRate.objects.get(from_on="2026-01-01")
    assert boss.post(reverse("ops:commission_remove", args=[rate.pk])).status_code == 302
    assert boss.post(reverse("ops:commission_remove", args=[rate.pk])).status_code == 404
    verbs = AuditEntry.objects.filter(actor=boss.user, action__startswith="commission")
    assert list(verbs.order_by("pk").values_list("action", flat=True)) == ["commission.set", "commission.removed"]


def test_api_tells_the_same_within_reach(acme, ada, ben, olga, east):
    caller, head = Caller(acme, user=olga), Caller(acme, user=ada)

    cards = caller.get("analytics/score-cards", by="dealer").json()
    own = head.get("analytics/score-cards").json()

    assert [card["name"] for card in cards["cards"]] == ["East", "West"]
    assert cards["cards"][0]["now"]["money"] == [
        {"currency": "CNY", "deals": 1, "amount": "1000.00", "commission": "75.00"},
        {"currency": "EUR", "deals": 1, "amount": "70.00", "commission": "5.25"},
    ]
    assert [card["name"] for card in own["cards"]] == ["East"]
    assert (
        caller.get("analytics/score-cards", by="person", department=str(east.pk)).json()["total"]["now"]["deals"] == 2
    )
    west = Department.objects.get(name="West")
    assert head.get("analytics/score-cards", by="person", department=str(west.pk)).status_code == 400
    assert caller.get("analytics/score-cards", since="2026-02-01", until="2026-01-01").status_code == 400
    assert Caller(acme, user=ben).get("analytics/score-cards").status_code == 403


def test_representative_sees_their_numbers_on_the_phone(bens_desk, east):
    page = text(bens_desk.get(reverse("rep:me")))

    assert ("¥1,000.00" in page, "333.33" in page) == (True, False)
