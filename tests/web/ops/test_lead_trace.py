"""How a lead came in, on its page: each step, why no SOP began, and what was sent for who may see it."""

import re
from dataclasses import replace

import pytest

from accounts.models import AuditEntry
from campaigns.enums import Trigger
from campaigns.of_contacts import enrollment_list_of_contact
from exchange.jobs import create_job
from exchange.services import finish_message, receive_message
from leads.arrival_payloads import payload_of
from leads.models import Lead, LeadArrival
from scrm.core import clock
from scrm.flows.arrival import lead_arrived
from scrm.web.ops.lead_trace import trace_of
from tests.factories import make_live_sop, make_user, step
from tests.flows.arrivals import make_arrival
from tests.web.ops.conftest import Desk


def arrive(viewer, number=1, **how):
    arrival = replace(make_arrival(number, key=how.pop("key", "")), owner_id=viewer.pk, **how)
    return lead_arrived([arrival], now=clock.now())[0].lead_id


def told(lead_id, viewer):
    """What each step of the lead's latest arrival says."""
    arrival = LeadArrival.objects.filter(lead=lead_id).select_related("owner", "job", "message__endpoint").latest("pk")
    steps = trace_of(arrival, enrollment_list_of_contact(Lead.objects.get(pk=lead_id).contact_id), viewer)
    return [step["text"] for step in steps]


def test_trace_ends_at_an_owner_and_an_sop(desk, ben):
    make_live_sop(step(), name="Welcome", trigger=Trigger.LEAD_CAPTURED)

    lead_id = arrive(ben)

    assert told(lead_id, ben) == ["API", "A new lead", "Somebody new", "Ben · Named by whoever brought it", "Welcome"]
    page = desk.get(f"/leads/{lead_id}/trace/").content.decode()
    assert "Somebody new" in page
    assert "Welcome" in page


def test_trace_says_why_nothing_began(ben):
    assert told(arrive(ben), ben)[-1] == "None that is live begins with this lead."
    make_live_sop(step(), name="Welcome", trigger=Trigger.LEAD_CAPTURED)
    arrive(ben, 2)

    again = arrive(ben, 2, key="again")

    assert told(again, ben)[-1] == "None that they had not been in before: Welcome"
    assert told(again, ben)[2] == "Known by: Phone"
    changed = lead_arrived([make_arrival(2, key="again", city="Xiamen")], now=clock.now())[0].lead_id
    assert told(changed, ben)[1:3] == ["Brought the lead up to date", "The same enquiry as before"]
    assert told(changed, ben)[-1] == "None: they begin with new leads."
    [left] = lead_arrived([make_arrival(3)], now=clock.now(), start_sops=False)
    assert told(left.lead_id, ben)[-1] == "None: it was brought in without letting any begin."


def test_file_is_named_with_its_row(ben):
    job = create_job(
        kind="lead_import", title="fair.csv", options={}, file=None, total=1, by_id=ben.pk, now=clock.now()
    )

    assert told(arrive(ben, 7, job_id=job.pk), ben)[0] == "API · fair.csv · row 7"


def test_what_was_sent_is_shown_on_record(desk, ben):
    lead_id = arrive(ben, payload=payload_of({"phone": "13800000001", "名": "林"}))
    arrival = LeadArrival.objects.get()
    assert "13800000001" not in desk.get(f"/leads/{lead_id}/trace/").content.decode()

    answer = desk.post(f"/leads/{lead_id}/trace/{arrival.pk}/")

    assert {"13800000001", "林"} <= set(re.findall(r"[\d林]+", answer.content.decode()))
    assert answer["Cache-Control"] == "no-store"
    assert AuditEntry.objects.filter(action="payload.revealed", subject_id=str(lead_id)).count() == 1


def test_others_read_nothing(desk, adas_desk, cais_desk, ben, tenant):
    """Ada does not see another department's lead, an auditor sees it and not in clear, Cai is elsewhere."""
    lead_id = arrive(make_user("eva"), payload=payload_of({"phone": "13800000001"}))
    arrival = LeadArrival.objects.get()
    auditor = Desk(tenant, make_user("auditor", "auditor"))

    answers = [each.post(f"/leads/{lead_id}/trace/{arrival.pk}/") for each in (adas_desk, cais_desk, auditor)]

    assert [answer.status_code for answer in answers] == [404, 404, 403]
    assert auditor.get(f"/leads/{lead_id}/trace/").status_code == 200
    assert not AuditEntry.objects.filter(action="payload.revealed").exists()


@pytest.mark.parametrize(("leads", "shown"), [(1, True), (2, False)])
def test_message_that_tells_of_others_is_shown_to_those_alone_who_see_all(desk, adas_desk, ben, leads, shown):
    now = clock.now()
    message = receive_message(channel="webhook:x", dedupe_key="1", payload=b'{"phone": "13800000001"}', now=now)
    lead_id = arrive(ben, message_id=message.pk)
    finish_message(message=message, lead_ids=[lead_id], outcome={"leads": leads, "rejected": 0}, now=now)
    path = f"/leads/{lead_id}/trace/{LeadArrival.objects.get().pk}/"

    assert ("13800000001" in adas_desk.post(path).content.decode()) is shown
    assert "13800000001" in desk.post(path).content.decode()
