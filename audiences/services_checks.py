"""Writes of who is in segments, contact by contact: right after something changed for somebody."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import F

from audiences import check_queries, watching
from audiences.check_queries import Moved
from audiences.models import RunCause, Segment, SegmentKind, SegmentRun
from audiences.nesting import segments_read
from contacts.queries import fact_values
from scheduler.services import note_due
from scrm.core.bulk import array, uuid_array
from scrm.core.conditions import Condition, ConditionInvalid, Scope, Snapshot, evaluate, facts, parse
from tagging.services_scores import Changed

CHECKS_AT_ONCE: Final = 50
MOVES_AT_ONCE: Final = 500
_CONTACTS_AT_ONCE: Final = 1_000

TOLD: Final = frozenset({"segment_entered", "segment_left"})
"""The events that tell of moves. A segment that asks about them follows when it is gone through next, not at once:
so none can drive itself on."""
_ALSO_OTHER: Final = frozenset({"lead_captured", "order_paid", "order_refunded"})
"""The events with which more changes than that they happened."""
_ONE_RUN: Final = timedelta(hours=1)


class Checked(NamedTuple):
    """What changed for whom, in the words of `audiences.watching`, and whether there may be more."""

    changed: dict[UUID, set[str]]
    more: bool


def check_note(changes: Sequence[Changed]) -> tuple[str, dict[str, Any]] | None:
    """The part of a statement that has segments and tiers looked at for whom something changed; None where none can."""
    told = [each for each in changes if each.event_type not in TOLD]
    if not told:
        return None
    watches = {watch for each in told for watch in _watches(each)}
    return check_queries.NOTE_CHECK, {
        "segments_contacts": uuid_array({each.contact_id for each in told}),
        "segments_watches": array(sorted(watches)),
        "segments_tags": uuid_array({each.tag_id for each in told if each.tag_id is not None}),
        "segments_at": max(each.at for each in told),
    }


@transaction.atomic
def check_contacts(*, now: datetime) -> Checked:
    """Look at the segments that the next changes may matter to; gives these. Inside `due_work`."""
    found = check_queries.claim_checks(CHECKS_AT_ONCE)
    changed: dict[UUID, set[str]] = {}
    for contact_ids, watches in found:
        for contact_id in contact_ids:
            changed.setdefault(contact_id, set()).update(watches)
    together = set().union(*changed.values()) if changed else set()
    segments = _held(together)
    if segments:
        ids = sorted(changed)
        for start in range(0, len(ids), _CONTACTS_AT_ONCE):
            _check({pk: changed[pk] for pk in ids[start : start + _CONTACTS_AT_ONCE]}, segments, now)
    return Checked(changed, more=len(found) == CHECKS_AT_ONCE)


def moves_waiting() -> list[tuple[UUID, int]]:
    """The next moves to tell of: of whom, and their ids."""
    return check_queries.moves_waiting(MOVES_AT_ONCE)


@transaction.atomic
def take_moves(*, ids: Collection[int], held: Collection[UUID]) -> list[Moved]:
    """Take moves of held contacts, to tell of them in this transaction."""
    return [move for move in check_queries.take_moves(ids, held) if move.contact_id in held]


def note_run(
    segment_id: UUID, cause: RunCause, *, entered: int, left: int, size: int, took_ms: int, now: datetime
) -> None:
    """Keep what changes of customers did to a held segment: one row an hour."""
    recent = SegmentRun.objects.filter(segment_id=segment_id, cause=cause, at__gt=now - _ONE_RUN, at__lte=now)
    last = recent.values_list("pk", flat=True).first()
    if last is None:
        SegmentRun.objects.create(
            segment_id=segment_id, cause=cause, at=now, entered=entered, left=left, size=size, took_ms=took_ms
        )
    else:
        SegmentRun.objects.filter(pk=last).update(
            entered=F("entered") + entered, left=F("left") + left, size=size, took_ms=F("took_ms") + took_ms
        )


def _watches(change: Changed) -> list[str]:
    if change.anything:
        return [watching.ALL]
    found = []
    if change.event_type:
        found += watching.of_event(change.event_type)
    if change.tag_id is not None:
        # Which tag is looked up where the change is noted.
        found.append(watching.TAG)
    if not found or change.event_type in _ALSO_OTHER:
        found.append(watching.OTHER)
    return found


def _held(changed: set[str]) -> list[tuple[Segment, Condition]]:
    """The segments that these changes may matter to, held as a refresh holds them, each with its rule."""
    if not changed:
        return []
    rows = Segment.objects.filter(kind=SegmentKind.DYNAMIC, archived_at=None)
    if watching.ALL not in changed:
        rows = rows.filter(watches__overlap=sorted(changed))
    held = list(rows.select_for_update().order_by("pk"))
    with segments_read():
        return [(segment, rule) for segment in held if (rule := _rule(segment)) is not None]


def _rule(segment: Segment) -> Condition | None:
    try:
        return parse(segment.condition, facts, scope=Scope.CONTACT, stored=True, inside=(str(segment.pk),))
    except ConditionInvalid:
        # Said on its page and when it is gone through next.
        return None


def _check(changed: dict[UUID, set[str]], segments: Collection[tuple[Segment, Condition]], now: datetime) -> None:
    started = monotonic()
    known = fact_values([rule for _segment, rule in segments], changed, now)
    asked = [
        (segment.pk, pk, rule)
        for segment, rule in segments
        for pk, watches in changed.items()
        if pk in known and watching.matters(segment.watches, watches)
    ]
    matching = [(segment, pk) for segment, pk, rule in asked if evaluate(rule, Snapshot(known[pk]), now)]
    moved = check_queries.apply_answers([(segment, pk) for segment, pk, _rule in asked], matching, now)
    took_ms = round(1000 * (monotonic() - started))
    for segment_id, entered, left, size in moved:
        note_run(segment_id, RunCause.CHANGES, entered=entered, left=left, size=size, took_ms=took_ms, now=now)
    if moved:
        note_due(now)
