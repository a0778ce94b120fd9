"""Events through the API: each stored once, of people within reach, as the plan declares them."""

import pytest

from accounts.enums import Role
from events.models import Event, EventType
from tests.api.conftest import Caller
from tests.factories import give_email, make_contact, make_user

AT = "2026-03-01T09:30:00+08:00"


@pytest.fixture
def visited(acme):
    return EventType.objects.create(code="shop_visited", name="Shop visited", properties={"shop": "text"})


@pytest.fixture
def lin(acme):
    contact = make_contact("Lin")
    give_email(contact, "lin@example.com")
    return contact


def results_of(answer):
    assert answer.status_code == 200, answer.json()
    return [each["outcome"] for each in answer.json()["results"]]


def test_event_is_stored_for_the_person_that_an_identity_names(system, visited, lin):
    event = {"type": "shop_visited", "occurred_at": AT, "email": "LIN@example.com", "properties": {"shop": "West"}}

    answer = system.post("events", {"events": [event]})

    assert results_of(answer) == ["new"]
    stored = Event.objects.get(type=visited)
    assert (stored.contact, stored.properties) == (lin, {"shop": "West"})


def test_event_again_changes_nothing_and_says_so(system, visited, lin):
    named = {"id": "pos-1", "type": "shop_visited", "occurred_at": AT, "contact_id": str(lin.pk)}
    unnamed = {"type": "shop_visited", "occurred_at": AT, "email": "lin@example.com"}

    first = system.post("events", {"events": [named, unnamed, named]})
    again = system.post("events", {"events": [named, unnamed]})

    assert results_of(first) == ["new", "new", "known"]
    assert results_of(again) == ["known", "known"]
    assert Event.objects.filter(type=visited).count() == 2


def test_the_letters_of_an_escape_are_no_nul(system, visited, lin):
    body = {"type": "shop_visited", "occurred_at": AT, "contact_id": str(lin.pk), "properties": {"shop": r"a\u0000"}}

    system.post("events", {"events": [body]})

    assert Event.objects.get().properties == {"shop": r"a\u0000"}


def test_good_events_of_a_batch_go_in_and_bad_ones_say_why(system, visited, lin):
    good = {"type": "shop_visited", "occurred_at": AT, "contact_id": str(lin.pk)}
    bad = [
        ({**good, "type": "odd"}, "tracking_plan"),
        ({**good, "properties": {"colour": "red"}}, "tracking_plan"),
        ({**good, "occurred_at": "soon"}, "invalid"),
        ({**good, "email": "lin@example.com"}, "invalid"),
        ({"type": "shop_visited", "occurred_at": AT, "email": "nobody@example.com"}, "unknown_contact"),
        ({"type": "shop_visited", "occurred_at": AT, "phone": "1"}, None),
        ({**good, "properties": {"shop": "a\u0000"}}, "invalid"),
        ({**good, "score": 1}, "unknown_field"),
        ("event", "invalid"),
    ]

    answer = system.post("events", {"events": [good, *(body for body, _code in bad)]})

    told = answer.json()
    assert (told["new"], told["rejected"]) == (1, len(bad))
    for (body, code), each in zip(bad, told["results"][1:], strict=True):
        assert each["outcome"] == "rejected", body
        assert code is None or each["errors"][0]["code"] == code, body
        assert each["errors"][0]["fix"]
    assert Event.objects.count() == 1


@pytest.mark.parametrize("body", [{}, {"events": []}, {"events": {}}, [], {"events": [{}], "more": 1}])
def test_body_without_events_is_refused(system, body):
    assert system.post("events", body).status_code == 422


def test_batch_beyond_the_limit_is_refused_whole(system, visited, lin):
    event = {"type": "shop_visited", "occurred_at": AT, "contact_id": str(lin.pk)}

    answer = system.post("events", {"events": [event] * 1001})

    assert answer.status_code == 422
    assert Event.objects.count() == 0


def test_events_of_people_beyond_reach_are_not_taken(acme, cai, visited, lin):
    event = {"type": "shop_visited", "occurred_at": AT, "contact_id": str(lin.pk)}
    ops = Caller(acme, user=make_user("oda", Role.OPS))

    assert results_of(cai.post("events", {"events": [event]})) == ["rejected"]
    assert results_of(cai.post("events", {"events": [{**event} | {"id": "x"}]})) == ["rejected"]
    assert Event.objects.count() == 0
    assert results_of(ops.post("events", {"events": [event]})) == ["new"]


def test_batch_costs_the_same_for_any_length(system, visited, django_assert_max_num_queries):
    contacts = [make_contact(str(n)) for n in range(100)]
    events = [{"type": "shop_visited", "occurred_at": AT, "contact_id": str(contact.pk)} for contact in contacts]

    with django_assert_max_num_queries(20):
        answer = system.post("events", {"events": events})

    assert answer.json()["new"] == 100
