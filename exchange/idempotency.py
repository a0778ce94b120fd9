"""Once: the answer given to a request is kept with its effect, and given again to the same request."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from exchange.models import IdempotencyKey
from scheduler.services import note_due
from scrm.core import crypto
from tenants.selectors import tenant_keys

KEY_MAX: Final = 255
KEPT_FOR: Final = timedelta(days=7)
ANSWERS_NEXT_DUE: Final = f"SELECT min(created_at) + interval '{KEPT_FOR.days} days' FROM exchange_idempotencykey"
_AT_ONCE: Final = 1000
_UNANSWERED: Final = 0


class KeyReused(Exception):
    """The key stands for another request already."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request was told; `replayed` when it had been told before."""

    status: int
    body: dict[str, Any]
    replayed: bool = False


def answer_once(*, caller: str, key: str, request: Any, work: Callable[[], Answer], now: datetime) -> Answer:
    """Do the work for the first such request, and repeat its answer to every later one.

    Call it inside `due_work`, which is the transaction of the work. Two equal requests at once: the second waits at
    the unique key until the first has committed, and then reads its answer; when the first
    failed, nothing of it is left and the second does the work.
    """
    digest = request_digest(request)
    row = IdempotencyKey(caller=caller, key=key, request_digest=digest, status=_UNANSWERED, created_at=now)
    IdempotencyKey.objects.bulk_create([row], ignore_conflicts=True)
    kept = IdempotencyKey.objects.filter(caller=caller, key=key)
    found = kept.get()
    if bytes(found.request_digest) != digest:
        raise KeyReused(key)
    if found.status != _UNANSWERED:
        return Answer(status=found.status, body=found.answer, replayed=True)
    note_due(now + KEPT_FOR)
    answer = work()
    kept.update(status=answer.status, answer=answer.body)
    return answer


def request_digest(request: Any) -> bytes:
    """A keyed fingerprint, for a plain hash of a phone number can be found by trying them all."""
    text = json.dumps(request, sort_keys=True, separators=(",", ":"))
    return crypto.blind_index(text, keys=tenant_keys(), purpose="idempotency")


def forget_answers(*, now: datetime) -> bool:
    """Delete some of the answers that are old enough; True when there may be more."""
    old = IdempotencyKey.objects.filter(created_at__lte=now - KEPT_FOR).order_by("created_at")
    ids = list(old.values_list("pk", flat=True)[:_AT_ONCE])
    IdempotencyKey.objects.filter(pk__in=ids).delete()
    return len(ids) == _AT_ONCE
