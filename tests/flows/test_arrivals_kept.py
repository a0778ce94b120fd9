"""How each lead came in is kept with it; what was sent is sealed, and forgotten after a week."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django_tenants.utils import tenant_context

from accounts.models import AuditEntry
from accounts.services import create_department
from leads.arrival_payloads import open_payload, payload_of
from leads.models import LeadArrival
from leads.queries import ARRIVALS_NEXT_DUE
from leads.services import reveal_payload
from leads.services.arrivals import KEPT_FOR
from scheduler.budget import Budget
from scrm.core import clock
from scrm.flows.arrival import lead_arrived
from scrm.flows.arrival_payloads import arrival_payloads_due
from scrm.flows.starter import lay_out_tenant
from tests.factories import make_user
from tests.flows.arrivals import make_arrival


@pytest.fixture
def ready(acme):
    lay_out_tenant()
    return acme


def arrive(*arrivals, now=None, **how):
    return lead_arrived(arrivals, now=now or clock.now(), **how)


def sent(number: int = 1, said="hello", **how):
    return replace(make_arrival(number, **how), payload=payload_of(said))


def next_due():
    with connection.cursor() as cursor:
        cursor.execute(ARRIVALS_NEXT_DUE)
        return cursor.fetchone()[0]


def kept() -> list[tuple[str, str, str]]:
    rows = LeadArrival.objects.order_by("taken_at", "pk")
    return list(rows.values_list("outcome", "matched_by", "assigned_by"))


def test_lead_says_who_it_was_and_whose_it_became(ready):
    ben, now = make_user(takes_leads=True), clock.now()

    [outcome] = arrive(replace(make_arrival(), received_at=now - timedelta(minutes=2)), now=now)

    row = LeadArrival.objects.get()
    assert (row.lead_id, row.owner, row.assigned_by) == (outcome.lead_id, ben, "turn")
    assert (row.outcome, row.matched_by, row.starts_sops) == ("created", "new", True)
    assert (row.arrived_at, row.taken_at) == (now - timedelta(minutes=2), now)


def test_each_way_of_being_known_is_told(ready):
    make_user(takes_leads=True)
    arrive(make_arrival(1))
    arrive(make_arrival(1, key="again"))
    arrive(make_arrival(1, city="Xiamen"))
    arrive(make_arrival(1, city="Xiamen"))

    assert kept() == [("created", "new", "turn"), ("created", "phone", "kept"), ("updated", "lead", "stays")]


def test_two_of_one_lead_in_a_batch_are_two_arrivals(ready):
    arrive(sent(1, "first"), sent(1, "second", city="Xiamen"))

    rows = LeadArrival.objects.order_by("pk")
    assert [(row.outcome, open_payload(row)) for row in rows] == [("created", '"first"'), ("updated", '"second"')]


def test_department_of_the_way_in_is_told(ready):
    north = create_department(name="North")
    ben = make_user(takes_leads=True, department=north)

    arrive(replace(make_arrival(), department_id=north.pk))

    assert LeadArrival.objects.values_list("owner", "assigned_by").get() == (ben.pk, "team")


@pytest.mark.parametrize("said", [{"name": "林", "note": "\ud800 \0 '\""}, ["a"], ""])
def test_what_was_sent_is_sealed_and_read_again(ready, said):
    arrive(sent(1, said))

    row = LeadArrival.objects.get()
    assert "林".encode() not in bytes(row.payload)
    assert open_payload(row).encode()


def test_payload_moved_to_another_row_does_not_open(ready):
    arrive(sent(1, "mine"), sent(2, "theirs"))
    one, two = LeadArrival.objects.all()
    one.payload = two.payload

    with pytest.raises(Exception, match="altered"):
        open_payload(one)


def test_who_looks_at_a_payload_is_on_record(ready):
    arrive(sent(1, {"phone": "13800000001"}))
    row, ada = LeadArrival.objects.get(), make_user("ada")

    assert "13800000001" in reveal_payload(arrival=row, by=ada, now=clock.now())

    entry = AuditEntry.objects.get(action="payload.revealed")
    assert (entry.actor, entry.subject_id) == (ada, str(row.lead_id))
    assert "13800000001" not in str(entry.details)


def test_what_was_sent_is_forgotten_after_a_week_and_the_rest_stays(ready, monkeypatch):
    began = clock.now()
    arrive(sent(1), now=began)
    arrive(sent(2), now=began + timedelta(hours=1))
    assert next_due() == began + KEPT_FOR

    monkeypatch.setattr(clock, "now", lambda: began + KEPT_FOR)
    assert arrival_payloads_due(Budget(5)) is False

    assert [bool(row.payload) for row in LeadArrival.objects.order_by("taken_at")] == [False, True]
    assert next_due() == began + KEPT_FOR + timedelta(hours=1)


def test_and_cai_has_none_of_it(ready, globex):
    with tenant_context(ready):
        arrive(sent(1))

    with tenant_context(globex):
        assert not LeadArrival.objects.exists()
