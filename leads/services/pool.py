"""Writes about the public pool: its rules, how far a look has come, who was warned."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.services import record_audit
from leads.models import PoolPolicy, PoolRule, PoolWarning, Source
from leads.pool import next_look
from scheduler.services import due_work, note_due
from scrm.core.bulk import insert_columns
from tenants.selectors import tenant_zone

LIMITS: Final = ("claims_a_day", "most_unworked", "barred_days", "effective_days", "across_departments")
_AGAIN: Final = (
    "(contact_id) DO UPDATE SET owner_id = EXCLUDED.owner_id, due_at = EXCLUDED.due_at "
    "WHERE leads_poolwarning.owner_id <> EXCLUDED.owner_id"
)
"""Somebody who was warned of it is not warned twice; whoever got the customer since is."""


@transaction.atomic
def save_pool_policy(*, by: User | None, now: datetime, **fields: Any) -> PoolPolicy:
    """Say what may be claimed and what is protected, by the names in `LIMITS`. ValidationError."""
    policy = _held_policy()
    before = {name: getattr(policy, name) for name in LIMITS}
    for name in LIMITS:
        setattr(policy, name, fields.get(name, before[name]))
    policy.full_clean()
    policy.save()
    changed = {name: getattr(policy, name) for name in LIMITS if getattr(policy, name) != before[name]}
    record_audit(action="pool_policy.saved", actor=by, subject=policy, details=changed, now=now)
    return policy


def save_pool_rule(
    *, rule: PoolRule | None, source: Source | None, days: int, by: User | None, now: datetime
) -> PoolRule:
    """Say when customers of a source, or of all others, go to the pool. ValidationError."""
    rule = rule or PoolRule(created_at=now)
    rule.source, rule.days = source, days
    with due_work():
        rule.full_clean()
        rule.save()
        _plan_look(now)
        details = {"source": str(source.pk) if source else "", "days": days}
        record_audit(action="pool_rule.saved", actor=by, subject=rule, details=details, now=now)
    return rule


def switch_pool_rule(*, rule: PoolRule, active: bool, by: User | None, now: datetime) -> None:
    with due_work():
        PoolRule.objects.filter(pk=rule.pk).update(active=active)
        _plan_look(now)
        record_audit(action="pool_rule.switched", actor=by, subject=rule, details={"active": active}, now=now)


def hold_due_look(*, now: datetime) -> PoolPolicy | None:
    """The rules, held, when it is time to look over the owned customers and nobody else does; in a transaction."""
    due = PoolPolicy.objects.filter(next_look_at__lte=now)
    return due.select_for_update(skip_locked=True, no_key=True).first()


def keep_look(*, policy: PoolPolicy, looked_to: UUID | None, now: datetime) -> None:
    """Note how far a held look has come; None: it is over, and the next one is tomorrow. Inside `due_work`."""
    policy.looked_to = looked_to
    if looked_to is None:
        policy.next_look_at = next_look(now, tenant_zone()) if _has_rules() else None
    policy.save(update_fields=["looked_to", "next_look_at"])
    note_due(policy.next_look_at)


def warn_owners(*, owners: Mapping[UUID, UUID], due_at: datetime) -> dict[UUID, UUID]:
    """Note that these customers go at that time; gives whose owners were not warned yet. Inside `due_work`."""
    columns: dict[str, list[Any]] = {"contact_id": list(owners), "owner_id": list(owners.values())}
    warned = insert_columns(
        PoolWarning, columns, {"due_at": due_at}, on_conflict=_AGAIN, returning="contact_id, owner_id"
    )
    if warned:
        note_due(due_at)
    return dict(warned)


def take_warnings(*, contact_ids: Collection[UUID], now: datetime) -> list[PoolWarning]:
    """The warnings of held contacts whose time has come: they hold no more."""
    due = list(PoolWarning.objects.filter(contact__in=contact_ids, due_at__lte=now))
    drop_warnings(contact_ids=[each.contact_id for each in due])
    return due


def drop_warnings(*, contact_ids: Collection[UUID]) -> None:
    """They are not about to go any more, or went already."""
    PoolWarning.objects.filter(contact__in=contact_ids).delete()


def _held_policy() -> PoolPolicy:
    PoolPolicy.objects.bulk_create([PoolPolicy()], ignore_conflicts=True)
    return PoolPolicy.objects.select_for_update(no_key=True).get()


def _plan_look(now: datetime) -> None:
    """With the first rule looks begin, without one they end."""
    policy = _held_policy()
    if not _has_rules():
        policy.next_look_at = policy.looked_to = None
    elif policy.next_look_at is None:
        policy.next_look_at = next_look(now, tenant_zone())
    policy.save(update_fields=["next_look_at", "looked_to"])
    note_due(policy.next_look_at)


def _has_rules() -> bool:
    return PoolRule.objects.filter(active=True).exists()
