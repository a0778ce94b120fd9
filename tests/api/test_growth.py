"""Costs, reviews and campaigns by the API."""

from decimal import Decimal

import pytest
from django_tenants.utils import tenant_context

from accounts.enums import Role
from campaigns.models import Campaign
from leads.models import Review, Source, SourceCost
from scrm.core import clock
from tests.api.conftest import Caller, make_caller
from tests.factories import make_user


@pytest.fixture
def fair(acme) -> Source:
    return Source.objects.create(name="Fair", created_at=clock.now())


def test_costs_are_set_once_and_bad_ones_named(acme, fair):
    caller = make_caller(acme, "costs:write")
    batch = {
        "costs": [
            {"source": str(fair.pk), "on": "2026-11-01", "until": "2026-11-03", "amount": "100.00"},
            {"source_name": "FAIR", "on": "2026-11-01", "amount": "5", "currency": "EUR", "rate": "7.8", "item": "Fee"},
            {"source_name": "Nobody", "on": "2026-11-01", "amount": "5"},
            {"source": str(fair.pk), "on": "2026-11-01", "amount": "5", "currency": "EUR"},
            {"source": str(fair.pk), "on": "2026-11-01", "amount": "-1"},
            {"on": "2026-11-01", "amount": "5", "colour": "\0"},
        ]
    }

    answers = [caller.post("costs", batch).json() for _twice in range(2)]

    assert answers[0] == answers[1]
    assert (answers[0]["set"], answers[0]["rejected"], answers[0]["days"]) == (2, 4, 4)
    fields = [[error["field"] for error in result["errors"]] for result in answers[0]["results"]]
    assert fields[:5] == [[], [], ["source_name"], ["rate"], ["amount"]]
    assert fields[5]
    amounts = SourceCost.objects.order_by("item", "on").values_list("amount", flat=True)
    assert list(amounts) == [Decimal("33.33"), Decimal("33.33"), Decimal("33.34"), 39]
    listed = caller.get("costs", since="2026-11-02").json()["results"]
    assert {(row["on"], row["came_by"]) for row in listed} == {("2026-11-02", "api"), ("2026-11-03", "api")}


@pytest.mark.parametrize("body", [{}, {"costs": []}, {"costs": "x"}, {"costs": [{}] * 1001}, [1]])
def test_what_is_no_batch_is_refused_as_a_whole(acme, body):
    assert make_caller(acme, "costs:write").post("costs", body).status_code == 422
    assert not SourceCost.objects.exists()


def test_costs_are_told_to_who_sees_all_leads(acme, globex):
    with tenant_context(acme):
        fair = Source.objects.create(name="Fair", created_at=clock.now())
        SourceCost.objects.create(source=fair, on="2026-11-01", amount=7, currency="CNY")
        manager = Caller(acme, user=make_user("ada", Role.MANAGER))

    assert manager.get("costs").json()["results"] == []
    assert manager.post("costs", {"costs": [{}]}).status_code == 403
    assert make_caller(acme, "costs:write").get("costs").json()["results"][0]["amount"] == "7.00"
    assert make_caller(acme, "leads:read").get("costs").status_code == 403
    assert make_caller(globex, "costs:write").get("costs").json()["results"] == []


def test_reviews_are_added_once_and_answered(acme):
    caller = make_caller(acme, "reviews:write")
    said = {"site": "Map", "id": "7", "written_at": "2026-11-01T08:00:00Z", "stars": 2, "text": "Slow"}
    wrong = [{**said, "stars": 9}, {**said, "written_at": "2999-01-01T00:00:00Z"}, {**said, "url": "ftp://x.test/"}]

    first = caller.post("reviews", {"reviews": [said, *wrong]}).json()
    again = caller.post("reviews", {"reviews": [said]}).json()

    assert [result["outcome"] for result in first["results"]] == ["new", "rejected", "rejected", "rejected"]
    assert (again["new"], again["known"]) == (0, 1)
    pk = Review.objects.get().pk
    answered = caller.post(f"reviews/{pk}/reply", {"state": "answered", "reply": "Sorry"}).json()
    assert (answered["state"], answered["reply"]) == ("answered", "Sorry")
    assert caller.get(f"reviews/{pk}").json()["stars"] == 2
    assert caller.get("reviews", state="open").json()["results"] == []
    assert caller.get("reviews", colour="red").status_code == 400


def test_campaigns_are_listed_with_what_they_brought(acme, globex):
    with tenant_context(acme):
        fair = Source.objects.create(name="Fair", created_at=clock.now())
        campaign = Campaign.objects.create(name="Push", created_at=clock.now(), goal_metric="leads", goal_target=5)
        campaign.sources.add(fair)
    caller = make_caller(acme, "reports:read")

    assert caller.get("campaigns").json()["results"][0]["sources"] == [str(fair.pk)]
    found = caller.get(f"campaigns/{campaign.pk}").json()
    assert (found["leads"], found["goal"], found["cost"]) == (0, {"reached": "0.00", "target": "5.00"}, None)
    assert make_caller(globex, "reports:read").get(f"campaigns/{campaign.pk}").status_code == 404
