"""Writes of alerts: added together at the end of a transaction, read, forgotten."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from accounts.models import User
from alerts.enums import AlertKind
from alerts.models import Alert
from alerts.pushing import push
from scheduler.services import note_due
from scrm.core.bulk import insert_columns
from scrm.core.ids import uuid7s

KEPT_FOR: Final = timedelta(days=90)
_AT_ONCE: Final = 1000
_ONE_OF_A_TOPIC: Final = (
    "(recipient_id, topic) WHERE read_at IS NULL AND topic <> '' DO UPDATE SET count = alerts_alert.count + "
    "EXCLUDED.count, created_at = EXCLUDED.created_at, params = EXCLUDED.params, subject_id = EXCLUDED.subject_id"
)


@dataclass(frozen=True, slots=True)
class NewAlert:
    """What somebody is to know. `params` are ids and words of ours; those of one `topic` are one with a `count`."""

    recipient_id: UUID
    kind: AlertKind
    at: datetime
    subject_id: UUID | None = None
    params: dict[str, Any] = field(default_factory=dict)
    topic: str = ""
    count: int = 1


def add_alerts(alerts: Sequence[NewAlert]) -> None:
    """Keep alerts and, once they are committed, call them out. Inside `due_work`.

    One statement. Recipients are taken in one order, since those of a topic wait for one another.
    """
    wanted = _one_of_each_topic(alerts)
    if not wanted:
        return
    columns: dict[str, list[Any]] = {
        "id": uuid7s(len(wanted)),
        "recipient_id": [each.recipient_id for each in wanted],
        "kind": [str(each.kind) for each in wanted],
        "subject_id": [each.subject_id for each in wanted],
        "params": [each.params for each in wanted],
        "topic": [each.topic for each in wanted],
        "count": [each.count for each in wanted],
        "created_at": [each.at for each in wanted],
    }
    kept = insert_columns(Alert, columns, on_conflict=_ONE_OF_A_TOPIC, returning="recipient_id, id")
    news: dict[UUID, list[UUID]] = {}
    for recipient_id, pk in kept:
        news.setdefault(recipient_id, []).append(pk)
    note_due(min(each.at for each in wanted) + KEPT_FOR)
    transaction.on_commit(lambda: push(news))


def mark_read(*, user: User, now: datetime, ids: Collection[UUID] | None = None) -> int:
    """The user has seen these alerts, or all of them; gives how many were unread. Their other pages hear of it."""
    rows = Alert.objects.filter(recipient=user, read_at=None)
    if ids is not None:
        rows = rows.filter(pk__in=list(ids))
    read = rows.update(read_at=now)
    if read:
        transaction.on_commit(lambda: push({user.pk: []}))
    return read


def forget_alerts(*, now: datetime) -> bool:
    """Alerts that were kept long enough go; True when there may be more."""
    old = Alert.objects.filter(created_at__lte=now - KEPT_FOR).order_by("created_at")
    ids = list(old.values_list("pk", flat=True)[:_AT_ONCE])
    Alert.objects.filter(pk__in=ids).delete()
    return len(ids) == _AT_ONCE


def _one_of_each_topic(alerts: Sequence[NewAlert]) -> list[NewAlert]:
    """In one order; of one topic the last, with the count of all: a statement can't change a row twice."""
    single = [each for each in alerts if not each.topic]
    topics: dict[tuple[UUID, str], NewAlert] = {}
    for each in alerts:
        if each.topic:
            before = topics.get((each.recipient_id, each.topic))
            count = each.count + (before.count if before else 0)
            topics[each.recipient_id, each.topic] = NewAlert(
                each.recipient_id, each.kind, each.at, each.subject_id, each.params, each.topic, count
            )
    return sorted([*single, *topics.values()], key=lambda each: (each.recipient_id, each.topic))
