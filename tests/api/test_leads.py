"""Leads through the API: in once, told clearly, seen by those who may."""

import pytest
from django_tenants.utils import tenant_context

from contacts.models import Contact, Identity
from exchange.enums import ApiScope
from exchange.models import IdempotencyKey
from leads.models import Lead
from tests.api.conftest import Caller, make_caller
from tests.factories import make_contact

LIN = {"name": "Lin", "phone": "138 0013 8000", "email": "Lin@Example.com", "source": "Spring fair"}


def errors_of(answer):
    return [(error["field"], error["code"]) for error in answer.json()["errors"]]


def make_lead(contact, **fields):
    from leads.enums import LeadOrigin
    from scrm.core import clock

    now = clock.now()
    key = f"test:{contact.pk}"
    if fields.get("owner"):
        fields["assigned_at"] = now
    return Lead.objects.create(
        contact=contact, came_by=LeadOrigin.API, dedupe_key=key, captured_at=now, updated_at=now, **fields
    )


def test_lead_is_created_with_its_contact(system):
    answer = system.post("leads", LIN)

    assert answer.status_code == 201
    told = answer.json()
    assert told["outcome"] == "created"
    lead = Lead.objects.get(pk=told["lead_id"])
    assert (lead.contact.name, lead.source.name) == ("Lin", "Spring fair")
    assert sorted(lead.contact.identities.values_list("kind", flat=True)) == ["email", "phone"]


def test_lead_takes_every_field_it_declares(system):
    body = {
        **LIN,
        "company": "Acme",
        "external_id": "shop-77",
        "wecom_id": "wm77",
        "origin": "landing page",
        "city": "Chengdu",
        "country": "China",
        "zone": "Asia/Shanghai",
        "captured_at": "2026-03-01T09:30:00+08:00",
        "note": "Asked twice.",
        "tags": ["newcomer"],
        "attributes": {"shoe size": "42"},
        "utm": {"source": "fair"},
        "do_not_email": True,
        "do_not_call": True,
        "converted": False,
    }

    answer = system.post("leads", body)

    assert answer.status_code == 201, answer.json()
    lead = Lead.objects.get(pk=answer.json()["lead_id"])
    assert lead.captured_at.isoformat() == "2026-03-01T01:30:00+00:00"
    assert lead.attributes == {"shoe size": "42", "tags": "newcomer"}
    assert lead.utm == {"source": "fair"}
    assert lead.contact.zone == "Asia/Shanghai"
    assert sorted(lead.contact.do_not_contact.values_list("channel", flat=True)) == ["call", "email"]


def test_same_enquiry_without_a_key_changes_nothing_and_says_so(system):
    first = system.post("leads", LIN).json()

    again = system.post("leads", {**LIN, "phone": "+86 13800138000"})

    assert again.status_code == 200
    assert again["Idempotency-Replayed"] == "true"
    assert again.json()["lead_id"] == first["lead_id"]
    assert again.json()["outcome"] == "unchanged"
    assert Lead.objects.count() == 1


def test_same_key_gives_the_same_answer_again(system):
    first = system.post("leads", LIN, HTTP_IDEMPOTENCY_KEY="order-1")

    again = system.post("leads", LIN, HTTP_IDEMPOTENCY_KEY="order-1")

    assert (first.status_code, again.status_code) == (201, 200)
    assert "Idempotency-Replayed" not in first
    assert again["Idempotency-Replayed"] == "true"
    assert again.json() == first.json()
    assert Lead.objects.count() == 1


def test_same_key_for_another_body_is_refused(system):
    system.post("leads", LIN, HTTP_IDEMPOTENCY_KEY="order-1")

    answer = system.post("leads", {**LIN, "city": "Xi'an"}, HTTP_IDEMPOTENCY_KEY="order-1")

    assert answer.status_code == 422
    assert errors_of(answer) == [("Idempotency-Key", "key_reused")]
    assert Contact.objects.get().city == ""


def test_new_key_is_a_new_enquiry_of_the_same_person(system):
    system.post("leads", LIN, HTTP_IDEMPOTENCY_KEY="order-1")

    answer = system.post("leads", LIN, HTTP_IDEMPOTENCY_KEY="order-2")

    assert answer.status_code == 201
    assert (Lead.objects.count(), Contact.objects.count()) == (2, 1)


