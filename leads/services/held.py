"""Writes about what came through a form and waits for a person's word."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.services import record_audit
from leads.enums import HeldReason, HeldState
from leads.held_payloads import open_held, seal_held
from leads.models import HeldLead
from leads.services.pages import whole_hour
from scheduler.services import due_work, note_due
from scrm.core import crypto
from tenants.selectors import tenant_keys

KEPT_FOR: Final = timedelta(days=30)
PUT_BACK_FOR: Final = timedelta(days=7)
"""So long what was discarded can wait again."""
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class NewHeld:
    """What is held; `payload` is what was sent, in clear."""

    form_id: UUID
    dedupe_key: str
    name: str
    hint: str
    payload: bytes
    reason: HeldReason


def hold_lead(held: NewHeld, *, now: datetime) -> None:
    """Keep it for a person, inside `due_work`; it replaces what they sent before on that day and still waits."""
    sealed, expires_at = seal_held(held.payload, held.dedupe_key), whole_hour(now + KEPT_FOR)
    waiting = HeldLead.objects.filter(dedupe_key=held.dedupe_key, state=HeldState.WAITING)
    if not waiting.update(name=held.name, hint=held.hint, payload=sealed, reason=held.reason):
        row = HeldLead(
            form_id=held.form_id,
            dedupe_key=held.dedupe_key,
            name=held.name,
            hint=held.hint,
            payload=sealed,
            reason=held.reason,
            held_at=now,
            expires_at=expires_at,
        )
        # What was decided that day stays decided.
        HeldLead.objects.bulk_create([row], ignore_conflicts=True)
    note_due(expires_at)


def discard_held(*, held_ids: Collection[UUID], by: User | None, now: datetime) -> int:
    """They never become leads, unless somebody restores them within a week; gives how many waited."""
    decided = {"state": HeldState.DISCARDED, "decided_at": now, "decided_by": by}
    return _move(held_ids, HeldState.WAITING, decided, now + PUT_BACK_FOR, by, now)


def restore_held(*, held_ids: Collection[UUID], by: User | None, now: datetime) -> int:
    """What was discarded waits again; gives how many were."""
    undecided = {"state": HeldState.WAITING, "decided_at": None, "decided_by": None}
    return _move(held_ids, HeldState.DISCARDED, undecided, now + KEPT_FOR, by, now)


def hold_waiting(*, held_id: UUID) -> HeldLead | None:
    """Lock one that waits until the transaction ends, as it is now; None when it waits no more."""
    rows = HeldLead.objects.select_for_update(of=("self",), no_key=True).select_related("form__source")
    return rows.filter(pk=held_id, state=HeldState.WAITING).first()


def accept_held(*, held: HeldLead, by: User | None, now: datetime) -> None:
    """It is a lead, in the same transaction, which keeps what was sent; here that is gone. It is locked."""
    accepted = {"state": HeldState.ACCEPTED, "decided_at": now, "decided_by": by, "payload": None}
    _move([held.pk], HeldState.WAITING, accepted, now + PUT_BACK_FOR, by, now)


def forget_held(*, now: datetime) -> bool:
    """Delete some of what was held long enough; True when there may be more."""
    with transaction.atomic():
        # Under lock, for somebody may be putting one of them back: that one is left alone.
        old = HeldLead.objects.select_for_update(skip_locked=True, no_key=True).filter(expires_at__lte=now)
        gone = list(old.order_by("expires_at").values_list("pk", flat=True)[:_AT_ONCE])
        HeldLead.objects.filter(pk__in=gone).delete()
    return len(gone) == _AT_ONCE


def reseal_held() -> tuple[int, int]:
    """Seal with the master key of now what is not: how many were, and how many can't be opened."""
    keys, after, changed, lost = tenant_keys(), None, 0, 0
    while True:
        with transaction.atomic():
            rows = HeldLead.objects.select_for_update(no_key=True).only("pk", "payload", "dedupe_key").order_by("pk")
            rows = rows.filter(payload__isnull=False)
            batch = list((rows.filter(pk__gt=after) if after else rows)[:_AT_ONCE])
            anew = []
            for row in batch:
                if crypto.is_current(row.payload or b"", keys=keys):
                    continue
                try:
                    row.payload = seal_held(open_held(row), row.dedupe_key)
                except crypto.CryptoError:
                    lost += 1
                    continue
                anew.append(row)
            HeldLead.objects.bulk_update(anew, ["payload"])
            changed += len(anew)
        if not batch:
            return changed, lost
        after = batch[-1].pk


def _move(
    held_ids: Collection[UUID],
    before: HeldState,
    after: Mapping[str, Any],
    keep_until: datetime,
    by: User | None,
    now: datetime,
) -> int:
    expires_at = whole_hour(keep_until)
    with due_work():
        rows = HeldLead.objects.filter(pk__in=list(held_ids), state=before)
        moved = rows.update(**after, expires_at=expires_at)
        if moved:
            note_due(expires_at)
            subject = HeldLead(pk=next(iter(held_ids))) if len(held_ids) == 1 else None
            details = {"held": moved, "state": str(after["state"])}
            record_audit(action="held_lead.decided", actor=by, subject=subject, details=details, now=now)
    return moved
