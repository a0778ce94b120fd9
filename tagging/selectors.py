"""Reads of the taxonomy and its rules."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet

from accounts.models import User
from accounts.selectors import visible_to
from scrm.core.counting import count_of
from tagging.models import ContactScore, ScoreRule, ScoreScale, Tag, TagAssignment, TagCategory, TagGroup, TagRule
from tagging.taxonomy import Line

_usable = Q(archived=False) | Q(merged_into__archived=False)


def tag_tree(user: User, now: datetime, *, archived: bool = False, sought: str = "") -> list[TagCategory]:
    """Categories with their groups and tags; each tag's `usage` counts the contacts the user may see.

    With words sought only tags that are called, coded or described so, and what holds them.
    """
    tags = Tag.objects.annotate(
        usage=count_of(_assignments(user, now), "tag"), rule_count=count_of(_active_rules(), "tag")
    )
    tags = tags.filter(merged_into=None) if archived else tags.filter(archived=False)
    groups = TagGroup.objects.prefetch_related(Prefetch("tags", tags))
    categories = TagCategory.objects.prefetch_related(Prefetch("groups", groups))
    words = " ".join(sought.replace("\0", "").split())[:60]
    if not words:
        return list(categories)
    named = Q(name__icontains=words) | Q(code__icontains=words) | Q(description__icontains=words)
    tags = tags.filter(named)
    groups = TagGroup.objects.filter(tags__in=tags.order_by().values("pk")).distinct()
    groups = groups.prefetch_related(Prefetch("tags", tags))
    categories = TagCategory.objects.filter(groups__in=groups.order_by().values("pk")).distinct()
    return list(categories.prefetch_related(Prefetch("groups", groups)))


def tag_list_active() -> QuerySet[Tag]:
    """Tags that may be given, in the taxonomy's order."""
    return (
        Tag.objects.filter(archived=False)
        .select_related("group__category")
        .order_by("group__category__position", "group__position", "position", "name")
    )


def tag_ids_active(ids: Iterable[str]) -> list[UUID]:
    """Those of the ids, as texts, whose tags may be given, in the order given; what is no id is left out."""
    wanted = {text: found for text in ids if (found := _uuid(text)) is not None}
    if not wanted:
        return []
    rows = Tag.objects.filter(_usable, pk__in=wanted.values()).values_list("pk", "merged_into")
    kept = {pk: into or pk for pk, into in rows}
    return list(dict.fromkeys(kept[pk] for pk in wanted.values() if pk in kept))


def tag_archived_count() -> int:
    return Tag.objects.filter(archived=True, merged_into=None).count()


def tag_get(pk: UUID) -> Tag | None:
    return Tag.objects.select_related("group__category", "owner").filter(pk=pk).first()


def tag_list_others(tag: Tag) -> QuerySet[Tag]:
    """Those that a tag may become."""
    return tag_list_active().exclude(pk=tag.pk)


def tag_usage(tag: Tag) -> int:
    """How many have it, whoever they are."""
    return TagAssignment.objects.filter(tag=tag).count()


def group_list_of_category(category: TagCategory) -> list[TagGroup]:
    return list(category.groups.all())


def tag_names_of_group(group_id: UUID) -> dict[UUID, str]:
    return dict(Tag.objects.filter(group=group_id).values_list("pk", "name"))


def tag_group_get(pk: UUID) -> TagGroup | None:
    return TagGroup.objects.select_related("category").filter(pk=pk).first()


def tag_category_get(pk: UUID) -> TagCategory | None:
    return TagCategory.objects.filter(pk=pk).first()


def tag_list_of_group(group: TagGroup) -> list[Tag]:
    """Those that may be given, in their order."""
    return list(group.tags.filter(archived=False))


def taxonomy_lines(*, archived: bool = True) -> list[Line]:
    """The whole taxonomy in its order; categories and groups that are empty too."""
    tags = Tag.objects.filter(merged_into=None) if archived else Tag.objects.filter(archived=False)
    groups = TagGroup.objects.prefetch_related(Prefetch("tags", tags))
    lines: list[Line] = []
    for category in TagCategory.objects.prefetch_related(Prefetch("groups", groups)):
        of_category = list(category.groups.all())
        for group in of_category:
            of_group = list(group.tags.all())
            place = (category.name, category.kind, group.name, group.exclusive)
            lines += [
                Line(*place, tag.code, tag.name, tag.colour, tag.description, tag.archived) for tag in of_group
            ] or [Line(*place)]
        if not of_category:
            lines.append(Line(category.name, category.kind, ""))
    return lines


def tag_group_list() -> QuerySet[TagGroup]:
    return TagGroup.objects.select_related("category").order_by("category__position", "position", "name")


def tag_category_list() -> QuerySet[TagCategory]:
    return TagCategory.objects.all()


def tag_rule_list() -> QuerySet[TagRule]:
    return TagRule.objects.select_related("tag")


def tag_rule_get(pk: UUID) -> TagRule | None:
    return TagRule.objects.select_related("tag__group").filter(pk=pk).first()


def _assignments(user: User, now: datetime) -> QuerySet[TagAssignment]:
    held = TagAssignment.objects.filter(Q(expires_at=None) | Q(expires_at__gt=now))
    return visible_to(user, held, owner="contact__owner")


def _active_rules() -> QuerySet[TagRule]:
    return TagRule.objects.filter(active=True)


def tag_ids_by_code(codes: Iterable[str]) -> dict[str, UUID]:
    """Of the codes given, those of tags that may be given; the code of one that was merged means the other."""
    rows = Tag.objects.filter(_usable, code__in=set(codes)).values_list("code", "pk", "merged_into")
    return {code: into or pk for code, pk, into in rows}


def tag_rule_conditions() -> list[tuple[str, dict[str, Any]]]:
    """Name and condition of each rule that is on."""
    return list(_active_rules().values_list("name", "condition"))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def score_rule_list() -> list[ScoreRule]:
    return list(ScoreRule.objects.select_related("tag").order_by("-active", "position", "name"))


def score_rule_conditions() -> list[tuple[str, dict[str, Any]]]:
    """Name and condition of each rule that is on."""
    return list(ScoreRule.objects.filter(active=True).values_list("name", "condition"))


def score_rule_rows() -> QuerySet[ScoreRule]:
    return ScoreRule.objects.all()


def score_list(viewer: User) -> QuerySet[ContactScore]:
    """Scores of the contacts that the viewer may see."""
    return visible_to(viewer, ContactScore.objects.all(), owner="contact__owner")


def score_rule_get(pk: UUID) -> ScoreRule | None:
    return ScoreRule.objects.select_related("tag").filter(pk=pk).first()


def score_scale() -> ScoreScale:
    return ScoreScale.objects.first() or ScoreScale()


def score_band_counts(viewer: User) -> dict[str, int]:
    """How many of the contacts that the viewer may see are in each band."""
    rows = visible_to(viewer, ContactScore.objects.all(), owner="contact__owner").order_by()
    return dict(rows.values_list("band").annotate(contacts=Count("pk")))
