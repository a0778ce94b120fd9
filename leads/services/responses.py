"""Writes about first answers: clocks that begin, go on and end; rules that say how long they run."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Case, Value, When

from accounts.models import User
from accounts.services import record_audit
from leads.enums import PauseEnd, ResponseEnd, ResponseStep
from leads.models import ResponseClock, ResponseRule, Source
from leads.responses import Planned
from leads.services.pauses import end_pauses, still_no_more
from scheduler.services import note_due
from scrm.core.bulk import insert_columns


@dataclass(frozen=True, slots=True)
class NewClock:
    """A lead that begins to wait."""

    lead_id: UUID
    rule_id: UUID
    due_at: datetime
    planned: Planned | None


def start_clocks(*, clocks: Sequence[NewClock], now: datetime) -> None:
    """Leads wait for their first answer from now on; one that waited already waits anew. Inside `due_work`."""
    if not clocks:
        return
    columns: dict[str, list[Any]] = {
        "lead_id": [each.lead_id for each in clocks],
        "rule_id": [each.rule_id for each in clocks],
        "due_at": [each.due_at for each in clocks],
        "next_at": [each.planned.at if each.planned else None for each in clocks],
        "step": [str(each.planned.step) if each.planned else "" for each in clocks],
    }
    conflict = (
        "(lead_id) DO UPDATE SET rule_id = EXCLUDED.rule_id, started_at = EXCLUDED.started_at, "
        "due_at = EXCLUDED.due_at, next_at = EXCLUDED.next_at, step = EXCLUDED.step, ended_at = NULL, ended_as = '', "
        "paused_at = NULL, resumed_at = NULL, spent = EXCLUDED.spent, paused_for = EXCLUDED.paused_for"
    )
    insert_columns(ResponseClock, columns, {"started_at": now}, on_conflict=conflict)
    times = [each.planned.at for each in clocks if each.planned]
    if times:
        note_due(min(times))


def end_clocks(*, lead_ids: Collection[UUID], answered: bool, now: datetime) -> None:
    """Leads were answered, or closed without it; those that wait no more stay as they are."""
    in_time = Case(When(due_at__gte=now, then=Value(ResponseEnd.MET)), default=Value(ResponseEnd.LATE))
    waiting = ResponseClock.objects.filter(lead_id__in=list(lead_ids), ended_as="")
    end = in_time if answered else ResponseEnd.CLOSED
    waiting.update(ended_as=end, ended_at=now, next_at=None, step="", **still_no_more(now))
    end_pauses(lead_ids=lead_ids, end=PauseEnd.OVER, now=now)


def claim_clocks(*, limit: int, now: datetime) -> list[ResponseClock]:
    """Clocks of which a reminder or an escalation is due, held until the transaction ends; nobody waits for another."""
    due = ResponseClock.objects.filter(next_at__lte=now, paused_at=None)
    due = due.filter(step__in=[ResponseStep.REMIND, ResponseStep.ESCALATE])
    due = due.select_related("rule", "lead").order_by("next_at")
    return list(due.select_for_update(skip_locked=True, no_key=True, of=("self",))[:limit])


def hold_clock(*, lead_id: UUID, now: datetime) -> ResponseClock | None:
    """The clock of a lead that is to be taken away now; None when it was answered or taken meanwhile."""
    rows = ResponseClock.objects.filter(lead_id=lead_id, next_at__lte=now, step=ResponseStep.TAKE, paused_at=None)
    return rows.select_related("rule", "lead").select_for_update(no_key=True, of=("self",)).first()


def still_clocks(*, lead_ids: Collection[UUID], now: datetime) -> None:
    """Nobody has these leads: no step is taken while they wait for somebody."""
    waiting = ResponseClock.objects.filter(lead_id__in=list(lead_ids), ended_as="")
    waiting.update(next_at=None, step="", **still_no_more(now))
    end_pauses(lead_ids=lead_ids, end=PauseEnd.OVER, now=now)


def waiting_clocks(*, lead_ids: Collection[UUID]) -> list[ResponseClock]:
    """The clocks of leads of these that nobody has answered."""
    return list(ResponseClock.objects.select_related("rule").filter(lead_id__in=list(lead_ids), ended_as=""))


def set_steps(*, planned: Iterable[tuple[ResponseClock, Planned | None]]) -> None:
    """What comes next for each; their clocks are held. Inside `due_work`."""
    changed = []
    for clock, each in planned:
        clock.next_at, clock.step = (each.at, each.step) if each else (None, "")
        note_due(clock.next_at)
        changed.append(clock)
    ResponseClock.objects.bulk_update(changed, ["next_at", "step"])


def hold_response_rules() -> None:
    """Let nobody change a rule until the transaction ends."""
    list(ResponseRule.objects.select_for_update().order_by("pk").values_list("pk"))


@transaction.atomic
def save_response_rule(
    *, rule: ResponseRule | None, source: Source | None, by: User | None, now: datetime, **fields: Any
) -> ResponseRule:
    """Say how fast leads of a source, or of all others, are answered. Clocks that run go on as they began."""
    rule = rule or ResponseRule(created_at=now)
    rule.source = source
    for name, value in fields.items():
        setattr(rule, name, value)
    rule.full_clean()
    rule.save()
    details = {"source": str(source.pk) if source else "", "minutes": rule.minutes}
    record_audit(action="response_rule.saved", actor=by, subject=rule, details=details, now=now)
    return rule


@transaction.atomic
def switch_response_rule(*, rule: ResponseRule, active: bool, by: User | None, now: datetime) -> None:
    ResponseRule.objects.filter(pk=rule.pk).update(active=active)
    record_audit(action="response_rule.switched", actor=by, subject=rule, details={"active": active}, now=now)