def test_key_of_one_caller_says_nothing_to_another(system, acme):
    system.post("leads", LIN, HTTP_IDEMPOTENCY_KEY="order-1")
    other = make_caller(acme)

    answer = other.post("leads", {**LIN, "city": "Xi'an"}, HTTP_IDEMPOTENCY_KEY="order-1")

    assert answer.status_code == 201


def test_kept_answer_holds_nothing_personal(system):
    system.post("leads", LIN, HTTP_IDEMPOTENCY_KEY="order-1")

    kept = IdempotencyKey.objects.get()

    assert set(kept.answer) == {"outcome", "lead_id", "contact_id", "errors"}
    assert len(bytes(kept.request_digest)) == 16


def test_refused_lead_leaves_no_key_behind(system):
    answer = system.post("leads", {"name": "Nobody"}, HTTP_IDEMPOTENCY_KEY="order-1")

    assert answer.status_code == 422
    assert IdempotencyKey.objects.count() == 0
    assert system.post("leads", LIN, HTTP_IDEMPOTENCY_KEY="order-1").status_code == 201


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({**LIN, "owner": "ada", "score": 9}, [("owner", "unknown_field"), ("score", "unknown_field")]),
        ({"name": "Nobody"}, [("", "invalid")]),
        ({**LIN, "phone": "12"}, [("phone", "invalid")]),
        ({**LIN, "email": "nowhere"}, [("email", "invalid")]),
        ({**LIN, "zone": "Mars/Olympus"}, [("zone", "invalid")]),
        ({**LIN, "captured_at": "yesterday"}, [("captured_at", "invalid")]),
        ({**LIN, "do_not_email": "perhaps"}, [("do_not_email", "invalid")]),
        ({**LIN, "name": "x" * 121}, [("name", "max_length")]),
        ({**LIN, "tags": "newcomer"}, [("tags", "not_a_list")]),
        ({**LIN, "attributes": {"a": {"b": 1}}}, [("attributes.a", "invalid")]),
        ({**LIN, "attributes": {"a\u0000": "1"}}, [("attributes.a\ufffd", "control_character")]),
        ([], [("", "invalid")]),
        ('"Lin"', [("", "invalid")]),
    ],
)
def test_bad_lead_is_refused_field_by_field(system, body, expected):
    answer = system.post("leads", body)

    assert answer.status_code == 422
    assert errors_of(answer) == expected
    assert all(error["reason"] and error["fix"] for error in answer.json()["errors"])
    assert Lead.objects.count() == 0


@pytest.mark.parametrize("raw", ["{", "nonsense", '{"name": NaN}', "[" * 100_000, b"\xff\xfe"])
def test_body_that_is_not_json_is_refused(system, raw):
    answer = system.post("leads", raw)

    assert answer.status_code == 400
    assert errors_of(answer) == [("", "parse_error")]


