"""Answers that name their version, in part or whole, and changes that speak of one."""

import pytest

from accounts.enums import Role
from accounts.models import AuditEntry
from exchange.enums import ApiScope
from leads.enums import LeadStatus
from leads.models import Lead
from tests.api.conftest import Caller, make_caller
from tests.api.test_leads import errors_of, make_lead
from tests.factories import make_contact, make_user


@pytest.fixture
def lead(acme, ben) -> Lead:
    return make_lead(make_contact("Lin", owner=ben), owner=ben)


@pytest.mark.parametrize("path", ["leads/{}", "leads"])
def test_answer_that_still_holds_is_not_sent_again(system, lead, path):
    path = path.format(lead.pk)
    first = system.get(path)

    def again():
        return system.client.get(f"/api/v1/{path}", **system.headers, HTTP_IF_NONE_MATCH=first["ETag"])

    held = system._back(again)
    assert (held.status_code, held.content, held["ETag"]) == (304, b"", first["ETag"])
    assert held["RateLimit-Limit"] == first["RateLimit-Limit"]
    Lead.objects.update(rating="A")
    assert system._back(again).status_code == 200


def test_weak_etag_and_any_hold_too(system, lead):
    etag = system.get(f"leads/{lead.pk}")["ETag"]

    for header in (f"W/{etag}", "*", f'"x", {etag}'):
        answer = system._back(
            lambda header=header: system.client.get(
                f"/api/v1/leads/{lead.pk}", **system.headers, HTTP_IF_NONE_MATCH=header
            )
        )
        assert answer.status_code == 304


def test_only_the_fields_asked_for_come(system, lead):
    assert system.get(f"leads/{lead.pk}", fields="id,status").json() == {"id": str(lead.pk), "status": "new"}
    assert set(system.get("leads", fields="rating").json()["results"][0]) == {"rating"}
    assert set(system.get("contacts", fields="id").json()["results"][0]) == {"id"}

    answer = system.get("leads", fields="id,phone")
    assert (answer.status_code, errors_of(answer)) == (400, [("fields", "unknown_field")])


def test_lead_is_rated_moved_on_and_handed_over(system, lead, ada):
    body = {"rating": "A", "status": "working", "owner": str(ada.pk)}

    answer = system.patch(f"leads/{lead.pk}", body)

    assert answer.status_code == 200, answer.json()
    lead.refresh_from_db()
    assert (lead.rating, lead.status, lead.owner) == ("A", LeadStatus.WORKING, ada)
    assert system.get(f"leads/{lead.pk}")["ETag"] == answer["ETag"]


@pytest.mark.parametrize(
    ("body", "status"), [({"status": "won"}, "won"), ({"status": "lost", "lost_reason": "x"}, "lost")]
)
def test_lead_is_closed(system, lead, body, status):
    assert system.patch(f"leads/{lead.pk}", body).json()["status"] == status


def test_change_of_what_was_changed_meanwhile_is_refused_whole(system, lead):
    etag = system.get(f"leads/{lead.pk}")["ETag"]
    assert system.patch(f"leads/{lead.pk}", {"rating": "B"}, HTTP_IF_MATCH=etag).status_code == 200

    answer = system.patch(f"leads/{lead.pk}", {"rating": "A", "status": "won"}, HTTP_IF_MATCH=etag)

    assert (answer.status_code, errors_of(answer)) == (412, [("If-Match", "changed_meanwhile")])
    lead.refresh_from_db()
    assert (lead.rating, lead.status) == ("B", LeadStatus.NEW)


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"rating": "Z"}, [("rating", "invalid_choice")]),
        ({"status": "new"}, [("status", "invalid_choice")]),
        ({"status": "lost"}, [("lost_reason", "required")]),
        ({"owner": "0b54d9bb-3f2f-4f10-8f5a-6a5c0a5cf6a0"}, [("owner", "unknown_user")]),
        ({"score": 9}, [("score", "unknown_field")]),
        ([], [("", "invalid")]),
    ],
)
def test_wrong_change_is_422_and_changes_nothing(system, lead, body, errors):
    answer = system.patch(f"leads/{lead.pk}", body)

    assert (answer.status_code, errors_of(answer)) == (422, errors)
    assert not AuditEntry.objects.exclude(action__startswith="api_key").exists()


def test_what_is_no_json_is_400(system):
    answer = system._back(
        lambda: system.client.post("/api/v1/leads", "{", content_type="application/json", **system.headers)
    )

    assert (answer.status_code, errors_of(answer)) == (400, [("", "parse_error")])


def test_those_who_may_not_change_nothing(acme, cai, lead):
    stranger = Caller(acme, user=make_user("eva", Role.REP))
    auditor = Caller(acme, user=make_user("auditor", Role.AUDITOR))
    callers = (stranger, auditor, cai, make_caller(acme, ApiScope.LEADS_READ))

    answers = [caller.patch(f"leads/{lead.pk}", {"rating": "A"}) for caller in callers]

    assert [answer.status_code for answer in answers] == [404, 403, 404, 403]
    lead.refresh_from_db()
    assert lead.rating == ""
