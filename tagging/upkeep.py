"""Writes of the taxonomy: categories, groups, tags, and the rules that give tags."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record_audit
from events.models import EventType
from scrm.core.conditions import stored_condition
from scrm.core.ids import short_code
from tagging.models import Tag, TagCategory, TagGroup, TagRule


@transaction.atomic
def create_category(*, name: str, kind: str, by: User | None, now: datetime) -> TagCategory:
    category = TagCategory(name=name.strip(), kind=kind, position=TagCategory.objects.count())
    category.full_clean()
    category.save()
    record_audit(action="tag.category_created", actor=by, subject=category, details={"name": category.name}, now=now)
    return category


@transaction.atomic
def create_group(
    *, category: TagCategory, name: str, exclusive: bool = False, by: User | None, now: datetime
) -> TagGroup:
    group = TagGroup(category=category, name=name.strip(), exclusive=exclusive, position=category.groups.count())
    group.full_clean()
    group.save()
    record_audit(action="tag.group_created", actor=by, subject=group, details={"name": group.name}, now=now)
    return group


@transaction.atomic
def create_tag(
    *, group: TagGroup, name: str, colour: str = "gray", code: str = "", by: User | None, now: datetime
) -> Tag:
    """Make a tag; its code, by which rules know it, never changes. Without one it follows from the name."""
    name = name.strip()
    tag = Tag(group=group, name=name, colour=colour, code=code or _free_code(name), position=group.tags.count())
    tag.full_clean()
    tag.save()
    record_audit(action="tag.created", actor=by, subject=tag, details={"name": tag.name}, now=now)
    return tag


@transaction.atomic
def rename_tag(*, tag: Tag, name: str, colour: str, by: User | None, now: datetime) -> Tag:
    before = tag.name
    tag.name, tag.colour = name.strip(), colour
    tag.full_clean()
    tag.save(update_fields=["name", "colour"])
    record_audit(action="tag.renamed", actor=by, subject=tag, details={"from": before, "to": tag.name}, now=now)
    return tag


@transaction.atomic
def archive_tag(*, tag: Tag, by: User | None, now: datetime) -> None:
    """No longer offered and no longer given by rules; who has it keeps it."""
    Tag.objects.filter(pk=tag.pk).update(archived=True)
    TagRule.objects.filter(tag=tag).update(active=False)
    record_audit(action="tag.archived", actor=by, subject=tag, details={"name": tag.name}, now=now)


@transaction.atomic
def restore_tag(*, tag: Tag, by: User | None, now: datetime) -> None:
    Tag.objects.filter(pk=tag.pk).update(archived=False)
    record_audit(action="tag.restored", actor=by, subject=tag, details={"name": tag.name}, now=now)


@transaction.atomic
def save_tag_rule(
    *,
    rule: TagRule | None = None,
    name: str,
    tag: Tag,
    event_type: str,
    condition: object,
    active: bool = True,
    by: User | None,
    now: datetime,
) -> TagRule:
    """Make or change a rule. Raises ConditionInvalid or ValidationError and then changes nothing."""
    stored = stored_condition(condition)
    if not EventType.objects.filter(code=event_type, active=True).exists():
        raise ValidationError({"event_type": _("Choose an event type of the tracking plan.")})
    rule = rule or TagRule(created_at=now)
    rule.name, rule.tag, rule.event_type = name.strip(), tag, event_type
    rule.condition, rule.active = stored, active
    rule.full_clean()
    rule.save()
    record_audit(action="tag.rule_saved", actor=by, subject=rule, details={"name": rule.name}, now=now)
    return rule


@transaction.atomic
def switch_tag_rule(*, rule: TagRule, active: bool, by: User | None, now: datetime) -> None:
    TagRule.objects.filter(pk=rule.pk).update(active=active)
    action = "tag.rule_started" if active else "tag.rule_stopped"
    record_audit(action=action, actor=by, subject=rule, details={"name": rule.name}, now=now)


def _free_code(name: str) -> str:
    """A code that reads like the name where it can; Chinese has no slug, so it gets a random one."""
    start = slugify(name)[:50] or short_code(40)
    taken = set(Tag.objects.filter(code__startswith=start).values_list("code", flat=True))
    if start not in taken:
        return start
    return next(f"{start}-{n}" for n in range(2, len(taken) + 3) if f"{start}-{n}" not in taken)
