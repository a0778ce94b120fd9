"""Writes about pairs who may be one person: found, and decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.services import record_audit
from contacts import duplicate_queries
from contacts.enums import DuplicateReason, DuplicateState, IdentityKind
from contacts.models import Contact, DuplicatePair, DuplicateSearch
from scheduler.services import note_due

_CONFIDENCE: Final = {DuplicateReason.NAME_TAIL: 60, DuplicateReason.NAME_FIRM: 50}
_AT_ONCE: Final = 2_000
_OVERLAP: Final = 3_600_000 << 80
"""An hour, in the milliseconds that our ids begin with."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two contacts, and what speaks for their being one person; `hint` is masked."""

    first_id: UUID
    second_id: UUID
    reason: DuplicateReason
    confidence: int
    kind: str = ""
    hint: str = ""


def note_likenesses(*, found: Sequence[Likeness], now: datetime) -> None:
    """Let somebody look at these pairs; those that are known already, whatever was decided, stay as they are."""
    DuplicatePair.objects.bulk_create(
        (
            DuplicatePair(
                first_id=each.first_id,
                second_id=each.second_id,
                reason=each.reason,
                confidence=each.confidence,
                kind=each.kind,
                hint=each.hint,
                found_at=now,
            )
            for each in found
            if each.first_id != each.second_id
        ),
        ignore_conflicts=True,
    )


@transaction.atomic
def decide_pair(*, pair: DuplicatePair, distinct: bool, by: User | None, now: datetime) -> bool:
    """They are two people, and nobody is asked again; or look once more. False when it was so already."""
    before, after = DuplicateState.OPEN, DuplicateState.DISTINCT
    if not distinct:
        before, after = after, before
    decided = {"decided_at": now, "decided_by": by} if distinct else {"decided_at": None, "decided_by": None}
    changed = bool(DuplicatePair.objects.filter(pk=pair.pk, state=before).update(state=after, **decided))
    if changed:
        action = "contact.told_apart" if distinct else "contact.alike_again"
        details = {"other": str(pair.second_id)}
        record_audit(action=action, actor=by, subject=Contact(pk=pair.first_id), details=details, now=now)
    return changed


def begin_search(*, due_at: datetime, anew: bool) -> None:
    """Search at `due_at`, over everybody when `anew`, else on from where the last one came to."""
    search, made = DuplicateSearch.objects.get_or_create(pk=1, defaults={"due_at": due_at})
    if not made:
        again = {"after": None, "found": 0, "ended_at": None} if anew else {}
        DuplicateSearch.objects.filter(pk=search.pk).update(due_at=due_at, **again)
    note_due(due_at)


def search_on(*, now: datetime, next_at: datetime) -> bool:
    """Look at the next identities; True while there are more. Inside `due_work`."""
    search = DuplicateSearch.objects.select_for_update(skip_locked=True).filter(due_at__lte=now).first()
    if search is None:
        return False
    after = search.after or UUID(int=0)
    until = duplicate_queries.next_identities(after, _AT_ONCE)
    if until is not None:
        found = [
            *_alike(duplicate_queries.same_name_and_tail(after, until), DuplicateReason.NAME_TAIL, IdentityKind.PHONE),
            *_alike(duplicate_queries.same_name_and_company(after, until), DuplicateReason.NAME_FIRM),
        ]
        before = DuplicatePair.objects.count() if found else 0
        note_likenesses(found=found, now=now)
        search.found += DuplicatePair.objects.count() - before if found else 0
        search.after = until
        search.save(update_fields=["after", "found"])
        note_due(search.due_at)
        return True
    # What another transaction is committing right now may have a smaller id: the next search begins a little earlier.
    search.after = UUID(int=max(0, after.int - _OVERLAP)) if search.after else None
    search.due_at, search.ended_at = next_at, now
    search.save(update_fields=["after", "due_at", "ended_at"])
    note_due(next_at)
    return False


def _alike(pairs: duplicate_queries.Pairs, reason: DuplicateReason, kind: str = "") -> list[Likeness]:
    return [Likeness(first, second, reason, _CONFIDENCE[reason], kind, hint[:80]) for first, second, hint in pairs]
