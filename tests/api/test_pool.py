"""The pool through the API: masked, claimed once, put back."""

import pytest

from contacts.models import Contact, OwnerChange
from exchange.enums import ApiScope
from tests.api.conftest import Caller, make_caller
from tests.factories import make_user
from tests.flows.pool import given_back, policy, pooled


def claim(caller, lead, body=None, **headers):
    return caller.post(f"pool/{lead.pk}/claim", body or {}, **headers)


def codes(answer) -> list[str]:
    return [each["code"] for each in answer.json()["errors"]]


def test_list_is_masked_for_a_person_and_clear_for_the_business(acme, ben, system):
    pooled("Lin Daiyu", city="Wuhan", rating="B")

    [row] = Caller(acme, user=ben).get("pool").json()["results"]
    [whole] = system.get("pool", city="Wuhan", rating="B").json()["results"]

    assert (row["name"], row["city"], row["rating"]) == ("L**", "Wuhan", "B")
    assert whole["name"] == "Lin Daiyu"
    assert system.get("pool", rating="A").json()["results"] == []


def test_person_claims_once_and_the_same_request_gets_the_same_answer(acme, ben):
    lead, caller = pooled(), Caller(acme, user=ben)

    first = claim(caller, lead, HTTP_IDEMPOTENCY_KEY="k1")
    again = claim(caller, lead, HTTP_IDEMPOTENCY_KEY="k1")

    assert (first.status_code, first.json()) == (200, {"contact": str(lead.contact_id), "owner": str(ben.pk)})
    assert again.json() == first.json()
    assert again["Idempotency-Replayed"] == "true"
    assert OwnerChange.objects.count() == 1
    assert codes(claim(caller, pooled("B"), HTTP_IDEMPOTENCY_KEY="k1")) == ["key_reused"]


def test_loser_is_refused_with_the_winner_s_name(acme, ben):
    lead, eva = pooled(), make_user("eva")
    claim(Caller(acme, user=eva), lead)

    answer = claim(Caller(acme, user=ben), lead, HTTP_IDEMPOTENCY_KEY="k2")

    assert (answer.status_code, codes(answer)) == (409, ["taken"])
    assert answer.json()["errors"][0]["reason"] == "Eva was faster."
    assert Contact.objects.get().owner == eva


def test_limits_refuse_and_change_nothing(acme, ben):
    policy(claims_a_day=0)
    lead, own = pooled(), given_back(ben, "Own")
    caller = Caller(acme, user=ben)

    assert (claim(caller, lead).status_code, codes(claim(caller, lead))) == (409, ["spent"])
    assert codes(claim(caller, own)) == ["barred"]
    assert not Contact.objects.filter(owner=ben).exists()


def test_system_says_who_gets_them(system, ben):
    lead = pooled()

    assert (claim(system, lead).status_code, codes(claim(system, lead))) == (422, ["required"])
    assert codes(claim(system, lead, {"owner": str(lead.pk)})) == ["unknown_user"]
    assert claim(system, lead, {"owner": str(ben.pk)}).json()["owner"] == str(ben.pk)
    assert claim(system, lead, {"owner": str(ben.pk)}).status_code == 404

    assert Contact.objects.get().owner == ben


def test_contact_is_put_back_once(system, ben, acme):
    lead = pooled(owner=ben)
    url = f"contacts/{lead.contact_id}/pool"

    assert system.post(url, {"reason": "untouched"}).status_code == 422
    assert Caller(acme, user=make_user("eva")).post(url, {"reason": "other"}).status_code == 404
    assert system.post(url, {"reason": "other"}).json() == {"put_back": True}
    assert system.post(url, {"reason": "other"}).json() == {"put_back": False}

    assert Contact.objects.get().owner is None


def test_key_without_the_scope_claims_nothing(acme, ben):
    lead, caller = pooled(), make_caller(acme, ApiScope.LEADS_READ)

    assert claim(caller, lead, {"owner": str(ben.pk)}).status_code == 403
    assert Contact.objects.get().owner is None


@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_the_same_for_any_length(system, rows, django_assert_num_queries):
    for number in range(rows):
        pooled(f"P{number}")
    system.get("pool")

    with django_assert_num_queries(7):
        system.get("pool")


def test_and_cai_sees_and_claims_none_of_it(acme, cai, ben):
    lead = pooled()

    assert cai.get("pool").json()["results"] == []
    assert claim(cai, lead, {"owner": str(ben.pk)}).status_code == 404
    assert Contact.objects.get().owner is None
