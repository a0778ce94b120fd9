"""What forms hold for review, by the API."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_tenants.utils import tenant_context

from accounts.enums import Role
from leads.enums import HeldState
from leads.models import HeldLead, Lead
from scrm.flows.starter import lay_out_tenant
from tests.api.conftest import Caller, make_caller
from tests.factories import make_user
from tests.web.public_pages import make_form, send


@pytest.fixture
def held(acme) -> list[HeldLead]:
    with tenant_context(acme):
        lay_out_tenant()
        form = make_form({"kind": "choice", "label": "Which model?", "choices": [{"label": "V3"}, {"label": "V5"}]})
        for number in range(3):
            send(form, proof="", name=f"Lin {number}", phone=f"1380013800{number}", question_4="V5")
        return list(HeldLead.objects.order_by("name"))


def decide(caller: Caller, held: HeldLead, state: str):
    return caller.post(f"held-leads/{held.pk}/decision", {"state": state})


def test_what_waits_is_listed_masked_with_its_answers(globex, acme, held):
    listed = make_caller(acme, "leads:read").get("held-leads", state="waiting").json()["results"]

    assert [row["name"] for row in listed] == ["Lin 2", "Lin 1", "Lin 0"]
    assert listed[2]["known_by"] == "138****8000"
    assert listed[2]["answers"] == [{"question": "Which model?", "answer": "V5"}]
    assert make_caller(globex, "leads:read").get("held-leads").json()["results"] == []
    assert make_caller(acme, "leads:read").get("held-leads", colour="red").status_code == 400


def test_accepted_by_a_system_it_is_a_lead_once(acme, held):
    caller = make_caller(acme, "leads:write")

    first, again = (decide(caller, held[0], "accepted") for _twice in range(2))
    late = decide(caller, held[0], "discarded")

    assert (first.status_code, first.json()["state"], again.json()) == (200, "accepted", first.json())
    assert (late.status_code, late.json()["errors"][0]["field"]) == (422, "state")
    assert Lead.objects.count() == 1


def test_discarded_it_can_be_put_back(acme, held):
    caller = make_caller(acme, "leads:write")

    states = [decide(caller, held[0], state).json()["state"] for state in ("discarded", "waiting")]

    assert states == ["discarded", "waiting"]
    assert not Lead.objects.exists()


def test_what_can_t_become_a_lead_says_why_and_waits(acme, held):
    HeldLead.objects.update(payload=b"nothing that a key of ours opens")

    answer = decide(make_caller(acme, "leads:write"), held[0], "accepted")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["reason"] == "What was sent can't be read any more."
    assert HeldLead.objects.filter(state=HeldState.WAITING).count() == 3


def test_who_makes_no_forms_decides_nothing(globex, acme, held):
    with tenant_context(acme):
        rep = Caller(acme, user=make_user("ben2", Role.REP))

    refused = [decide(caller, held[0], "accepted").status_code for caller in (rep, make_caller(acme, "leads:read"))]

    assert refused == [403, 403]
    assert decide(make_caller(globex, "leads:write"), held[0], "accepted").status_code == 404
    assert HeldLead.objects.filter(state=HeldState.WAITING).count() == 3


@pytest.mark.parametrize("body", [{}, {"state": "gone"}, {"state": None}, {"state": "accepted", "by": "me"}, []])
def test_what_is_no_decision_changes_nothing(acme, held, body):
    answer = make_caller(acme, "leads:write").post(f"held-leads/{held[0].pk}/decision", body)

    assert answer.status_code == 422
    assert HeldLead.objects.filter(state=HeldState.WAITING).count() == 3


def test_list_asks_as_often_for_one_as_for_three(acme, held):
    caller, counts = make_caller(acme, "leads:read"), []
    caller.get("held-leads")
    for size in (1, 3):
        with CaptureQueriesContext(connection) as asked:
            caller.get("held-leads", page_size=size)
        counts.append(len(asked))

    assert counts[0] == counts[1]
