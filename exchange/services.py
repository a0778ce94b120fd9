"""Writes of the inbox: what was pushed is kept, opened, done with or tried again."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from exchange.enums import InboxState
from exchange.models import ApiKey, InboxMessage, Webhook
from scheduler.services import due_work, note_due
from scrm.core import crypto, failpoints
from tenants.selectors import tenant_keys


def receive_message(*, channel: str, dedupe_key: str, payload: bytes, now: datetime) -> InboxMessage | None:
    """Keep what another system pushed, sealed, before it is answered; None when it is here already."""
    message = InboxMessage(
        channel=channel,
        dedupe_key=crypto.blind_index(dedupe_key, keys=tenant_keys(), purpose=f"inbox.{channel}"),
        received_at=now,
        due_at=now,
    )
    message.payload = crypto.seal(payload, keys=tenant_keys(), aad=_aad(message.pk))
    with due_work():
        InboxMessage.objects.bulk_create([message], ignore_conflicts=True)
        if not InboxMessage.objects.filter(pk=message.pk).exists():
            return None
        note_due(now)
    failpoints.passed("inbox.committed")
    return message


def open_message(message: InboxMessage) -> bytes:
    """What was pushed, in clear."""
    return crypto.open_sealed(message.payload or b"", keys=tenant_keys(), aad=_aad(message.pk))


def finish_message(*, message: InboxMessage) -> None:
    """The message has done what it says; what it held is no longer needed."""
    InboxMessage.objects.filter(pk=message.pk).update(state=InboxState.DONE, payload=None, due_at=None, error="")


def fail_message(*, message: InboxMessage, error: str, retry_at: datetime | None = None) -> None:
    """The message could not be taken in; with `retry_at` it is tried again then."""
    state = InboxState.FAILED if retry_at is None else InboxState.RECEIVED
    with due_work():
        InboxMessage.objects.filter(pk=message.pk).update(
            state=state, error=error[:500], due_at=retry_at, attempt=message.attempt + 1
        )
        note_due(retry_at)


def _aad(pk: UUID) -> bytes:
    return b"exchange_inboxmessage.payload:" + pk.bytes


def reseal_messages() -> tuple[int, int]:
    """Seal what still waits with the master key of now: how many were, and how many can't be opened."""
    keys, changed, lost = tenant_keys(), [], 0
    with transaction.atomic():
        for message in InboxMessage.objects.select_for_update().exclude(payload=None).order_by("pk"):
            if crypto.is_current(message.payload or b"", keys=keys):
                continue
            try:
                message.payload = crypto.seal(open_message(message), keys=keys, aad=_aad(message.pk))
                changed.append(message)
            except crypto.CryptoError:
                lost += 1
        InboxMessage.objects.bulk_update(changed, ["payload"])
    return len(changed), lost


def still_exchange(*, now: datetime) -> None:
    """A copy beside its original: nobody comes in by the original's keys, nobody is told of changes."""
    ApiKey.objects.filter(revoked_at=None).update(revoked_at=now)
    Webhook.objects.filter(active=True).update(active=False)
