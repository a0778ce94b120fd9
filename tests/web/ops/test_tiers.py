"""Tiers at the dashboard: made, looked at, changed, and opened as segments."""

from datetime import timedelta

import pytest

from commerce.models import Order, Tier, TierPlace, TierScheme
from scheduler.budget import Budget
from scrm.core import clock
from scrm.flows.tiers import tiers_due
from tests.factories import make_contact

RFM = {
    "name": "RFM",
    "kind": "rfm",
    "cutting": "fixed",
    "recency": "30 60 90 180",
    "frequency": "1 2 3 5",
    "money": "100 300 800 2000",
    "active": "on",
}


@pytest.fixture
def scheme(desk, tenant) -> TierScheme:
    lin, at = make_contact("Lin"), clock.now() - timedelta(days=3)
    Order.objects.create(contact=lin, platform="shop", number="1", amount=500, ordered_at=at, updated_at=at)
    answer = desk.post("/tiers/new/", RFM)
    made = TierScheme.objects.get()
    assert answer["Location"] == f"/tiers/{made.pk}/"
    tiers_due(Budget(5))
    return made


def test_an_empty_page_says_what_to_do(desk):
    assert "No tiers yet" in desk.get("/tiers/").content.decode()


def test_a_scheme_shows_its_tiers_and_its_grid(desk, scheme):
    page = desk.get(f"/tiers/{scheme.pk}/")

    assert page.context["customers"] == 1
    assert "Valuable, to be developed" in page.content.decode()
    frequency, cells = page.context["grid"][-1]
    assert (frequency, [cell.customers for cell, _url in cells]) == (1, [0, 0, 0, 0, 1])
    # And the cell opens as a segment of that customer.
    opened = desk.get(cells[-1][1])
    assert opened.context["count"] == 1
    assert "RFM" in desk.get("/tiers/").content.decode()


def test_wrong_bounds_are_refused_beside_their_field(desk, tenant):
    for bounds in ("1 2 3", "4 3 2 1", "a b c d"):
        answer = desk.post("/tiers/new/", RFM | {"money": bounds})
        assert answer.status_code == 422
        assert "Give four numbers" in answer.content.decode()
    assert not TierScheme.objects.exists()


def test_a_tier_changes_and_customers_follow(desk, scheme):
    tier = TierPlace.objects.get().tier

    desk.post(f"/tiers/tier/{tier.pk}/", {"name": "Best", "recency_from": "1", "recency_to": "2"})
    tiers_due(Budget(5))

    assert Tier.objects.get(pk=tier.pk).name == "Best"
    assert TierPlace.objects.get().tier_id != tier.pk


def test_a_scheme_is_deleted(desk, scheme):
    desk.post(f"/tiers/{scheme.pk}/remove/")

    assert not TierScheme.objects.exists()
    assert not TierPlace.objects.exists()


ROW = {"rule-0-fact": "contact.city", "rule-0-was": "contact.city", "rule-0-op": "is"}
RULE = {"rule-scope": "contact", "rule-match": "all", "rule-rows": "1"} | ROW


def add_tier(desk, scheme, name, city):
    said = RULE | {"name": name, "rule-0-value": city}
    return desk.post(f"/tiers/{scheme.pk}/add/", said)


@pytest.fixture
def ruled(desk, tenant) -> TierScheme:
    make_contact("Lin", city="Rome")
    answer = desk.post("/tiers/new/", {"name": "Ours", "kind": "rule", "active": "on"})
    made = TierScheme.objects.get()
    assert answer["Location"] == f"/tiers/{made.pk}/add/"
    add_tier(desk, made, "Romans", "Rome")
    add_tier(desk, made, "All of Rome", "Rome")
    tiers_due(Budget(5))
    return made


def test_tiers_of_rules_are_added_put_in_order_and_deleted(desk, ruled):
    assert "city is “Rome”" in desk.get(f"/tiers/{ruled.pk}/").content.decode()
    assert TierPlace.objects.get().tier.name == "Romans"
    first, second = ruled.tiers.all()

    desk.post(f"/tiers/tier/{second.pk}/move/", {"up": ""})
    tiers_due(Budget(5))
    assert TierPlace.objects.get().tier == second
    desk.post(f"/tiers/tier/{second.pk}/delete/")
    tiers_due(Budget(5))

    assert TierPlace.objects.get().tier == first
    assert desk.post(f"/tiers/tier/{first.pk}/", RULE | {"name": "Romans", "rule-0-value": "Bonn"})
    tiers_due(Budget(5))
    assert not TierPlace.objects.exists()


def test_a_contact_s_page_and_phone_say_in_which_tiers_they_are(desk, ruled):
    lin = TierPlace.objects.get().contact
    for path in (f"/contacts/{lin.pk}/around/", f"/rep/customers/{lin.pk}/around"):
        assert "Romans" in desk.get(path).content.decode()


def test_rule_of_a_tier_that_says_nothing_is_refused_beside_it(desk, ruled):
    answer = add_tier(desk, ruled, "", "Rome")
    assert answer.status_code == 422
    assert ruled.tiers.count() == 2


def test_bounds_are_not_asked_for_where_there_are_none(desk, tenant, scheme):
    assert "recency" not in desk.get("/tiers/new/", kind="rule").context["form"].fields
    assert "recency" in desk.get("/tiers/new/").context["form"].fields
    assert desk.get(f"/tiers/{scheme.pk}/add/").status_code == 404
    tier = scheme.tiers.first()
    assert desk.post(f"/tiers/tier/{tier.pk}/delete/").status_code == 404


def test_ada_adds_and_moves_nothing_and_cai_finds_none(adas_desk, cais_desk, ruled):
    first = ruled.tiers.first()
    for path in (f"/tiers/{ruled.pk}/add/", f"/tiers/tier/{first.pk}/move/", f"/tiers/tier/{first.pk}/delete/"):
        assert adas_desk.post(path, {"name": "x"}).status_code == 403
        assert cais_desk.post(path, {"name": "x"}).status_code in (403, 404)
    assert ruled.tiers.count() == 2


def test_ada_sees_her_own_and_changes_nothing_and_cai_sees_none(adas_desk, cais_desk, scheme):
    assert adas_desk.get(f"/tiers/{scheme.pk}/").context["customers"] == 0
    assert adas_desk.post("/tiers/new/", RFM).status_code == 403
    assert adas_desk.post(f"/tiers/{scheme.pk}/remove/").status_code == 403
    assert cais_desk.get(f"/tiers/{scheme.pk}/").status_code == 404
    assert TierScheme.objects.count() == 1
