"""The story of a lead that waits for its first answer: reminded, escalated, and in the end given to somebody else."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import contacts.services
import leads.services
from accounts.selectors import user_get
from accounts.selectors_duty import Offices, department_heads, departments_of_users, managers_on_duty
from accounts.services import record_audit
from alerts.enums import AlertKind
from alerts.services import NewAlert
from contacts.enums import PutBack
from leads.assignment import Desk
from leads.enums import ResponseStep, TakenTo
from leads.models import Lead, ResponseClock, ResponseRule
from leads.responses import due_at, next_step, step_to_take
from leads.selectors import assignment_rules_active, leads_to_take, response_terms, sources_above
from leads.services import NewClock
from scheduler.budget import Budget
from scheduler.services import due_work
from scrm.core import clock
from scrm.flows.alerts import alerted
from scrm.flows.assignment import snapshot_taken, turns_remembered
from scrm.flows.enquiries import Enquiry
from scrm.flows.progress import lead_reassigned
from scrm.flows.releasing import customers_released
from scrm.flows.response_pauses import customers_came_back, pauses_due
from scrm.flows.response_terms import hours_of, promise_of
from scrm.flows.wishes import wishes_of
from tenants.selectors import tenant_current

_BATCH: Final = 100


def answers_awaited(new: Sequence[Enquiry], now: datetime) -> None:
    """New open leads wait for their first answer, where there is a rule for it; what waits for the same people runs on.

    Inside `due_work`.
    """
    terms = response_terms()
    if terms.has_paused:
        customers_came_back(dict.fromkeys((each.contact_id for each in new), now), now)
    rules = terms.rules
    if not rules:
        return
    waiting = [(each.lead_id, each.values.source_id, each.owner_id) for each in new if each.lead_id and each.is_open]
    above = sources_above({source_id for _lead, source_id, _owner in waiting if source_id})
    departments = departments_of_users({owner for *_rest, owner in waiting if owner})
    offices = Offices(tenant_current().zone)
    planned: dict[tuple[UUID, UUID | None], NewClock] = {}
    clocks = []
    for lead_id, source_id, owner_id in waiting:
        rule = _rule_of(rules, above.get(source_id, []) if source_id else [])
        if rule is None:
            continue
        department = departments.get(owner_id) if owner_id else None
        if (rule.pk, department) not in planned:
            planned[rule.pk, department] = _clock(lead_id, rule, offices, department, now)
        like = planned[rule.pk, department]
        clocks.append(NewClock(lead_id, rule.pk, like.due_at, like.planned))
    leads.services.start_clocks(clocks=clocks, now=now)


def answers_awaited_again(lead_ids: Collection[UUID], owner_id: UUID, now: datetime) -> None:
    """Leads that nobody has answered got somebody: their time begins anew. Inside `due_work`."""
    waiting = leads.services.waiting_clocks(lead_ids=lead_ids)
    if waiting:
        owner = user_get(owner_id)
        offices, department = Offices(tenant_current().zone), owner.department_id if owner else None
        clocks = [_clock(each.lead_id, each.rule, offices, department, now) for each in waiting]
        leads.services.start_clocks(clocks=clocks, now=now)


def responses_due(budget: Budget) -> bool:
    """Remind, escalate and take away until nothing is due or the budget is spent; True when more is waiting."""
    for batch in (pauses_due, _remind):
        while batch():
            if budget.spent:
                return True
    for lead_id, contact_id in leads_to_take(limit=_BATCH, now=clock.now()):
        _take_away(lead_id, contact_id)
        if budget.spent:
            return True
    return False


def _remind() -> bool:
    """One batch of what is told; each step is taken in the transaction that plans the next one. True: maybe more."""
    with due_work():
        now = clock.now()
        claimed = leads.services.claim_clocks(limit=_BATCH, now=now)
        if not claimed:
            return False
        offices = Offices(tenant_current().zone)
        departments = departments_of_users({each.lead.owner_id for each in claimed if each.lead.owner_id})
        heads = department_heads({pk for pk in departments.values() if pk}, offices)
        told, planned, nobody_s = [], [], 0
        for each in claimed:
            owner_id = each.lead.owner_id
            department = departments.get(owner_id) if owner_id else None
            promise, hours = promise_of(each.rule), hours_of(each.rule, offices, department)
            since, spent = each.runs_since, each.spent
            step = step_to_take(promise, hours, since, planned=ResponseStep(each.step), now=now, spent=spent)
            if step is ResponseStep.TAKE:
                after = next_step(promise, hours, since, done=ResponseStep.ESCALATE, spent=spent)
                planned.append((each, after))
                continue
            if step is ResponseStep.REMIND:
                recipient, kind = owner_id, AlertKind.SLA_REMINDER
            else:
                recipient, kind = heads.get(department) if department else None, AlertKind.ESCALATION
                nobody_s += owner_id is None
            if recipient is not None:
                told.append(NewAlert(recipient, kind, now, each.lead_id))
            planned.append((each, next_step(promise, hours, since, done=step, spent=spent)))
        leads.services.set_steps(planned=planned)
        alerted([*told, *_of_nobody(nobody_s, now)])
        return len(claimed) == _BATCH


def _of_nobody(count: int, now: datetime) -> list[NewAlert]:
    """Overdue leads that are nobody's: each manager hears of them in one alert, until they have read it."""
    if not count:
        return []
    said: dict[str, Any] = {"params": {"nobody": True}, "topic": "overdue:nobody", "count": count}
    return [NewAlert(pk, AlertKind.ESCALATION, now, **said) for pk in managers_on_duty()]


