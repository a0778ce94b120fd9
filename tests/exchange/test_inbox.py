"""What other systems push is kept once, and sealed."""

from datetime import timedelta

from django_tenants.utils import tenant_context

from exchange.enums import InboxState
from exchange.models import InboxMessage
from exchange.services import (
    ATTEMPTS,
    KEPT,
    REMEMBERED,
    fail_message,
    finish_message,
    forget_payloads,
    open_message,
    receive_message,
)
from scrm.core import clock


def receive(key: str = "event-1", payload: bytes = b'{"phone": "13800138000"}'):
    return receive_message(channel="shop", dedupe_key=key, payload=payload, now=clock.now())


def test_a_message_is_kept_once_and_sealed(acme):
    message = receive()

    assert receive() is None
    kept = InboxMessage.objects.get()
    assert kept == message
    assert b"138" not in bytes(kept.payload) + bytes(kept.dedupe_key)
    assert open_message(kept) == b'{"phone": "13800138000"}'


def test_and_cai_does_not_see_it(acme, globex):
    with tenant_context(acme):
        receive()
    with tenant_context(globex):
        assert not InboxMessage.objects.exists()
        assert receive() is not None


def test_a_finished_message_keeps_what_it_held_for_a_week(acme):
    message = receive()
    now = message.received_at

    finish_message(message=message, now=now)
    kept = InboxMessage.objects.get()
    assert (kept.state, kept.due_at) == (InboxState.DONE, now + KEPT)
    forget_payloads(now=now + KEPT - timedelta(seconds=1))
    assert InboxMessage.objects.get().payload is not None
    forget_payloads(now=now + KEPT)

    forgotten = InboxMessage.objects.get()
    assert (forgotten.payload, forgotten.due_at) == (None, now + REMEMBERED)
    assert receive() is None
    forget_payloads(now=now + REMEMBERED)
    assert not InboxMessage.objects.exists()


def test_a_body_without_a_name_is_known_again_for_a_week_only(acme):
    def receive_unnamed():
        return receive_message(channel="shop", dedupe_key="digest", payload=b"{}", is_named=False, now=clock.now())

    message = receive_unnamed()
    assert receive_unnamed() is None
    finish_message(message=message, now=message.received_at)
    forget_payloads(now=message.received_at + KEPT)

    assert receive_unnamed() is not None


def test_a_failed_message_is_tried_again_until_its_attempts_are_spent(acme):
    message = receive()
    now = clock.now()

    fail_message(message=message, error="The shop is closed.", now=now, retry=True)
    kept = InboxMessage.objects.get()
    assert (kept.state, kept.error) == (InboxState.RECEIVED, "The shop is closed.")
    assert now < kept.due_at <= now + timedelta(minutes=1)
    InboxMessage.objects.update(attempt=ATTEMPTS)
    kept.refresh_from_db()
    fail_message(message=kept, error="For good.", now=now, retry=True)

    assert InboxMessage.objects.get().state == InboxState.FAILED
