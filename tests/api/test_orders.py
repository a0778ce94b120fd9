"""Orders through the API: each kept once, of people within reach, whatever comes late or twice."""

import pytest

from accounts.enums import Role
from commerce.models import Order, OrderLine
from contacts.models import Contact
from events.models import EventType
from tests.api.conftest import Caller
from tests.factories import give_email, make_contact, make_user

AT, LATER = "2026-03-01T09:30:00+08:00", "2026-03-02T09:30:00+08:00"
PAID = {"platform": "tmall", "number": "1", "status": "paid", "ordered_at": AT, "amount": "19.80"}


@pytest.fixture(autouse=True)
def plan(acme):
    properties = {"order": "text", "amount": "number", "currency": "text", "product": "text"}
    for code in ("order_paid", "order_refunded"):
        EventType.objects.create(code=code, name=code, properties=properties)


@pytest.fixture
def lin(acme):
    contact = make_contact("Lin")
    give_email(contact, "lin@example.com")
    return contact


def results_of(answer):
    assert answer.status_code == 200, answer.json()
    return [each["outcome"] for each in answer.json()["results"]]


def test_an_order_belongs_to_whom_an_identity_names(system, lin):
    line = {"product": "CUP", "name": "A cup", "quantity": 2, "amount": "19.80"}

    answer = system.post("orders", {"orders": [{**PAID, "email": "LIN@example.com", "lines": [line]}]})

    assert results_of(answer) == ["created"]
    order = Order.objects.get()
    assert answer.json()["results"][0]["order_id"] == str(order.pk)
    assert (order.contact, order.lines.get().product.name) == (lin, "A cup")
    shown = system.get(f"orders/{order.pk}").json()
    assert (shown["contact"], shown["lines"][0]["product"], shown["amount"]) == (str(lin.pk), "CUP", "19.80")


def test_who_is_not_known_becomes_a_contact_by_the_id_of_the_platform(system, acme):
    told = [{**PAID, "buyer_id": "b1", "name": "Mei"}, {**PAID, "number": "2", "buyer_id": "b1"}]

    assert results_of(system.post("orders", {"orders": told})) == ["created", "created"]
    assert results_of(system.post("orders", {"orders": [{**PAID, "platform": "jd", "buyer_id": "b1"}]})) == ["created"]

    assert sorted(Contact.objects.values_list("name", flat=True)) == ["", "Mei"]
    assert Order.objects.filter(contact__name="Mei").count() == 2


def test_reports_come_late_and_twice(system, lin):
    refund = {"platform": "tmall", "number": "1", "status": "refunded", "updated_at": LATER}
    paid = {**PAID, "email": "lin@example.com"}

    assert results_of(system.post("orders", {"orders": [refund]})) == ["created"]
    assert results_of(system.post("orders", {"orders": [paid, refund, paid]})) == ["updated"] * 3
    assert results_of(system.post("orders", {"orders": [paid, refund]})) == ["unchanged"] * 2

    order = Order.objects.get()
    assert (order.status, str(order.amount), order.contact) == ("refunded", "19.80", lin)


def test_the_same_request_is_answered_once(system, lin):
    body, key = {"orders": [{**PAID, "email": "lin@example.com"}]}, {"HTTP_IDEMPOTENCY_KEY": "push-1"}

    first = system.post("orders", body, **key)
    again = system.post("orders", body, **key)

    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"


def test_good_orders_of_a_batch_go_in_and_bad_ones_say_why(system, lin):
    bad = [
        ({**PAID, "amount": "-1"}, "amount", "min_value"),
        ({**PAID, "status": "lost"}, "status", "invalid_choice"),
        ({**PAID, "phone": "1"}, "phone", None),
        ({**PAID, "contact_id": "00000000-0000-0000-0000-000000000001"}, "contact_id", "unknown"),
        ({"platform": "tmall", "number": "9"}, "ordered_at", "invalid"),
        ({**PAID, "currency": "yuan"}, "currency", "invalid"),
        ({**PAID, "lines": [{"product": "CUP"}]}, "lines.0.amount", "required"),
        ({**PAID, "ordered_at": "1066-10-14T00:00:00Z"}, "", "invalid"),
    ]

    answer = system.post("orders", {"orders": [PAID, *(order for order, *_why in bad)]})

    assert results_of(answer) == ["created", *["rejected"] * len(bad)]
    for (_order, field, code), result in zip(bad, answer.json()["results"][1:], strict=True):
        assert result["errors"][0]["field"] == field
        assert code in (None, result["errors"][0]["code"])
    assert (Order.objects.count(), OrderLine.objects.count()) == (1, 0)


def test_a_list_is_of_those_within_reach(acme, system, lin):
    rep = make_user("ben", Role.REP)
    mine = make_contact("Wu", owner=rep)
    give_email(mine, "wu@example.com")
    told = [{**PAID, "email": "lin@example.com"}, {**PAID, "number": "2", "email": "wu@example.com"}]
    system.post("orders", {"orders": told})

    assert {row["number"] for row in system.get("orders").json()["results"]} == {"1", "2"}
    found = system.get("orders", contact=str(mine.pk), status="paid", ordered_after="2026-01-01T00:00:00Z").json()[
        "results"
    ]
    assert [row["number"] for row in found] == ["2"]
    assert system.get("orders", colour="red").status_code == 400
    assert system.get(f"orders/{lin.pk}").status_code == 404


def test_a_rep_reports_none(acme):
    assert Caller(acme, user=make_user("ben", Role.REP)).post("orders", {"orders": [PAID]}).status_code == 403
