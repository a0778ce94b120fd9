"""Telling others: noted with the change, signed, sent once each until it arrives, and none waits for another."""

import json
import threading
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.enums import Role
from accounts.models import AuditEntry
from exchange import deliveries, retrying
from exchange.deliveries import Result, claim_calls, record_result
from exchange.enums import DeliveryState, HookEvent
from exchange.models import Webhook, WebhookDelivery
from exchange.outbox import Change, ping_webhook, publish, replay_deliveries
from exchange.signatures import verify
from exchange.webhooks import create_webhook, rotate_webhook, switch_webhook
from scheduler.budget import Budget
from scheduler.services import due_work, note_due
from scrm.core import clock
from scrm.flows.arrival import lead_arrived
from scrm.flows.hooks_out import deliveries_due
from scrm.flows.progress import lead_won
from tests.doubles.receiver import Receiver
from tests.factories import make_user
from tests.flows.arrivals import make_arrival

ALL = [event.value for event in HookEvent if event != HookEvent.PING]


@pytest.fixture
def receiver(settings):
    settings.SCRM_OUTGOING_LOOPBACK = True
    server = Receiver()
    yield server
    server.close()


def listen(url, *events, **more):
    return create_webhook(name="Shop", url=url, event_types=events or ALL, now=clock.now(), **more)


def drain() -> None:
    assert not deliveries_due(Budget(30))


def told(receiver) -> list[str]:
    return [json.loads(body)["type"] for _headers, body in receiver.heard]


def test_lead_that_comes_in_is_told_and_signed(acme, receiver):
    made = listen(receiver.url, "lead.captured", "lead.won")
    outcome = lead_arrived([make_arrival()], now=clock.now())[0]
    lead_won(outcome.lead_id, by=None, now=clock.now())
    drain()

    headers, body = receiver.heard[0]
    said = json.loads(body)
    assert told(receiver) == ["lead.captured", "lead.won"]
    assert said["data"]["lead_id"] == str(outcome.lead_id)
    assert "person" not in said
    assert headers["SCRM-Delivery"] == said["id"]
    assert verify(body, headers["SCRM-Signature"], secret=made.secret, now=clock.now())
    delivery = WebhookDelivery.objects.get(event_type="lead.captured")
    assert (delivery.state, delivery.log[0]["status"], delivery.attempt) == (DeliveryState.DONE, 200, 1)
    assert b"138" not in bytes(delivery.answer)


def test_change_that_is_taken_back_is_told_to_nobody(acme):
    listen("https://example.com/", "lead.captured")

    def broken() -> None:
        with due_work():
            lead_arrived([make_arrival()], now=clock.now())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken()

    assert not WebhookDelivery.objects.exists()


@pytest.mark.parametrize("leads", [1, 3])
def test_who_listens_is_asked_once_for_a_batch(acme, leads):
    listen("https://example.com/", "lead.won")
    with CaptureQueriesContext(connection) as queries:
        lead_arrived([make_arrival(number) for number in range(leads)], now=clock.now())

    asked = [each["sql"] for each in queries if "exchange_webhook" in each["sql"]]
    assert len(asked) == 1
    assert "FOR KEY SHARE" in asked[0]


def test_change_that_nobody_can_be_told_of_asks_nobody(acme):
    """Neither the same lead again nor work without any change costs a statement."""
    listen("https://example.com/")
    lead_arrived([make_arrival()], now=clock.now())
    with CaptureQueriesContext(connection) as queries:
        lead_arrived([make_arrival()], now=clock.now())
        with due_work():
            note_due(clock.now())
        with due_work():
            publish([])

    assert not [each["sql"] for each in queries if "exchange_webhook" in each["sql"]]


