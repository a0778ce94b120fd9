"""The pool on the dashboard: seen within reach, handed out in bulk, with rules that a person changes."""

import pytest

from accounts.models import AuditEntry
from contacts.models import Contact
from leads.models import PoolPolicy, PoolRule, Source
from scrm.core import clock
from tests.factories import make_user
from tests.flows.pool import given_back, policy, pooled

POLICY = {"claims_a_day": "5", "most_unworked": "", "barred_days": "7", "effective_days": "20"}


def told(answer) -> list[str]:
    return [str(message) for message in answer.wsgi_request._messages]


def test_manager_sees_masked_and_whoever_sees_all_sees_names(desk, adas_desk, ben):
    lead = given_back(ben, "Lin Daiyu")

    page = desk.get("/pool/")
    assert "Lin Daiyu" in page.content.decode()
    assert f"/leads/{lead.pk}/" in page.content.decode()
    masked = adas_desk.get("/pool/").content.decode()
    assert "L**" in masked
    assert "Lin Daiyu" not in masked
    assert f'href="/leads/{lead.pk}/"' not in masked
    assert page.context["numbers"] == {"waiting": 1, "came": 1, "claimed": 0}
    assert "No time for them" in masked


def test_ticked_customers_are_given_to_a_colleague(adas_desk, ben):
    first, second, gone = pooled("A"), pooled("B"), pooled("C", owner=ben)

    answer = adas_desk.post("/pool/assign/", {"ids": [first.pk, second.pk, gone.pk, "x"], "owner": ben.pk})

    assert answer.status_code == 302
    assert told(answer) == ["2 customers given to Ben.", "The others were claimed meanwhile."]
    assert Contact.objects.filter(owner=ben).count() == 3


def test_nothing_is_given_to_nobody_or_to_another_department(adas_desk, tenant):
    lead, dan = pooled(), make_user("dan")

    for owner in ("", dan.pk):
        told_now = told(adas_desk.post("/pool/assign/", {"ids": [lead.pk], "owner": owner}))
        assert told_now[-1] == "Choose an owner."

    assert Contact.objects.get().owner is None


def test_manager_claims_and_puts_back(adas_desk, ada):
    lead = pooled()

    assert adas_desk.post(f"/pool/{lead.pk}/claim/").url == f"/contacts/{lead.contact_id}/"
    assert Contact.objects.get().owner == ada
    assert "release-title" in adas_desk.get(f"/leads/{lead.pk}/").content.decode()
    assert told(adas_desk.post(f"/contacts/{lead.contact_id}/pool/", {"reason": "x"})) == ["Say why."]
    adas_desk.post(f"/contacts/{lead.contact_id}/pool/", {"reason": "no_need"})

    assert Contact.objects.get().owner is None


def test_who_sees_all_claims_from_the_lead_s_page(desk):
    lead = pooled()

    assert f"/pool/{lead.pk}/claim/" in desk.get(f"/leads/{lead.pk}/").content.decode()
    desk.post(f"/pool/{lead.pk}/claim/")

    assert Contact.objects.get().owner == desk.user


def test_rules_are_changed_and_in_the_trail(desk):
    assert desk.post("/pool/rules/save/", {**POLICY, "barred_days": "366"}).status_code == 422
    assert not PoolPolicy.objects.exists()

    assert desk.post("/pool/rules/save/", {**POLICY, "across_departments": "on"}).status_code == 302

    stored = PoolPolicy.objects.get()
    assert (stored.claims_a_day, stored.most_unworked, stored.barred_days) == (5, None, 7)
    assert stored.across_departments is True
    entry = AuditEntry.objects.get(action="pool_policy.saved")
    assert entry.details["claims_a_day"] == 5
    assert "/pool/rules/save/" in desk.get("/pool/rules/").content.decode()


def test_manager_reads_the_rules_and_changes_none(adas_desk):
    assert adas_desk.get("/pool/rules/").status_code == 200
    assert adas_desk.post("/pool/rules/save/", POLICY).status_code == 403
    assert adas_desk.post("/pool/rules/new/", {"days": "5"}).status_code == 403

    assert not PoolPolicy.objects.exists()


def test_rule_of_taking_back_is_made_changed_and_switched(desk):
    expo = Source.objects.create(name="Expo", created_at=clock.now())

    assert desk.post("/pool/rules/new/", {"days": "1"}).status_code == 422
    desk.post("/pool/rules/new/", {"source": expo.pk, "days": "5"})
    assert desk.post("/pool/rules/new/", {"source": expo.pk, "days": "6"}).status_code == 422
    made = PoolRule.objects.get()
    desk.post(f"/pool/rules/{made.pk}/", {"source": expo.pk, "days": "9"})
    desk.post(f"/pool/rules/{made.pk}/switch/")

    made.refresh_from_db()
    assert (made.source, made.days, made.active) == (expo, 9, False)
    assert PoolPolicy.objects.get().next_look_at is None
    actions = AuditEntry.objects.filter(action__startswith="pool_rule.").values_list("action", flat=True)
    assert sorted(actions) == ["pool_rule.saved", "pool_rule.saved", "pool_rule.switched"]
    assert "Expo" in desk.get("/pool/rules/").content.decode()


@pytest.mark.parametrize("customers", [1, 3])
def test_list_costs_the_same_for_any_length(desk, ben, customers, django_assert_num_queries):
    policy(across_departments=True)
    for number in range(customers):
        given_back(ben, f"P{number}")
    desk.get("/pool/")

    with django_assert_num_queries(15):
        desk.get("/pool/")


def test_and_cai_sees_none_of_it(desk, cais_desk):
    lead = pooled()

    assert cais_desk.get("/pool/").context["rows"] == []
    assert cais_desk.post(f"/pool/{lead.pk}/claim/").status_code == 404
