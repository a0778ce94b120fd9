"""What may be a robot's waits in a list of its own: accepted it is a lead, discarded it can come back."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry
from campaigns.models import Enrollment
from contacts.models import Contact
from exchange.problems import Problem
from leads.enums import HeldState
from leads.models import Form, HeldLead, Lead, LeadArrival
from scrm.core import clock
from tests.factories import make_live_sop
from tests.web.public_pages import make_form, send


@pytest.fixture
def form(desk) -> Form:
    return make_form({"kind": "choice", "label": "Which model?", "choices": [{"label": "V3"}, {"label": "V5"}]})


def hold(form: Form, number: int = 0, **said) -> HeldLead:
    answer = send(form, proof="", name=f"Lin {number}", phone=f"1380013800{number}", question_4="V5", **said)
    assert answer.status_code == 303
    return HeldLead.objects.get(name=f"Lin {number}")


def decide(desk, action: str, *held: HeldLead):
    return desk.post("/forms/held/decide/", {"action": action, "ids": [str(each.pk) for each in held]})


def test_held_is_no_lead_and_its_details_are_sealed(desk, form):
    make_live_sop(trigger="lead_captured")
    held = hold(form)

    assert not Lead.objects.exists()
    assert not Contact.objects.exists()
    assert not Enrollment.objects.exists()
    assert (held.hint, held.reason, held.state) == ("138****8000", "unproven", "waiting")
    assert b"13800138000" not in bytes(held.payload)
    page = desk.get("/forms/held/").content.decode()
    assert "Lin 0" in page
    assert "138****8000" in page
    assert "V5" in page
    assert "13800138000" not in page
    assert "Lin 0" not in desk.get("/leads/").content.decode()


def test_accepted_it_becomes_the_lead_that_it_would_have_been(desk, form, ben):
    make_live_sop(trigger="lead_captured")
    held = hold(form, query="?utm_source=ads")

    decide(desk, "accept", held)

    lead = Lead.objects.get()
    assert (lead.contact.name, lead.owner, lead.form, lead.utm) == ("Lin 0", ben, form, {"utm_source": "ads"})
    assert lead.attributes == {"Which model?": "V5"}
    assert Enrollment.objects.get().lead == lead
    held.refresh_from_db()
    assert (held.state, held.decided_by) == (HeldState.ACCEPTED, desk.user)
    assert "Lin 0" not in desk.get("/forms/held/").content.decode()


def test_accepted_twice_it_is_one_lead(desk, form):
    held = hold(form)

    decide(desk, "accept", held)
    decide(desk, "accept", held)
    decide(desk, "discard", held)

    assert Lead.objects.count() == 1
    held.refresh_from_db()
    assert held.state == HeldState.ACCEPTED


def test_many_are_discarded_at_once_and_can_be_put_back(desk, form):
    held = [hold(form, number) for number in range(3)]

    decide(desk, "discard", *held)
    assert desk.get("/forms/held/").content.decode().count("Lin ") == 0
    assert "Lin 2" in desk.get("/forms/held/", state="discarded").content.decode()
    decide(desk, "restore", held[1])

    assert sorted(HeldLead.objects.values_list("state", flat=True)) == ["discarded", "discarded", "waiting"]
    assert not Lead.objects.exists()


def test_sent_again_while_it_waits_it_is_the_latest_and_once_decided_it_stays(desk, form):
    hold(form, 1)
    held = hold(form, 1)
    decide(desk, "discard", held)
    hold(form, 1)

    assert [each.state for each in HeldLead.objects.all()] == [HeldState.DISCARDED]


def test_what_is_refused_as_a_lead_goes_on_waiting_and_says_why(desk, form, monkeypatch):
    held, other = hold(form), hold(form, 1)
    monkeypatch.setattr("scrm.flows.prepared.problems_of", refuse("Lin 0"))

    decide(desk, "accept", held, other)
    page = desk.get("/forms/held/")

    held.refresh_from_db()
    other.refresh_from_db()
    assert (held.state, held.decided_by, bool(held.payload)) == (HeldState.WAITING, None, True)
    assert other.state == HeldState.ACCEPTED
    assert [str(lead.contact) for lead in Lead.objects.all()] == ["Lin 1"]
    assert "Lin 0 still waits: Too long a name." in page.content.decode()
    assert AuditEntry.objects.filter(action="held_lead.decided").count() == 1


def refuse(name: str):
    def problems_of(arrival, parts=()):
        found = [Problem(1, "name", "", "Too long a name.", "Shorten it.")]
        return found if arrival.lead.name == name else []

    return problems_of


def test_what_can_not_be_read_goes_on_waiting_and_says_why(desk, form):
    held = hold(form)
    HeldLead.objects.update(payload=b"nothing that a key of ours opens")

    decide(desk, "accept", held)
    page = desk.get("/forms/held/")

    held.refresh_from_db()
    assert held.state == HeldState.WAITING
    assert "Lin 0 still waits: What was sent can&#x27;t be read any more." in page.content.decode()


def test_accepted_it_keeps_nothing_and_discarded_it_can_come_back_for_a_week(desk, form):
    accepted, discarded = hold(form), hold(form, 1)

    decide(desk, "accept", accepted)
    decide(desk, "discard", discarded)

    accepted.refresh_from_db()
    discarded.refresh_from_db()
    assert accepted.payload is None
    assert LeadArrival.objects.get().payload is not None
    assert discarded.payload is not None
    for held in (accepted, discarded):
        assert timedelta(days=7) <= held.expires_at - clock.now() <= timedelta(days=7, hours=1)
    decide(desk, "restore", discarded)
    discarded.refresh_from_db()
    assert discarded.expires_at - clock.now() > timedelta(days=29)


def test_only_those_who_make_forms_decide(desk, adas_desk, cais_desk, form):
    held = hold(form)

    assert adas_desk.get("/forms/held/").status_code == 403
    assert decide(adas_desk, "accept", held).status_code == 403
    assert "Lin" not in cais_desk.get("/forms/held/").content.decode()
    decide(cais_desk, "accept", held)

    held.refresh_from_db()
    assert held.state == HeldState.WAITING
    assert not Lead.objects.exists()


def test_what_is_no_id_decides_nothing(desk, form):
    held = hold(form)

    desk.post("/forms/held/decide/", {"action": "accept", "ids": ["x", "", "\0"]})
    desk.post("/forms/held/decide/", {"action": "nothing", "ids": [str(held.pk)]})

    assert not Lead.objects.exists()


def test_list_asks_as_often_for_one_as_for_three(desk, form):
    counts = []
    for numbers in ([0], [1, 2]):
        for number in numbers:
            hold(form, number)
        with CaptureQueriesContext(connection) as asked:
            desk.get("/forms/held/")
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_a_version_that_changed_meanwhile_is_read_as_it_was_asked(desk, form):
    held = hold(form)
    clock.set_offset(timedelta(days=3))
    try:
        decide(desk, "accept", held)
    finally:
        clock.set_offset(timedelta(0))

    assert Lead.objects.get().form_version == 1
