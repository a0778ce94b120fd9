"""The pool on the phone: masked, claimed with one tap, given back with a reason."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django_tenants.utils import tenant_context

from contacts.models import Contact, OwnerChange
from leads.models import PoolWarning
from scrm.core import clock
from tests.factories import make_user
from tests.flows.pool import given_back, policy, pooled
from tests.web.rep_people import client_of, make_team


@pytest.fixture
def team(acme):
    ada, ben = make_team()
    return ada, ben, make_user("eva", department=ben.department)


def told(answer) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def claim(lead, user):
    return client_of(user).post(reverse("rep:pool_claim", args=[lead.pk]), follow=True)


def test_customers_are_masked_until_they_are_claimed(team):
    _ada, ben, _eva = team
    lead = pooled("Lin Daiyu", city="Wuhan", rating="A", attributes={"product": "X1, call 13800138000"})

    page = client_of(ben).get(reverse("rep:pool")).content.decode()

    assert "L**" in page
    assert "Wuhan" in page
    assert "X1" in page
    assert "Lin Daiyu" not in page
    assert "Daiyu" not in page
    assert "13800138000" not in page
    answer = claim(lead, ben)
    assert answer.redirect_chain == [(reverse("rep:customer", args=[lead.contact_id]), 302)]
    assert "Lin Daiyu" in answer.content.decode()
    assert Contact.objects.get().owner == ben


def test_loser_hears_who_was_faster(team):
    _ada, ben, eva = team
    lead = pooled()
    claim(lead, eva)

    answer = claim(lead, ben)

    assert answer.redirect_chain == [(reverse("rep:pool"), 302)]
    assert told(answer) == ["Eva was faster."]


def test_limits_are_told_in_words(team):
    _ada, ben, _eva = team
    policy(claims_a_day=1, most_unworked=None)
    first, second, own = pooled("A"), pooled("B"), given_back(ben, "C")
    claim(first, ben)

    assert told(claim(second, ben)) == ["You have claimed 1 customer today, which is the limit."]
    assert told(claim(own, ben))[0].startswith("You had this customer lately.")
    policy(claims_a_day=None, most_unworked=1)
    assert told(claim(second, ben)) == ["1 customer waits for your first step. Do that first."]


def test_list_is_narrowed_and_says_what_the_reader_had(team):
    _ada, ben, _eva = team
    pooled("Anna", city="Wuhan")
    pooled("Bert", city="Xi'an")
    given_back(ben, "Cora")

    rows = client_of(ben).get(reverse("rep:pool"), {"city": "Wuhan"}).context["rows"]
    assert [row.name for row in rows] == ["A**"]
    rows = client_of(ben).get(reverse("rep:pool"), {"rating": "none"}).context["rows"]
    assert {row.name: row.barred_until is not None for row in rows} == {"A**": False, "B**": False, "C**": True}


def test_own_customers_that_go_tomorrow_stand_first(team):
    _ada, ben, eva = team
    mine, theirs = pooled("Mine", owner=ben), pooled("Theirs", owner=eva)
    for lead, owner in ((mine, ben), (theirs, eva)):
        PoolWarning.objects.create(contact=lead.contact, owner=owner, due_at=clock.now() + timedelta(days=1))

    warned = client_of(ben).get(reverse("rep:pool")).context["warnings"]

    assert [each.contact for each in warned] == [mine.contact]


def test_customer_is_put_back_with_a_reason(team):
    _ada, ben, eva = team
    lead = pooled(owner=ben)
    url = reverse("rep:customer_release", args=[lead.contact_id])

    assert told(client_of(ben).post(url, {"reason": "untouched"}, follow=True)) == ["Say why."]
    assert client_of(eva).post(url, {"reason": "no_time"}).status_code == 404
    assert Contact.objects.get().owner == ben
    assert told(client_of(ben).post(url, {"reason": "no_time"}, follow=True)) == ["In the public pool now."]

    assert Contact.objects.get().owner is None
    assert OwnerChange.objects.get().reason == "no_time"


def test_page_offers_the_way_back_where_there_is_one(team):
    _ada, ben, _eva = team
    lead, won = pooled(owner=ben), pooled("Won", owner=ben, status="won", won_at=clock.now())

    assert "release-title" in client_of(ben).get(reverse("rep:customer", args=[lead.contact_id])).content.decode()
    assert "release-title" not in client_of(ben).get(reverse("rep:customer", args=[won.contact_id])).content.decode()


@pytest.mark.parametrize("customers", [1, 3])
def test_list_costs_the_same_for_any_length(team, customers, django_assert_num_queries):
    _ada, ben, eva = team
    for number in range(customers):
        given_back(eva, f"P{number}")
    client = client_of(ben)
    client.get(reverse("rep:pool"))

    with django_assert_num_queries(15):
        client.get(reverse("rep:pool"))


def test_and_cai_sees_none_of_it(team, acme, globex):
    with tenant_context(acme):
        lead = pooled()
    with tenant_context(globex):
        cai = make_user("cai")
        client = client_of(cai, "globex")

    assert client.get(reverse("rep:pool")).context["rows"] == []
    assert client.post(reverse("rep:pool_claim", args=[lead.pk])).status_code == 404
