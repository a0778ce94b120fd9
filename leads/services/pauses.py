"""Writes about pauses of the time to answer: it stands still, runs on, and what was the reason is kept."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import DurationField, ExpressionWrapper, F, Value
from django.db.models.functions import Coalesce, Least

from accounts.models import User
from leads.enums import PauseEnd, PauseReason
from leads.models import ResponseClock, ResponsePause
from leads.responses import NOTHING, Planned
from scheduler.services import note_due


@dataclass(frozen=True, slots=True)
class Resumed:
    """A clock that runs on: since when, when it is due and what comes next then."""

    clock: ResponseClock
    since: datetime
    due_at: datetime
    planned: Planned | None
    end: PauseEnd


def hold_waiting_clock(*, lead_id: UUID) -> ResponseClock | None:
    """The clock of a lead that nobody has answered, held until the transaction ends; None when none runs."""
    rows = ResponseClock.objects.select_related("rule", "lead").filter(lead_id=lead_id, ended_as="")
    return rows.select_for_update(no_key=True, of=("self",)).first()


def claim_paused(*, limit: int, now: datetime) -> list[ResponseClock]:
    """Clocks that run on by now, held until the transaction ends; nobody waits for another."""
    due = ResponseClock.objects.filter(paused_at__isnull=False, next_at__lte=now)
    due = due.select_related("rule", "lead").order_by("next_at")
    return list(due.select_for_update(skip_locked=True, no_key=True, of=("self",))[:limit])


def hold_paused(*, contact_ids: Collection[UUID]) -> list[ResponseClock]:
    """Paused clocks of the leads of these contacts, held until the transaction ends, in one order."""
    rows = ResponseClock.objects.filter(paused_at__isnull=False, lead__contact__in=list(contact_ids))
    rows = rows.select_related("rule", "lead").order_by("pk")
    return list(rows.select_for_update(no_key=True, of=("self",)))


def pause_clock(
    *,
    clock: ResponseClock,
    reason: PauseReason,
    until: datetime,
    spent: timedelta,
    due_at: datetime,
    by: User | None,
    now: datetime,
) -> ResponsePause:
    """The time of a held clock stands still until then; one that stands still already does so anew. In `due_work`."""
    if clock.paused_at is None:
        clock.paused_at = now
    else:
        end_pauses(lead_ids=[clock.pk], end=PauseEnd.HAND, now=now)
    clock.spent, clock.due_at, clock.next_at = spent, due_at, until
    clock.save(update_fields=["paused_at", "spent", "due_at", "next_at"])
    note_due(until)
    return ResponsePause.objects.create(clock=clock, reason=reason, at=now, until=until, by=by)


def resume_clocks(*, resumed: Iterable[Resumed], now: datetime) -> None:
    """The time of held clocks runs on. Inside `due_work`."""
    changed, ended = [], dict[PauseEnd, list[UUID]]()
    for each in resumed:
        clock = each.clock
        assert clock.paused_at is not None
        clock.paused_for += each.since - clock.paused_at
        clock.paused_at, clock.resumed_at, clock.due_at = None, each.since, each.due_at
        clock.next_at, clock.step = (each.planned.at, each.planned.step) if each.planned else (None, "")
        note_due(clock.next_at)
        changed.append(clock)
        ended.setdefault(each.end, []).append(clock.pk)
    ResponseClock.objects.bulk_update(changed, ["paused_for", "paused_at", "resumed_at", "due_at", "next_at", "step"])
    for end, lead_ids in ended.items():
        end_pauses(lead_ids=lead_ids, end=end, now=now)


def end_pauses(*, lead_ids: Collection[UUID], end: PauseEnd, now: datetime) -> None:
    """Nothing stands still any more for these leads, and why."""
    ResponsePause.objects.filter(clock__in=list(lead_ids), ended_at=None).update(ended_at=now, ended_as=end)


def still_no_more(now: datetime) -> dict[str, Any]:
    """What to write of clocks that may be paused where they end: how long they stood still, and that it is over."""
    lasted = ExpressionWrapper(Least(Value(now), F("next_at")) - F("paused_at"), output_field=DurationField())
    return {"paused_for": F("paused_for") + Coalesce(lasted, NOTHING), "paused_at": None}
