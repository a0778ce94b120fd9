"""Writes of assignment rules: made, changed, put in order, archived; and how far turns by weight have come."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import Department, User
from accounts.services import record_audit
from leads.arrival_facts import arrival_facts
from leads.assignment import Rule
from leads.models import AssignmentMember, AssignmentRule
from scrm.core.bulk import insert_columns
from scrm.core.conditions import parse, to_json
from scrm.core.ids import uuid7s


def hold_assignment_rules() -> None:
    """Let nobody change a rule until the transaction ends."""
    list(AssignmentRule.objects.select_for_update().order_by("pk").values_list("pk"))


@transaction.atomic
def save_assignment_rule(
    *,
    rule: AssignmentRule | None,
    name: str,
    condition: Any,
    method: str,
    or_else: str,
    department: Department | None = None,
    people: Mapping[UUID, int],
    within_hours: bool = False,
    by: User | None,
    now: datetime,
) -> AssignmentRule:
    """Make a rule, or change one; `people` with their weights. ConditionInvalid, ValidationError.

    A changed rule begins its turns by weight anew.
    """
    if not people and department is None:
        raise ValidationError({"people": _("Name somebody, or a department.")})
    rule = rule or AssignmentRule(created_at=now, position=_last_position() + 1)
    rule.name, rule.method, rule.or_else = name.strip(), method, or_else
    rule.condition = to_json(parse(condition, arrival_facts)) if condition else {}
    rule.department, rule.within_hours = department, within_hours
    rule.full_clean(exclude={"condition"})
    rule.save()
    AssignmentMember.objects.filter(rule=rule).delete()
    AssignmentMember.objects.bulk_create(
        [AssignmentMember(rule=rule, user_id=pk, weight=weight) for pk, weight in people.items()]
    )
    record_audit(action="assignment_rule.saved", actor=by, subject=rule, details={"name": rule.name}, now=now)
    return rule


@transaction.atomic
def switch_assignment_rule(*, rule: AssignmentRule, active: bool, by: User | None, now: datetime) -> None:
    AssignmentRule.objects.filter(pk=rule.pk).update(active=active)
    record_audit(action="assignment_rule.switched", actor=by, subject=rule, details={"active": active}, now=now)


@transaction.atomic
def archive_assignment_rule(*, rule: AssignmentRule, by: User | None, now: datetime) -> None:
    """It decides nothing more; leads that it gave still name it. Archived again, it comes back."""
    back = rule.archived_at is not None
    AssignmentRule.objects.filter(pk=rule.pk).update(archived_at=None if back else now, active=False)
    action = "assignment_rule.restored" if back else "assignment_rule.archived"
    record_audit(action=action, actor=by, subject=rule, details={"name": rule.name}, now=now)


@transaction.atomic
def order_assignment_rules(*, ids: Sequence[UUID], by: User | None, now: datetime) -> None:
    """These come in this order; rules that are not named stay behind them."""
    rules = {rule.pk: rule for rule in AssignmentRule.objects.select_for_update().order_by("pk")}
    named = [rules[pk] for pk in dict.fromkeys(ids) if pk in rules]
    others = sorted((rule for rule in rules.values() if rule not in named), key=lambda rule: rule.position)
    for position, rule in enumerate([*named, *others], start=1):
        rule.position = position
    AssignmentRule.objects.bulk_update(rules.values(), ["position"])
    record_audit(action="assignment_rules.ordered", actor=by, details={"rules": len(named)}, now=now)


def keep_weights(*, rules: Iterable[Rule], weighed: set[tuple[UUID, UUID]]) -> None:
    """Remember how far those have come who were given leads by weight. They are held by `take_turns`."""
    reached = {
        (rule.id, pk): (passed, rule.weights.get(pk, 1))
        for rule in rules
        for pk, passed in rule.passed.items()
        if (rule.id, pk) in weighed
    }
    if not reached:
        return
    keys = sorted(reached)
    columns: dict[str, list[Any]] = {
        "id": uuid7s(len(keys)),
        "rule_id": [rule_id for rule_id, _pk in keys],
        "user_id": [pk for _rule_id, pk in keys],
        "weight": [reached[key][1] for key in keys],
        "passed": [reached[key][0] for key in keys],
    }
    conflict = "(rule_id, user_id) DO UPDATE SET passed = EXCLUDED.passed"
    insert_columns(AssignmentMember, columns, {"named": False}, on_conflict=conflict)


def _last_position() -> int:
    return AssignmentRule.objects.aggregate(last=Max("position"))["last"] or 0
