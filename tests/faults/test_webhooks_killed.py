"""Processes that die over a webhook: what came in is a lead once, what goes out arrives, under one id."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test import Client
from django_tenants.utils import schema_context

from exchange import retrying, services
from exchange.endpoints import create_endpoint, switch_endpoint
from exchange.enums import DeliveryState, EndpointState, InboxState
from exchange.models import InboxMessage, Webhook, WebhookDelivery
from exchange.outbox import ping_webhook
from exchange.webhooks import create_webhook
from leads.models import Lead
from scheduler.budget import Budget
from scrm.core import clock
from scrm.flows.hooks_in import messages_due
from scrm.flows.hooks_out import deliveries_due
from tests.doubles.receiver import Receiver
from tests.faults.forked import DIED, Child
from tests.faults.ground import nowhere
from tests.faults.work import push_hook, take_hooks_in, tell_hooks

MAPPING = {"fields": {"id": "event_id", "name": "name", "phone": "phone"}}


@contextmanager
def later(lease):
    """Other workers go on when the lease of whoever died is over."""
    clock.set_offset(2 * lease)
    try:
        yield
    finally:
        clock.set_offset(0 * lease)


@pytest.fixture
def endpoint(kept_database):
    """A live way in of acme, with nothing in it."""
    with schema_context("acme"):
        now = clock.now()
        made = create_endpoint(name="Ads", mapping=MAPPING, source="Feed", now=now)
        switch_endpoint(endpoint=made, state=EndpointState.LIVE, by=None, now=now)
        yield made


@pytest.fixture
def receiver(kept_database, settings):
    settings.SCRM_OUTGOING_LOOPBACK = True
    server = Receiver()
    yield server
    server.close()


def pushed(name: str) -> bytes:
    return json.dumps({"id": name, "name": name, "phone": "138 0013 8000"}).encode()


def push(endpoint, body: bytes):
    """What the sender hears; the test stays in its tenant."""
    before = connection.tenant
    client = Client(raise_request_exception=False)
    try:
        return client.post(
            f"/hooks/in/{endpoint.code}", body, content_type="application/json", HTTP_HOST="acme.localhost"
        )
    finally:
        connection.set_tenant(before)


def messages_of(endpoint) -> list[tuple[str, int]]:
    """Each message's state, and how many leads it brought."""
    rows = InboxMessage.objects.filter(endpoint=endpoint)
    return [(message.state, Lead.objects.filter(pk__in=message.lead_ids).count()) for message in rows]


def leads_of(endpoint) -> int:
    return Lead.objects.filter(dedupe_key__startswith=f"hook:{endpoint.pk.hex}").count()


def test_message_whose_answer_was_lost_is_kept_and_known_again(endpoint):
    child = Child("inbox.committed=kill", push_hook, endpoint.code, pushed("lost"))
    assert child.wait() == DIED
    again = push(endpoint, pushed("lost"))
    messages_due(Budget(30))

    assert (again.status_code, again.json()) == (200, {"received": True, "duplicate": True})
    assert (messages_of(endpoint), leads_of(endpoint)) == ([(InboxState.DONE, 1)], 1)


@pytest.mark.parametrize("point", ["inbox.claimed", "inbox.ended"])
def test_message_whose_worker_died_is_one_lead(endpoint, point):
    """Before the leads are written and after, in the same transaction: the next worker takes all of it in, once."""
    push(endpoint, pushed(point))

    assert Child(f"{point}=kill", take_hooks_in).wait() == DIED
    assert (messages_of(endpoint), leads_of(endpoint)) == ([(InboxState.RECEIVED, 0)], 0)
    with later(services.LEASE):
        messages_due(Budget(30))
        messages_due(Budget(30))

    assert (messages_of(endpoint), leads_of(endpoint)) == ([(InboxState.DONE, 1)], 1)


@pytest.mark.parametrize(("point", "heard"), [("hook.claimed", 1), ("hook.answered", 2), ("hook.recorded", 1)])
def test_delivery_whose_worker_died_arrives_under_its_one_id(receiver, point, heard):
    """Only between the call and its record may it come twice, and then its receiver can tell."""
    with schema_context("acme"):
        Webhook.objects.all().delete()
        made = create_webhook(name="Shop", url=receiver.url, event_types=["lead.won"], now=clock.now())
        ping_webhook(webhook_id=made.webhook.pk, now=clock.now())

        assert Child(f"{point}=kill", tell_hooks).wait() == DIED
        with later(retrying.LEASE):
            deliveries_due(Budget(30))
            deliveries_due(Budget(30))

        delivery = WebhookDelivery.objects.get()
        assert delivery.state == DeliveryState.DONE
        assert receiver.ids == [str(delivery.pk)] * heard


def test_sender_is_asked_to_come_again_while_the_database_is_away(endpoint):
    with nowhere():
        refused = push(endpoint, pushed("away"))
    assert (refused.status_code, refused["Retry-After"]) == (503, "5")
    assert not messages_of(endpoint)

    answers = [push(endpoint, pushed("away")).json()["duplicate"] for _time in range(2)]
    messages_due(Budget(30))

    assert answers == [False, True]
    assert (messages_of(endpoint), leads_of(endpoint)) == ([(InboxState.DONE, 1)], 1)


def test_equal_messages_at_once_are_one(endpoint):
    def post(_number):
        try:
            return push(endpoint, pushed("twins"))
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(post, range(24)))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _number: _take_in(), range(4)))

    assert {answer.status_code for answer in answers} == {200}
    assert sorted(answer.json()["duplicate"] for answer in answers) == [False] + [True] * 23
    assert (messages_of(endpoint), leads_of(endpoint)) == ([(InboxState.DONE, 1)], 1)


def _take_in() -> None:
    try:
        take_hooks_in()
    finally:
        connection.close()
