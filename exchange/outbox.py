"""Notes down, in the transaction of a change, who has to be told of it."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar
from uuid import UUID

from exchange import queries
from exchange.enums import DeliveryState, HookEvent
from exchange.models import WebhookDelivery
from scheduler.services import before_commit, due_work, note_due

TRIED_FOR: Final = timedelta(days=3)
_AT_ONCE: Final = 1_000
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Change:
    """Something that happened: ids and words of ours, never personal data."""

    event: HookEvent
    data: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class _Alike:
    """The same thing that happened to many: put into words only where somebody listens."""

    event: HookEvent
    rows: Sequence[Any]
    words: Callable[[Any], Mapping[str, Any]]
    at: datetime

    def __iter__(self) -> Iterator[Change]:
        return (Change(self.event, self.words(row), self.at) for row in self.rows)


def publish(changes: Iterable[Change]) -> None:
    """Tell whoever wants to hear. Inside `due_work`: at its end one statement asks who does, for all together."""
    gathered = list(changes)
    if gathered:
        before_commit(gathered, _note)


def publish_each(
    event: HookEvent, rows: Sequence[Row], words: Callable[[Row], Mapping[str, Any]], at: datetime
) -> None:
    """The same for one change a row; `words` says of a row what a `Change` may tell, and is asked at the end."""
    if rows:
        before_commit([_Alike(event, rows, words, at)], _note)


def _note(gathered: list[Change | _Alike]) -> None:
    webhooks = queries.listening_webhooks({str(each.event) for each in gathered})
    heard = {event for _webhook_id, wanted in webhooks for event in wanted}
    changes = [
        change
        for each in gathered
        if str(each.event) in heard
        for change in ([each] if isinstance(each, Change) else each)
    ]
    rows = [
        _delivery(webhook_id, change)
        for webhook_id, wanted in webhooks
        for change in changes
        if str(change.event) in wanted
    ]
    if rows:
        WebhookDelivery.objects.bulk_create(rows, batch_size=_AT_ONCE)
        note_due(min(change.at for change in changes))


def _delivery(webhook_id: UUID, change: Change) -> WebhookDelivery:
    return WebhookDelivery(
        webhook_id=webhook_id,
        event_type=str(change.event),
        data=dict(change.data),
        occurred_at=change.at,
        give_up_at=change.at + TRIED_FOR,
        due_at=change.at,
    )


def ping_webhook(*, webhook_id: UUID, now: datetime) -> WebhookDelivery:
    """Send a test, which tells of nothing."""
    with due_work():
        delivery = _delivery(webhook_id, Change(HookEvent.PING, {}, now))
        delivery.save(force_insert=True)
        note_due(now)
    return delivery


def replay_deliveries(*, deliveries: Collection[UUID], now: datetime) -> int:
    """Tell of these once more, under the same ids; gives how many will be told."""
    with due_work():
        ended = WebhookDelivery.objects.filter(pk__in=deliveries).exclude(state=DeliveryState.WAITING)
        replayed = ended.update(state=DeliveryState.WAITING, attempt=0, due_at=now, give_up_at=now + TRIED_FOR)
        if replayed:
            note_due(now)
    return replayed


def wake_webhook(*, webhook_id: UUID, now: datetime) -> None:
    """What waits for it is told now, and has its whole time again."""
    waiting = WebhookDelivery.objects.filter(webhook_id=webhook_id, state=DeliveryState.WAITING)
    if waiting.update(due_at=now, attempt=0, give_up_at=now + TRIED_FOR):
        note_due(now)
