"""Writes of the taxonomy: categories, groups and tags."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Q
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.services import record_audit
from scrm.core.ids import short_code
from tagging.models import Tag, TagAssignment, TagCategory, TagGroup, TagRule, TagScoring

Place = TypeVar("Place", TagCategory, TagGroup, Tag)


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
    tag = Tag(group=group, name=name, colour=colour, code=code or free_code(name), position=group.tags.count())
    tag.full_clean()
    tag.save()
    record_audit(action="tag.created", actor=by, subject=tag, details={"name": tag.name}, now=now)
    return tag


@transaction.atomic
def edit_tag(
    *,
    tag: Tag,
    name: str,
    colour: str,
    group: TagGroup | None = None,
    description: str = "",
    owner: User | None = None,
    lasts_days: int | None = None,
    by: User | None,
    now: datetime,
) -> Tag:
    """Change what a tag says of itself, and its group; its code stays. ValidationError."""
    before = tag.name
    if group is not None and group.pk != tag.group_id:
        refuse_several(group, [tag.pk])
        tag.group, tag.position = group, group.tags.count()
    tag.name, tag.colour, tag.description = name.strip(), colour, description.strip()
    tag.owner, tag.lasts_days = owner, lasts_days
    tag.full_clean()
    tag.save(update_fields=["group", "position", "name", "colour", "description", "owner", "lasts_days"])
    record_audit(action="tag.renamed", actor=by, subject=tag, details={"from": before, "to": tag.name}, now=now)
    return tag


@transaction.atomic
def edit_category(*, category: TagCategory, name: str, kind: str, by: User | None, now: datetime) -> TagCategory:
    category.name, category.kind = name.strip(), kind
    category.full_clean()
    category.save(update_fields=["name", "kind"])
    record_audit(action="tag.category_edited", actor=by, subject=category, details={"name": category.name}, now=now)
    return category


@transaction.atomic
def edit_group(
    *, group: TagGroup, category: TagCategory, name: str, exclusive: bool, by: User | None, now: datetime
) -> TagGroup:
    """Change a group; ValidationError where it can't be one at most, for somebody has several of its tags."""
    if group.exclusive and not exclusive and TagScoring.objects.filter(pk=group.pk, active=True).exists():
        raise ValidationError({"exclusive": _("Points find its tag: switch them off first.")})
    if exclusive and not group.exclusive:
        group.exclusive = True
        refuse_several(group, [])
    group.category, group.name, group.exclusive = category, name.strip(), exclusive
    group.full_clean()
    group.save(update_fields=["category", "name", "exclusive"])
    record_audit(action="tag.group_edited", actor=by, subject=group, details={"name": group.name}, now=now)
    return group


@transaction.atomic
def order_rows(*, rows: Sequence[Place], by: User | None, now: datetime) -> None:
    """Let categories, the groups of one, or the tags of a group stand in this order."""
    for position, row in enumerate(rows):
        row.position = position
    if rows:
        type(rows[0]).objects.bulk_update(rows, ["position"])
        record_audit(action="tag.ordered", actor=by, subject=rows[0], details={"rows": len(rows)}, now=now)


@transaction.atomic
def remove_empty(*, row: TagCategory | TagGroup, by: User | None, now: datetime) -> bool:
    """Remove a category without groups, or a group without tags; False where there is something in it."""
    filled = row.groups.exists() if isinstance(row, TagCategory) else row.tags.exists()
    if filled:
        return False
    record_audit(action="tag.place_removed", actor=by, subject=row, details={"name": row.name}, now=now)
    row.delete()
    return True


def refuse_several(group: TagGroup, also: Collection[UUID]) -> None:
    """ValidationError where somebody has several tags of an exclusive group, of which `also` are to be too."""
    if not group.exclusive:
        return
    wanted = Q(tag__group=group) | Q(tag__in=list(also))
    held = TagAssignment.objects.filter(wanted).order_by().values("contact").annotate(tags=Count("pk"))
    several = held.filter(tags__gt=1).count()
    if several:
        told = ngettext(
            "%(count)s contact has several tags of the group “%(group)s”, which allows one at most.",
            "%(count)s contacts have several tags of the group “%(group)s”, which allows one at most.",
            several,
        )
        raise ValidationError(told % {"count": several, "group": group.name})


@transaction.atomic
def archive_tag(*, tag: Tag, by: User | None, now: datetime) -> None:
    """No longer offered and no longer given or taken by rules; who has it keeps it."""
    Tag.objects.filter(pk=tag.pk).update(archived=True)
    TagRule.objects.filter(tag=tag).update(active=False, due_at=None)
    record_audit(action="tag.archived", actor=by, subject=tag, details={"name": tag.name}, now=now)


@transaction.atomic
def restore_tag(*, tag: Tag, by: User | None, now: datetime) -> None:
    Tag.objects.filter(pk=tag.pk, merged_into=None).update(archived=False)
    record_audit(action="tag.restored", actor=by, subject=tag, details={"name": tag.name}, now=now)


def free_code(name: str) -> str:
    """A code that reads like the name where it can; Chinese has no slug, so it gets a random one."""
    start = slugify(name)[:50] or short_code(40)
    taken = set(Tag.objects.filter(code__startswith=start).values_list("code", flat=True))
    if start not in taken:
        return start
    return next(f"{start}-{n}" for n in range(2, len(taken) + 3) if f"{start}-{n}" not in taken)
