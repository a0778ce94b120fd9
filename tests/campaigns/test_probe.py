"""The one probe of a shut channel when nothing is sent by it: whoever looks next may have it."""

from datetime import timedelta

import pytest
from django.db import connection
from django_tenants.utils import schema_context

from campaigns.enums import Closure, TouchState
from campaigns.lane_queries import TOUCHPOINTS_NEXT_DUE
from campaigns.models import Breaker, Lane, Touchpoint
from campaigns.policy import FAILURES_UNTIL_SHUT
from campaigns.selectors import lanes_with_due_rows
from campaigns.services.delivery import deliver
from campaigns.services.ledger import claim_batch
from contacts.models import DoNotContact
from scheduler.budget import Budget
from scheduler.models import WakeUp
from scheduler.queries import FAR_FUTURE
from scrm.core import clock
from scrm.flows.touchpoint import touchpoints_due
from tests.campaigns.people import mailable, put_in
from tests.factories import make_contact, make_live_sop, step


@pytest.fixture
def lane(acme, memory):
    make_live_sop(step("email"), name="Welcome")
    state = {"failures": FAILURES_UNTIL_SHUT, "closure": Closure.HUNG_UP, "reopen_at": clock.now()}
    Breaker.objects.create(channel="email", **state)
    return Lane.objects.select_related("sop").get()


def wake_up(tenant, due_at=None):
    with schema_context("public"):
        if due_at is not None:
            WakeUp.objects.update_or_create(tenant=tenant, defaults={"due_at": due_at})
        return WakeUp.objects.get(tenant=tenant).due_at


def next_due():
    with connection.cursor() as cursor:
        cursor.execute(TOUCHPOINTS_NEXT_DUE)
        return cursor.fetchone()[0]


def test_probe_goes_to_the_next_touch_when_one_is_skipped(lane, memory):
    put_in(lane.sop, make_contact("No address"), anchor_at=clock.now() - timedelta(minutes=1))
    put_in(lane.sop, *mailable("lin", "mei"))

    touchpoints_due(Budget(5))

    states = Touchpoint.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == [TouchState.SKIPPED, TouchState.SENT, TouchState.SENT]
    assert Breaker.objects.get().reopen_at is None


def test_probe_that_finds_nothing_to_send_wakes_nobody(acme, lane):
    """Else a drain that meets rows that others hold would ring for the next one, without end."""
    wake_up(acme, FAR_FUTURE)

    assert claim_batch(lane=lane) is None

    assert wake_up(acme) == FAR_FUTURE
    assert Breaker.objects.get().probe_token is None


def test_probe_whose_person_withdraws_is_given_back(acme, lane, memory):
    lin, mei = mailable("lin", "mei")
    put_in(lane.sop, lin, anchor_at=clock.now() - timedelta(minutes=1))
    put_in(lane.sop, mei)
    batch = claim_batch(lane=lane)
    assert batch is not None
    assert lanes_with_due_rows(clock.now()) == []
    assert next_due() == Breaker.objects.get().probe_until
    DoNotContact.objects.create(contact=lin, channel="email", since=clock.now())
    wake_up(acme, FAR_FUTURE)

    deliver(batch)

    assert memory.taken == []
    assert Breaker.objects.get().probe_token is None
    assert wake_up(acme) <= clock.now()
    touchpoints_due(Budget(5))
    assert Breaker.objects.get().reopen_at is None
    assert len(memory.taken) == 1
