"""Bodies say what they mean: no number for a text, no 0 for false, no year that was mistyped."""

from scrm.api.schema import described
from tests.api.conftest import Caller


def reasons(answer, field):
    assert answer.status_code in (200, 400, 422), answer.content
    return [error["reason"] for error in answer.json()["errors"] if error["field"].endswith(field)]


def test_a_number_is_no_text(system):
    assert reasons(system.post("companies", {"name": "Acme", "industry": 0.5}), "industry")
    assert reasons(system.post("search", {"q": 0}), "q")
    assert reasons(system.post("search", {"q": " \r "}), "q")


def test_nought_is_not_false(acme, ada):
    assert reasons(Caller(acme, user=ada).post("alerts/seen", {"all": 0, "ids": []}), "all")
    assert reasons(Caller(acme, user=ada).post("alerts/seen", {"ids": [False]}), "ids.0")


def test_a_year_that_was_mistyped_is_refused(system):
    lead = {"phone": "13800000001", "captured_at": "1570-11-10T10:00:00Z"}
    event = {"id": "1", "type": "page.viewed", "phone": "13800000001", "occurred_at": "0408-06-17T19:02:49Z"}

    assert reasons(system.post("leads", lead), "captured_at") == ["This is before 1970."]
    assert "This is before 1970." in system.post("events", {"events": [event]}).content.decode()


def test_a_preview_says_what_is_wrong_with_a_phone(acme, ada):
    assert reasons(Caller(acme, user=ada).post("assignment-rules/preview", {"phone": "0"}), "phone")


def test_a_state_of_nothing_is_none_of_the_states(system):
    assert reasons(system.get("sops", state=""), "state")


def test_the_description_says_what_an_erasure_must_confirm():
    description = described("en")
    asked = description["paths"]["/api/v1/contacts/{id}/erasure"]["post"]["requestBody"]["content"]
    name = asked["application/json"]["schema"]["$ref"].rpartition("/")[2]

    assert description["components"]["schemas"][name]["properties"]["confirm"]["const"] is True
