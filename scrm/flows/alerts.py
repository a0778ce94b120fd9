"""What people are alerted of: gathered while a story is told, kept with it, called out after its commit."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.models import User
from alerts.enums import AlertKind
from alerts.services import NewAlert, add_alerts, forget_alerts
from scheduler.budget import Budget
from scheduler.services import before_commit
from scrm.core import clock


def alerted(alerts: Iterable[NewAlert], *, by: User | None = None) -> None:
    """These people are told, except of what they did themselves. Inside `due_work`; one statement for all of it."""
    before_commit([each for each in alerts if by is None or each.recipient_id != by.pk], add_alerts)


def leads_assigned(
    leads_of: Mapping[UUID, list[UUID]],
    *,
    now: datetime,
    by: User | None = None,
    topic: str = "",
    params: Mapping[str, Any] | None = None,
) -> None:
    """Each of these users got these leads: told one by one, or as one with a number where they come in bulk."""
    found = []
    for user_id, lead_ids in leads_of.items():
        if topic or len(lead_ids) > FEW:
            shared = dict(params or {}) | {"several": True}
            kept = NewAlert(user_id, AlertKind.LEAD_ASSIGNED, now, None, shared, topic or f"leads:{now:%Y-%m-%dT%H:%M}")
            found.append(replace(kept, count=len(lead_ids)))
        else:
            found += [NewAlert(user_id, AlertKind.LEAD_ASSIGNED, now, pk, dict(params or {})) for pk in lead_ids]
    alerted(found, by=by)


def handed_over(
    owner_id: UUID, lead_ids: Sequence[UUID], *, contacts: int = 0, by: User | None = None, now: datetime
) -> None:
    """Somebody got leads, and so many contacts, that were a colleague's. Told within a minute, they are one."""
    amounts = {"contacts": contacts, "from": str(by.pk) if by else ""}
    one = lead_ids[0] if len(lead_ids) == 1 and contacts <= 1 else None
    topic = "" if one else f"hand_over:{now:%Y-%m-%dT%H:%M}"
    count = max(len(lead_ids), contacts)
    if count:
        alerted([NewAlert(owner_id, AlertKind.HAND_OVER, now, one, amounts, topic, count)], by=by)


def many_handed_over(counts: Mapping[UUID, int], *, topic: str, by: User | None, now: datetime) -> None:
    """Each of these people got so many customers: of one topic, one alert with the number of all."""
    params = {"from": str(by.pk) if by else ""}
    alerted([NewAlert(pk, AlertKind.HAND_OVER, now, None, params, topic, count) for pk, count in counts.items()], by=by)


def many_taken(counts: Mapping[UUID, int], *, topic: str, by: User | None, now: datetime) -> None:
    """So many customers of each of these people went on to colleagues."""
    found = [NewAlert(pk, AlertKind.HANDED_ON, now, None, {}, topic, count) for pk, count in counts.items()]
    alerted(found, by=by)


def handed_on_by_stage(
    owners: Mapping[UUID, UUID], had: Mapping[UUID, UUID], *, stage_id: UUID, by: User | None, now: datetime
) -> None:
    """Contacts went on with a stage: those who get them hear of it, and those who `had` them."""
    found = []
    for kind, people in ((AlertKind.HAND_OVER, owners), (AlertKind.HANDED_ON, had)):
        of_each: dict[UUID, list[UUID]] = {}
        for contact_id, user_id in people.items():
            of_each.setdefault(user_id, []).append(contact_id)
        for user_id, contact_ids in of_each.items():
            one = len(contact_ids) == 1
            params = {"stage": str(stage_id)} | ({"contact": str(contact_ids[0])} if one else {})
            topic = "" if one else f"stage:{kind}:{now:%Y-%m-%dT%H:%M}"
            found.append(NewAlert(user_id, kind, now, None, params, topic, len(contact_ids)))
    alerted(found, by=by)


def alerts_due(budget: Budget) -> bool:
    """Forget old alerts until none is left or the budget is spent; True when more is waiting."""
    while forget_alerts(now=clock.now()):
        if budget.spent:
            return True
    return False


FEW = 3
"""Leads of one person in one transaction that are told one by one."""