def _take_away(lead_id: UUID, contact_id: UUID) -> None:
    """Give a lead that nobody answered to somebody else, or to the pool. Its contact is locked first, as everywhere."""
    with due_work():
        now = clock.now()
        contacts.services.lock_contacts(contact_ids=[contact_id])
        held = leads.services.hold_clock(lead_id=lead_id, now=now)
        if held is None:
            return
        before = held.lead.owner_id
        in_charge = held.lead.contact.owner_id
        if held.rule.taken_to == TakenTo.RULES:
            owner_id = _somebody_else(held.lead, before, now)
        else:
            # Whose customer it is answers; the pool is of those who are nobody's.
            owner_id = in_charge if in_charge != before else None
        if owner_id is not None:
            lead_reassigned([lead_id], owner_id, by=None, now=now)
            offices, owner = Offices(tenant_current().zone), user_get(owner_id)
            department = owner.department_id if owner else None
            leads.services.start_clocks(clocks=[_clock(lead_id, held.rule, offices, department, now)], now=now)
        elif held.rule.taken_to == TakenTo.POOL:
            _into_pool(held, now)
        else:
            leads.services.set_steps(planned=[(held, None)])
        details = {"from": str(before or ""), "to": str(owner_id or "")}
        record_audit(action="lead.taken_away", subject=held.lead, details=details, now=now)


def _into_pool(held: ResponseClock, now: datetime) -> None:
    leads.services.set_steps(planned=[(held, None)])
    leads.services.release_leads(lead_ids=[held.lead_id], now=now)
    customers_released([held.lead.contact_id], reason=PutBack.UNANSWERED, by=None, now=now)
    before = user_get(held.lead.owner_id) if held.lead.owner_id else None
    department = before.department_id if before else None
    head = department_heads({department}, Offices(tenant_current().zone)).get(department) if department else None
    if head is not None:
        alerted([NewAlert(head, AlertKind.POOL, now, held.lead_id)])


def _somebody_else(lead: Lead, before: UUID | None, now: datetime) -> UUID | None:
    """Who gets it by the rules of now, as if it came in without an owner and `before` were not there."""
    stored = assignment_rules_active()
    snapshot = snapshot_taken(stored, ways=set(), now=now)
    desk = Desk([rep for rep in snapshot.reps if rep.id != before], snapshot.rules, now=now)
    decision = desk.give(wishes_of([lead], now)[0])
    turns_remembered(desk, snapshot, now)
    return decision.owner_id if decision.owner_id != before else None


def _rule_of(rules: dict[UUID | None, ResponseRule], line: Sequence[UUID]) -> ResponseRule | None:
    """That of the source, else of the nearest it is part of, else that of all others."""
    return next((rules[pk] for pk in line if pk in rules), rules.get(None))


def _clock(lead_id: UUID, rule: ResponseRule, offices: Offices, department_id: UUID | None, now: datetime) -> NewClock:
    promise, hours = promise_of(rule), hours_of(rule, offices, department_id)
    return NewClock(lead_id, rule.pk, due_at(promise, hours, now), next_step(promise, hours, now))
