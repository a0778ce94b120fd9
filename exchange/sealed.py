"""Seals the columns of this room: secrets, samples, payloads and answers, each for its own place."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from exchange.models import InboxMessage, Webhook, WebhookDelivery, WebhookEndpoint
from scrm.core import crypto
from tenants.selectors import tenant_keys

_SEALED: Final[tuple[tuple[Any, tuple[str, ...]], ...]] = (
    (InboxMessage, ("payload",)),
    (WebhookEndpoint, ("secret", "previous_secret", "sample")),
    (Webhook, ("secret", "previous_secret")),
    (WebhookDelivery, ("answer",)),
)
_BATCH: Final = 500


def seal_column(row: Any, column: str, value: bytes) -> bytes:
    return crypto.seal(value, keys=tenant_keys(), aad=_aad(row, column))


def open_column(row: Any, column: str) -> bytes:
    """What the column holds, in clear; nothing where it is empty."""
    sealed = getattr(row, column)
    return crypto.open_sealed(sealed, keys=tenant_keys(), aad=_aad(row, column)) if sealed else b""


def open_secrets(row: Any, now: datetime) -> list[str]:
    """The secrets that count now: the present one, and the one before while it lasts."""
    columns = ["secret"]
    if row.previous_until is not None and now < row.previous_until:
        columns.append("previous_secret")
    return [opened.decode() for column in columns if (opened := open_column(row, column))]


def _aad(row: Any, column: str) -> bytes:
    return f"{row._meta.db_table}.{_place(row, column)}:".encode() + row.pk.bytes


def _place(row: Any, column: str) -> str:
    # A secret becomes the previous one without being opened.
    return "secret" if column == "previous_secret" else column


def reseal_exchange() -> tuple[int, int]:
    """Seal with the master key of now what is not: how many columns were, and how many can't be opened."""
    changed = lost = 0
    for model, columns in _SEALED:
        for column in columns:
            more, unreadable = _reseal(model, column)
            changed, lost = changed + more, lost + unreadable
    return changed, lost


def _reseal(model: Any, column: str) -> tuple[int, int]:
    keys, after, changed, lost = tenant_keys(), None, 0, 0
    while True:
        with transaction.atomic():
            rows = model.objects.select_for_update(of=("self",)).exclude(**{column: None}).order_by("pk")
            batch: list[Any] = list(rows.filter(pk__gt=after)[:_BATCH] if after else rows[:_BATCH])
            kept = [row for row in batch if not crypto.is_current(getattr(row, column), keys=keys)]
            unreadable = list(_sealed_anew(kept, column))
            lost += len(unreadable)
            ready = [row for row in kept if row not in unreadable]
            model.objects.bulk_update(ready, [column])
            changed += len(ready)
        if not batch:
            return changed, lost
        after = batch[-1].pk


def _sealed_anew(rows: Iterable[Any], column: str) -> Iterable[Any]:
    """Seals each in memory; gives those that no known key opens."""
    for row in rows:
        try:
            setattr(row, column, seal_column(row, column, open_column(row, column)))
        except crypto.CryptoError:
            yield row