def test_changes_of_many_kinds_ask_once(acme):
    listen("https://example.com/", "tag.removed")
    now = clock.now()
    with CaptureQueriesContext(connection) as queries, due_work():
        for event in (HookEvent.LEAD_CAPTURED, HookEvent.TAG_ADDED, HookEvent.TAG_REMOVED):
            publish([Change(event, {}, now)])

    asked = [each["sql"] for each in queries if "exchange_webhook" in each["sql"] and "INSERT" not in each["sql"]]
    assert len(asked) == 1
    assert WebhookDelivery.objects.get().event_type == "tag.removed"


def test_personal_data_goes_only_where_it_was_asked_for_by_who_may(acme, receiver):
    ada, rep = make_user("ada", Role.PRINCIPAL), make_user("aud", Role.AUDITOR)
    for by in (rep, None):
        with pytest.raises(ValidationError):
            listen(receiver.url, "lead.captured", personal=True, by=by)
    listen(receiver.url, "lead.captured", personal=True, by=ada)
    lead_arrived([make_arrival()], now=clock.now())

    assert "person" not in WebhookDelivery.objects.get().data
    drain()

    person = json.loads(receiver.heard[0][1])["person"]
    assert (person["name"], person["phones"]) == ("Person 1", ["+8613800000001"])


def test_both_secrets_sign_while_one_replaces_the_other(acme, receiver):
    first = listen(receiver.url, "lead.won")
    second = rotate_webhook(webhook=first.webhook, now=clock.now())
    ping_webhook(webhook_id=first.webhook.pk, now=clock.now())
    drain()

    headers, body = receiver.heard[0]
    for secret in (first.secret, second.secret):
        assert verify(body, headers["SCRM-Signature"], secret=secret, now=clock.now())
    Webhook.objects.update(previous_until=clock.now())
    ping_webhook(webhook_id=first.webhook.pk, now=clock.now())
    drain()
    headers, body = receiver.heard[1]
    assert not verify(body, headers["SCRM-Signature"], secret=first.secret, now=clock.now())


def test_failed_call_is_repeated_under_the_same_id_until_it_arrives(acme, receiver):
    made = listen(receiver.url, "lead.won")
    ping_webhook(webhook_id=made.webhook.pk, now=clock.now())
    receiver.status = 500
    drain()
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, len(receiver.heard)) == (DeliveryState.WAITING, 1)
    assert delivery.due_at > clock.now()
    assert Webhook.objects.get().closed_until > clock.now()

    receiver.status = 200
    later(minutes=1)
    try:
        drain()
    finally:
        clock.set_offset(timedelta(0))

    ids = {headers["SCRM-Delivery"] for headers, _body in receiver.heard}
    assert (WebhookDelivery.objects.get().state, len(receiver.heard), ids) == (
        DeliveryState.DONE,
        2,
        {str(delivery.pk)},
    )
    webhook = Webhook.objects.get()
    assert (webhook.failures, webhook.failing_since) == (0, None)


def later(**how) -> None:
    clock.set_offset(timedelta(**how))


def test_retries_go_on_for_three_days_and_then_it_has_failed(acme):
    made = listen("https://example.com/", "lead.won")
    ping_webhook(webhook_id=made.webhook.pk, now=clock.now())
    began = WebhookDelivery.objects.get().occurred_at
    now, tries = began, 0
    while WebhookDelivery.objects.get().state == DeliveryState.WAITING:
        Webhook.objects.update(active=True)
        for call in claim_calls(limit=8, now=now):
            tries += 1
            assert record_result(call=call, result=Result(503), now=now)
        now = max(now, Webhook.objects.get().closed_until, WebhookDelivery.objects.get().due_at or now)

    assert timedelta(days=2, hours=12) < now - began <= timedelta(days=3, minutes=5)
    assert 10 <= tries <= 20
    assert len(WebhookDelivery.objects.get().log) == tries


