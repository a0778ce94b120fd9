"""Reads of rules that are asked about everybody: whom they would give their tag, and from whom they would take it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from accounts.enums import Scope as DataScope
from accounts.models import User
from accounts.selectors import visible_to
from contacts.models import Contact
from scrm.core.conditions import Scope, Sql, facts, parse
from tagging.models import TagChange, TagRule
from tagging.rule_queries import ids_counted, ids_sampled, ids_seen, to_give, to_take

SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a rule would do now, with the newest few of each."""

    give: int
    take: int
    giving: list[UUID]
    taking: list[UUID]


def rule_asked(rule: TagRule, now: datetime) -> Mapping[str, Sql]:
    """Whom to `give` and from whom to `take`, as SELECTs of ids. ConditionInvalid."""
    condition = parse(rule.condition, facts, scope=Scope.CONTACT, stored=True)
    group = rule.tag.group_id if rule.tag.group.exclusive else None
    asked = {"give": to_give(condition, rule.tag_id, now, exclusive_group=group, over_hand=rule.over_hand)}
    if rule.takes:
        asked["take"] = to_take(condition, rule.pk, rule.tag_id, now, over_hand=rule.over_hand)
    return asked


def dry_run(rule: TagRule, viewer: User, now: datetime) -> DryRun:
    """Of those whom the viewer sees. ConditionInvalid."""
    seen = None if viewer.data_scope == DataScope.ALL else visible_to(viewer, Contact.objects.all())
    asked = {kind: ids_seen(ids, seen) for kind, ids in rule_asked(rule, now).items()}
    counts = {kind: ids_counted(ids) for kind, ids in asked.items()}
    shown = {kind: ids_sampled(ids, SHOWN) for kind, ids in asked.items()}
    return DryRun(counts["give"], counts.get("take", 0), shown["give"], shown.get("take", []))


def rule_has_work(rule: TagRule, now: datetime) -> bool:
    return any(ids_sampled(ids, 1) for ids in rule_asked(rule, now).values())


def hit_list(rule: TagRule, viewer: User) -> QuerySet[TagChange]:
    """What a rule gave to those whom the viewer sees, and took from them, the newest first."""
    rows = visible_to(viewer, TagChange.objects.filter(rule=rule), owner="contact__owner")
    return rows.select_related("contact", "tag").order_by("-at", "-pk")
