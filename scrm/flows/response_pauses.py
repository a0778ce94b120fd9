"""The story of a customer who asked to wait: the time to answer stands still until the day, or until they come back."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

import contacts.services
import leads.services
from accounts.hours import Hours
from accounts.models import User
from accounts.selectors_duty import Offices, departments_of_users
from accounts.services import record_audit
from alerts.enums import AlertKind
from alerts.services import NewAlert
from leads.enums import PauseEnd, PauseReason, ResponseStep
from leads.models import Lead, ResponseClock
from leads.responses import Planned, due_again, spent_by, step_again
from leads.services import Resumed
from scheduler.services import due_work
from scrm.core import clock
from scrm.flows.alerts import alerted
from scrm.flows.response_terms import hours_of, promise_of
from tenants.selectors import tenant_current

_BATCH: Final = 100


def response_paused(lead: Lead, *, reason: PauseReason, until: datetime, by: User | None, now: datetime) -> bool:
    """The time to answer a lead stands still until then; False when nobody waits for an answer any more.

    One that stands still already does so anew, with its new reason and end.
    """
    with due_work():
        contacts.services.lock_contacts(contact_ids=[lead.contact_id])
        held = leads.services.hold_waiting_clock(lead_id=lead.pk)
        if held is None:
            return False
        hours, promise = _hours_of([held])[held.pk], promise_of(held.rule)
        spent = held.spent
        if held.paused_at is None:
            spent = spent_by(hours, held.runs_since, now, spent=held.spent)
        due = due_again(promise, hours, until, spent=spent, before=held.due_at)
        pause = leads.services.pause_clock(
            clock=held, reason=reason, until=until, spent=spent, due_at=due, by=by, now=now
        )
        details = {"reason": str(reason), "until": until.isoformat(), "pause": str(pause.pk)}
        record_audit(action="response.paused", actor=by, subject=held.lead, details=details, now=now)
        return True


def response_resumed(lead: Lead, *, by: User | None, now: datetime) -> bool:
    """Somebody lets the time to answer run on at once; False when it did not stand still."""
    with due_work():
        contacts.services.lock_contacts(contact_ids=[lead.contact_id])
        held = leads.services.hold_waiting_clock(lead_id=lead.pk)
        if held is None or held.paused_at is None:
            return False
        _run_on([held], since=now, end=PauseEnd.HAND, now=now)
        record_audit(action="response.resumed", actor=by, subject=held.lead, now=now)
        return True


def customers_came_back(moments: Mapping[UUID, datetime], now: datetime) -> None:
    """Locked contacts did something at these moments: what waits for them runs on. Inside `due_work`."""
    held = leads.services.hold_paused(contact_ids=moments)
    # What is only told now may have happened before they were asked to be waited for.
    held = [each for each in held if each.paused_at and moments[each.lead.contact_id] > each.paused_at]
    if held:
        _run_on(held, since=now, end=PauseEnd.CAME, now=now)


def pauses_due() -> bool:
    """One batch of those whose day has come runs on, from that very moment; True when there may be more."""
    with due_work():
        now = clock.now()
        claimed = leads.services.claim_paused(limit=_BATCH, now=now)
        _run_on(claimed, since=None, end=PauseEnd.DAY, now=now)
        return len(claimed) == _BATCH


def _run_on(held: list[ResponseClock], *, since: datetime | None, end: PauseEnd, now: datetime) -> None:
    """Held clocks run on since then, at the latest since their pause was to end; owners hear of it."""
    hours = _hours_of(held)
    resumed = []
    for each in held:
        assert each.next_at is not None
        begins = min(since, each.next_at) if since else each.next_at
        promise, open_in = promise_of(each.rule), hours[each.pk]
        due = due_again(promise, open_in, begins, spent=each.spent, before=each.due_at)
        planned: Planned | None = None
        if each.step:
            planned = step_again(promise, open_in, begins, planned=ResponseStep(each.step), spent=each.spent)
        resumed.append(Resumed(each, begins, due, planned, end))
    leads.services.resume_clocks(resumed=resumed, now=now)
    if end != PauseEnd.HAND:
        alerted(
            NewAlert(each.lead.owner_id, AlertKind.ANSWER_AGAIN, now, each.lead_id, {"why": str(end)})
            for each in held
            if each.lead.owner_id is not None
        )


def _hours_of(held: Iterable[ResponseClock]) -> dict[UUID, Hours | None]:
    """The opening hours in which each of these runs."""
    offices = Offices(tenant_current().zone)
    departments = departments_of_users({each.lead.owner_id for each in held if each.lead.owner_id})
    return {
        each.pk: hours_of(each.rule, offices, departments.get(each.lead.owner_id) if each.lead.owner_id else None)
        for each in held
    }