def test_receiver_that_fails_for_days_is_switched_off_and_told_about(acme):
    made = listen("https://example.com/", "lead.won")
    now = clock.now()
    ping_webhook(webhook_id=made.webhook.pk, now=now)
    Webhook.objects.update(failing_since=now - retrying.PAUSED_AFTER)
    record_result(call=claim_calls(limit=1, now=now)[0], result=Result(0, word="refused"), now=now)

    webhook = Webhook.objects.get()
    assert (webhook.active, webhook.paused_for) == (False, "failing")
    assert AuditEntry.objects.filter(action="webhook.paused").exists()
    assert claim_calls(limit=1, now=now + timedelta(days=1)) == []
    assert switch_webhook(webhook=webhook, active=True, by=None, now=now)
    assert len(claim_calls(limit=1, now=now)) == 1


def test_receiver_that_says_gone_is_switched_off_at_once(acme):
    made = listen("https://example.com/", "lead.won")
    now = clock.now()
    ping_webhook(webhook_id=made.webhook.pk, now=now)
    record_result(call=claim_calls(limit=1, now=now)[0], result=Result(410), now=now)

    assert (Webhook.objects.get().active, Webhook.objects.get().paused_for) == (False, "gone")


def test_slow_receiver_holds_up_nobody_else(acme, receiver):
    slow = Receiver()
    slow.go.clear()
    try:
        slow_id = listen(slow.url, "lead.won").webhook.pk
        fast_id = listen(receiver.url, "lead.won").webhook.pk
        for webhook_id in (slow_id, fast_id):
            for _time in range(10):
                ping_webhook(webhook_id=webhook_id, now=clock.now())
        watcher = threading.Thread(target=_let_go_when, args=(receiver, 10, slow))
        watcher.start()
        drain()
        watcher.join(10)
    finally:
        slow.close()

    assert (len(receiver.heard), len(slow.heard)) == (10, 10)


def _let_go_when(receiver, count, slow) -> None:
    """The slow one answers only after the fast one has heard everything: else both would wait for ever."""
    while len(receiver.heard) < count and not slow.go.wait(0.01):
        pass
    slow.go.set()


def test_worker_killed_during_a_call_leads_to_the_same_delivery_again(acme):
    made = listen("https://example.com/", "lead.won")
    now = clock.now()
    ping_webhook(webhook_id=made.webhook.pk, now=now)
    lost = claim_calls(limit=8, now=now)[0]
    assert claim_calls(limit=8, now=now + retrying.LEASE - timedelta(seconds=1)) == []

    again = claim_calls(limit=8, now=now + retrying.LEASE)[0]

    assert again.delivery.pk == lost.delivery.pk
    assert not record_result(call=lost, result=Result(200), now=now + retrying.LEASE)
    assert record_result(call=again, result=Result(200), now=now + retrying.LEASE)
    assert WebhookDelivery.objects.get().state == DeliveryState.DONE


def test_delivery_is_sent_again_when_asked(acme, receiver):
    made = listen(receiver.url, "lead.won")
    ping_webhook(webhook_id=made.webhook.pk, now=clock.now())
    drain()
    pk = WebhookDelivery.objects.get().pk

    assert replay_deliveries(deliveries=[pk], now=clock.now()) == 1
    drain()

    assert len({headers["SCRM-Delivery"] for headers, _body in receiver.heard}) == 1
    assert len(receiver.heard) == 2


def test_old_deliveries_are_forgotten(acme):
    made = listen("https://example.com/", "lead.won")
    ping_webhook(webhook_id=made.webhook.pk, now=clock.now() - deliveries.KEPT)

    assert not deliveries.forget_deliveries(now=clock.now())
    assert not WebhookDelivery.objects.exists()


@pytest.mark.parametrize("url", ["http://example.com/", "https://127.1/", "https://user@x.com/", "ftp://x/", "x"])
def test_address_that_can_not_be_called_is_refused_at_once(acme, url):
    with pytest.raises(ValidationError) as refused:
        listen(url)

    assert "url" in refused.value.message_dict
    assert not Webhook.objects.exists()
