"""Writes of deliveries: claimed, a receiver at a time; recorded; forgotten.

A receiver has one call on its way at a time. What waits for a slow one waits for it alone.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import structlog
from django.db.models import Exists, F, OuterRef, Q

from accounts.services import record_audit
from exchange import retrying
from exchange.enums import DeliveryState
from exchange.models import Webhook, WebhookDelivery
from exchange.sealed import open_secrets, seal_column
from scheduler.services import due_work, note_due
from scrm.core import failpoints

ANSWER_KEPT: Final = 500
KEPT: Final = timedelta(days=30)
FAILING: Final = "failing"
GONE: Final = "gone"
_LOG_KEPT: Final = 20
_FORGOTTEN_AT_ONCE: Final = 1_000

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Call:
    """One delivery on its way; only who holds the token may say what came of it."""

    delivery: WebhookDelivery
    url: str
    secrets: tuple[str, ...]
    personal: bool
    token: UUID


@dataclass(frozen=True, slots=True)
class Result:
    """What a call came to: a status, or 0 and a word for why there is none."""

    status: int
    milliseconds: int = 0
    answer: bytes = b""
    word: str = ""


def claim_calls(*, limit: int, now: datetime) -> list[Call]:
    """The next delivery of each receiver that is free, those first that were not called for longest."""
    if limit < 1:
        return []
    waiting = WebhookDelivery.objects.filter(state=DeliveryState.WAITING, due_at__lte=now)
    free = Webhook.objects.filter(Q(closed_until=None) | Q(closed_until__lte=now), active=True)
    free = free.filter(Exists(waiting.filter(webhook_id=OuterRef("pk"))))
    with due_work():
        locked = free.select_for_update(skip_locked=True, no_key=True, of=("self",))
        webhooks = list(locked.order_by(F("closed_until").asc(nulls_first=True), "pk")[:limit])
        calls = [call for webhook in webhooks if (call := _claim(webhook, now)) is not None]
        if calls:
            note_due(now + retrying.LEASE)
    if calls:
        failpoints.passed("hook.claimed")
    return calls


def _claim(webhook: Webhook, now: datetime) -> Call | None:
    waiting = WebhookDelivery.objects.filter(webhook=webhook, state=DeliveryState.WAITING, due_at__lte=now)
    delivery = waiting.order_by("due_at", "pk").first()
    if delivery is None:
        return None
    delivery.attempt += 1
    delivery.save(update_fields=["attempt"])
    webhook.token, webhook.closed_until = uuid4(), now + retrying.LEASE
    webhook.save(update_fields=["token", "closed_until"])
    return Call(delivery, webhook.url, tuple(open_secrets(webhook, now)), webhook.personal, webhook.token)


def record_result(*, call: Call, result: Result, now: datetime) -> Webhook | None:
    """Note what came of a call; gives the webhook as it is then, None when somebody else has called since."""
    failpoints.passed("hook.answered")
    with due_work():
        webhook = (
            Webhook.objects.select_for_update(no_key=True).filter(pk=call.delivery.webhook_id, token=call.token).first()
        )
        if webhook is None:
            return None
        delivery = WebhookDelivery.objects.get(pk=call.delivery.pk)
        _note_call(delivery, result, now)
        if retrying.is_delivered(result.status):
            delivery.state, delivery.due_at = DeliveryState.DONE, None
            webhook.failures, webhook.failing_since, webhook.closed_until = 0, None, now
        else:
            _note_failure(webhook, delivery, result, now)
        webhook.token = None
        delivery.save(update_fields=["state", "due_at", "log", "answer"])
        webhook.save(update_fields=["token", "failures", "failing_since", "closed_until", "active", "paused_for"])
        # Others of the same receiver may wait; who looks again finds out.
        note_due(webhook.closed_until)
    failpoints.passed("hook.recorded")
    return webhook


def _note_call(delivery: WebhookDelivery, result: Result, now: datetime) -> None:
    line: dict[str, Any] = {"at": now.isoformat(), "status": result.status, "ms": result.milliseconds}
    if result.word:
        line["word"] = result.word
    delivery.log = [*delivery.log, line][-_LOG_KEPT:]
    # A receiver may send back what it got, so its answer is kept as what it got is: sealed.
    kept = result.answer[:ANSWER_KEPT]
    delivery.answer = seal_column(delivery, "answer", kept) if kept else None


def _note_failure(webhook: Webhook, delivery: WebhookDelivery, result: Result, now: datetime) -> None:
    delivery.due_at = retrying.next_try(delivery.attempt, give_up_at=delivery.give_up_at, now=now)
    if delivery.due_at is None:
        delivery.state = DeliveryState.FAILED
    webhook.failures += 1
    webhook.failing_since = webhook.failing_since or now
    alone = retrying.is_receivers_fault(result.status)
    webhook.closed_until = retrying.left_alone_until(webhook.failures, now) if alone else now
    if result.status == retrying.GONE:
        webhook.paused_for = GONE
    elif webhook.failing_since <= now - retrying.PAUSED_AFTER:
        webhook.paused_for = FAILING
    else:
        return
    webhook.active = False
    details = {"name": webhook.name, "why": webhook.paused_for, "since": webhook.failing_since.isoformat()}
    record_audit(action="webhook.paused", subject=webhook, details=details, now=now)
    log.error("webhook.paused", webhook=str(webhook.pk), why=webhook.paused_for)


def forget_deliveries(*, now: datetime) -> bool:
    """Deliveries of a month ago go; True when more is waiting."""
    old = WebhookDelivery.objects.filter(occurred_at__lte=now - KEPT)
    over = list(old.order_by("occurred_at").values_list("pk", flat=True)[:_FORGOTTEN_AT_ONCE])
    if over:
        WebhookDelivery.objects.filter(pk__in=over).delete()
    return len(over) == _FORGOTTEN_AT_ONCE