def test_body_too_large_is_refused(system, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

    answer = system.post("leads", {**LIN, "note": "x" * 2000})

    assert answer.status_code == 413


def test_other_content_type_is_refused(system):
    answer = system.client.post("/api/v1/leads", {"name": "Lin"}, **system.headers)

    assert answer.status_code == 415


def test_batch_takes_in_what_is_right(system):
    bodies = [LIN, {"name": "Nobody"}, {**LIN, "phone": "13900139000", "email": "wu@example.com"}, LIN, {"x": 1}, 7]

    answer = system.post("leads", {"leads": bodies})

    assert answer.status_code == 200
    told = answer.json()
    outcomes = [each["outcome"] for each in told["results"]]
    assert outcomes == ["created", "rejected", "created", "unchanged", "rejected", "rejected"]
    assert (told["created"], told["unchanged"], told["rejected"]) == (2, 1, 3)
    assert told["results"][1]["errors"][0]["reason"]
    assert Lead.objects.count() == 2


def test_batch_again_creates_nothing(system):
    bodies = [{"name": str(n), "phone": f"1390013{n:04}"} for n in range(20)]
    system.post("leads", {"leads": bodies})

    told = system.post("leads", {"leads": bodies}).json()

    assert (told["created"], told["unchanged"]) == (0, 20)


def test_batch_with_a_key_is_answered_again(system):
    first = system.post("leads", {"leads": [LIN]}, HTTP_IDEMPOTENCY_KEY="night").json()

    again = system.post("leads", {"leads": [LIN]}, HTTP_IDEMPOTENCY_KEY="night")

    assert again.json() == first
    assert again["Idempotency-Replayed"] == "true"


def test_batch_beyond_the_limit_is_refused_whole(system):
    answer = system.post("leads", {"leads": [LIN] * 1001})

    assert errors_of(answer) == [("leads", "max_length")]
    assert Lead.objects.count() == 0


def test_batch_costs_as_many_statements_as_one_lead(system, django_assert_max_num_queries):
    bodies = [{"name": str(n), "phone": f"1390013{n:04}"} for n in range(300)]

    with django_assert_max_num_queries(45):
        answer = system.post("leads", {"leads": bodies})

    assert answer.json()["created"] == 300


def test_rep_sees_own_leads_and_manager_those_of_the_team(acme, ada, ben):
    of_ben = make_lead(make_contact("Lin"), owner=ben)
    make_lead(make_contact("Wu"))

    seen_by_ben = Caller(acme, user=ben).get("leads").json()["results"]
    seen_by_ada = Caller(acme, user=ada).get("leads").json()["results"]

    assert [row["id"] for row in seen_by_ben] == [str(of_ben.pk)]
    assert [row["id"] for row in seen_by_ada] == [str(of_ben.pk)]


def test_system_sees_every_lead_of_its_business_only(system, cai):
    lead = make_lead(make_contact("Lin"))

    assert [row["id"] for row in system.get("leads").json()["results"]] == [str(lead.pk)]
    assert cai.get("leads").json()["results"] == []
    assert system.get(f"leads/{lead.pk}").status_code == 200
    assert cai.get(f"leads/{lead.pk}").status_code == 404


def test_lead_beyond_reach_is_not_there(acme, ben):
    lead = make_lead(make_contact("Wu"))

    answer = Caller(acme, user=ben).get(f"leads/{lead.pk}")

    assert answer.status_code == 404
    assert errors_of(answer) == [("", "not_found")]


def test_known_phone_does_not_tell_a_rep_whose_it_is(acme, system, ben):
    known = system.post("leads", LIN).json()
    Lead.objects.filter(pk=known["lead_id"]).update(owner=None)
    Contact.objects.update(owner=None)

    one = Caller(acme, user=ben).post("leads", LIN).json()
    many = Caller(acme, user=ben).post("leads", {"leads": [LIN]}).json()

    for told in (one, *many["results"]):
        assert (told["outcome"], told["lead_id"], told["contact_id"]) == ("unchanged", None, None)
    assert system.post("leads", LIN).json()["lead_id"] == known["lead_id"]


def test_lead_posted_to_acme_is_invisible_to_globex(system, other_tenant):
    system.post("leads", LIN)

    with tenant_context(other_tenant):
        assert Lead.objects.count() == Identity.objects.count() == 0


def test_leads_filter_by_white_list(system, ben):
    make_lead(make_contact("Lin"), owner=ben)
    make_lead(make_contact("Wu"))

    assert len(system.get("leads", owner=ben.pk).json()["results"]) == 1
    assert len(system.get("leads", status=["new", "won"]).json()["results"]) == 2
    assert system.get("leads", status="lost").json()["results"] == []
    assert errors_of(system.get("leads", status="odd")) == [("status", "invalid_choice")]
    assert errors_of(system.get("leads", contact__name="Lin")) == [("contact__name", "unknown_parameter")]


def test_leads_are_paged_by_a_cursor(system):
    for n in range(5):
        make_lead(make_contact(str(n)))

    first = system.get("leads", page_size=3).json()
    second = system.client.get(first["next"], **system.headers).json()

    names = [row["contact"]["name"] for row in first["results"] + second["results"]]
    assert names == ["4", "3", "2", "1", "0"]
    assert second["next"] is None


@pytest.mark.parametrize("rows", [1, 3])
def test_lead_list_costs_the_same_for_any_length(system, ben, django_assert_num_queries, rows):
    for n in range(rows):
        make_lead(make_contact(str(n)), owner=ben)
    system.get("leads")

    # Two to enter the tenant, its host, the key, the clock, the page.
    with django_assert_num_queries(6):
        system.get("leads")


def test_key_without_the_scope_may_not_add(acme):
    reader = make_caller(acme, ApiScope.LEADS_READ)

    answer = reader.post("leads", LIN)

    assert answer.status_code == 403
    assert errors_of(answer) == [("", "permission_denied")]
    assert Lead.objects.count() == 0
