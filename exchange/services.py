"""Writes of the inbox: what was pushed is kept, claimed, done with, tried again, replayed and in the end forgotten."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from accounts.services import record_audit
from exchange.enums import EndpointState, InboxState
from exchange.models import ApiKey, InboxMessage, Webhook, WebhookEndpoint
from exchange.sealed import open_column, seal_column
from scheduler.services import due_work, note_due
from scrm.core import crypto, failpoints
from tenants.selectors import tenant_keys

KEPT: Final = timedelta(days=7)
"""How long a payload is kept, sealed; until then it can be replayed."""
REMEMBERED: Final = timedelta(days=30)
"""How long an event's own id is known again."""
ATTEMPTS: Final = 8
LEASE: Final = timedelta(seconds=60)

_BACK_OFF: Final = (5, 30, 120, 600, 1800, 7200, 21600)
_FORGOTTEN_AT_ONCE: Final = 500


def receive_message(
    *,
    channel: str,
    dedupe_key: str,
    payload: bytes,
    now: datetime,
    endpoint: WebhookEndpoint | None = None,
    content_type: str = "",
    is_named: bool = True,
) -> InboxMessage | None:
    """Keep what another system pushed, sealed, before it is answered; None when it is here already.

    What its sender did not name (`is_named`) is known by its body, for as long as that is kept.
    """
    message = InboxMessage(
        channel=channel,
        endpoint=endpoint,
        dedupe_key=crypto.blind_index(dedupe_key, keys=tenant_keys(), purpose=f"inbox.{channel}"),
        is_named=is_named,
        content_type=content_type,
        received_at=now,
        due_at=now,
    )
    if endpoint is not None and endpoint.state != EndpointState.LIVE:
        message.state, message.due_at = InboxState.HELD, now + KEPT
    message.payload = seal_column(message, "payload", payload)
    with due_work():
        InboxMessage.objects.bulk_create([message], ignore_conflicts=True)
        if not InboxMessage.objects.filter(pk=message.pk).exists():
            return None
        note_due(message.due_at)
    failpoints.passed("inbox.committed")
    return message


def open_message(message: InboxMessage) -> bytes:
    """What was pushed, in clear."""
    return open_column(message, "payload")


def claim_message(*, now: datetime) -> InboxMessage | None:
    """Take the message that has waited longest. The attempt counts before it is made: one that kills ends."""
    waiting = InboxMessage.objects.filter(state=InboxState.RECEIVED, due_at__lte=now).exclude(endpoint=None)
    with due_work():
        message = waiting.select_for_update(skip_locked=True, of=("self",)).order_by("due_at").first()
        if message is None:
            return None
        message.attempt += 1
        message.due_at = now + LEASE
        message.save(update_fields=["attempt", "due_at"])
        note_due(message.due_at)
    failpoints.passed("inbox.claimed")
    return message


def hold_message(*, message: InboxMessage) -> InboxMessage | None:
    """Lock the claimed message in the transaction that does what it says; None when it is no longer ours."""
    rows = InboxMessage.objects.select_for_update(of=("self",)).select_related("endpoint")
    return rows.filter(pk=message.pk, state=InboxState.RECEIVED, attempt=message.attempt).first()


def finish_message(
    *,
    message: InboxMessage,
    now: datetime,
    lead_ids: Sequence[UUID] = (),
    outcome: Mapping[str, Any] | None = None,
) -> None:
    """The message has done what it says; what it held is kept for a week from its coming."""
    _end(message, InboxState.DONE, "", now, lead_ids=list(lead_ids), outcome=dict(outcome or {}))


def fail_message(
    *,
    message: InboxMessage,
    error: str,
    now: datetime,
    retry: bool = False,
    outcome: Mapping[str, Any] | None = None,
) -> None:
    """The message could not be taken in; with `retry` it is tried again later, until its attempts are spent."""
    if retry and message.attempt < ATTEMPTS:
        due_at = now + timedelta(seconds=_BACK_OFF[min(max(message.attempt, 1), len(_BACK_OFF)) - 1])
        with due_work():
            InboxMessage.objects.filter(pk=message.pk, attempt=message.attempt).update(error=error[:500], due_at=due_at)
            note_due(due_at)
    else:
        _end(message, InboxState.FAILED, error, now, outcome=dict(outcome or {}))


def _end(message: InboxMessage, state: InboxState, error: str, now: datetime, **values: Any) -> None:
    due_at = max(message.received_at + KEPT, now)
    with due_work():
        ended = InboxMessage.objects.filter(pk=message.pk, attempt=message.attempt)
        ended.update(state=state, error=error[:500], due_at=due_at, **values)
        note_due(due_at)
        failpoints.passed("inbox.ended")


def replay_messages(*, endpoint: WebhookEndpoint, messages: Collection[UUID], by: Any, now: datetime) -> int:
    """Take these in once more, as far as their payloads are still there; gives how many will be."""
    with due_work():
        rows = InboxMessage.objects.filter(endpoint=endpoint, pk__in=messages).exclude(payload=None)
        replayed = rows.update(state=InboxState.RECEIVED, attempt=0, due_at=now, error="")
        if replayed:
            note_due(now)
            _audit_replay(endpoint, replayed, by, now)
    return replayed


def release_messages(*, endpoint: WebhookEndpoint, by: Any, now: datetime) -> int:
    """Take in what was held while the way in was no draft or paused any more."""
    with due_work():
        held = InboxMessage.objects.filter(endpoint=endpoint, state=InboxState.HELD)
        released = held.update(state=InboxState.RECEIVED, attempt=0, due_at=now)
        if released:
            note_due(now)
            _audit_replay(endpoint, released, by, now)
    return released


def _audit_replay(endpoint: WebhookEndpoint, messages: int, by: Any, now: datetime) -> None:
    details = {"name": endpoint.name, "messages": messages}
    record_audit(action="webhook_in.replayed", actor=by, subject=endpoint, details=details, now=now)


def forget_payloads(*, now: datetime) -> bool:
    """Payloads that were kept long enough go, and later the messages; True when more is waiting."""
    over = InboxMessage.objects.filter(due_at__lte=now).exclude(state=InboxState.RECEIVED)
    with due_work():
        batch = list(over.select_for_update(skip_locked=True, of=("self",)).order_by("due_at")[:_FORGOTTEN_AT_ONCE])
        gone = [message.pk for message in batch if message.payload is None]
        InboxMessage.objects.filter(pk__in=gone).delete()
        kept = [message for message in batch if message.payload is not None]
        for message in kept:
            message.payload = None
            message.due_at = message.received_at + REMEMBERED
            if not message.is_named:
                # The same body a week later is something new.
                message.dedupe_key = message.pk.bytes
            if message.state == InboxState.HELD:
                message.state = InboxState.FAILED
            note_due(message.due_at)
        InboxMessage.objects.bulk_update(kept, ["payload", "due_at", "dedupe_key", "state"])
    return len(batch) == _FORGOTTEN_AT_ONCE


@transaction.atomic
def still_exchange(*, now: datetime) -> None:
    """A copy beside its original: nobody comes in by the original's keys, nobody is told of changes."""
    ApiKey.objects.filter(revoked_at=None).update(revoked_at=now)
    Webhook.objects.filter(active=True).update(active=False)
    WebhookEndpoint.objects.filter(state=EndpointState.LIVE).update(state=EndpointState.PAUSED)
