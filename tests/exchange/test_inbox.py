"""What other systems push is kept once, and sealed."""

from datetime import timedelta

from django_tenants.utils import tenant_context

from exchange.enums import InboxState
from exchange.models import InboxMessage
from exchange.services import fail_message, finish_message, open_message, receive_message
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


def test_a_finished_message_forgets_what_it_held(acme):
    finish_message(message=receive())

    kept = InboxMessage.objects.get()
    assert (kept.state, kept.payload, kept.due_at) == (InboxState.DONE, None, None)


def test_a_failed_message_is_tried_again_when_told_so(acme):
    later = clock.now() + timedelta(minutes=5)
    message = receive()

    fail_message(message=message, error="The shop is closed.", retry_at=later)
    kept = InboxMessage.objects.get()
    assert (kept.state, kept.due_at, kept.attempt) == (InboxState.RECEIVED, later, 1)
    fail_message(message=kept, error="For good.")

    assert InboxMessage.objects.get().state == InboxState.FAILED
