"""Reads of the taxonomy and its rules."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet

from accounts.models import User
from accounts.selectors import visible_to
from scrm.core.counting import count_of
from tagging.models import ContactScore, ScoreRule, ScoreScale, Tag, TagAssignment, TagCategory, TagGroup, TagRule


def tag_tree(user: User, now: datetime, *, archived: bool = False) -> list[TagCategory]:
    """Categories with their groups and tags; each tag's `usage` counts the contacts the user may see."""
    tags = Tag.objects.annotate(
        usage=count_of(_assignments(user, now), "tag"), rule_count=count_of(_active_rules(), "tag")
    )
    if not archived:
        tags = tags.filter(archived=False)
    groups = TagGroup.objects.prefetch_related(Prefetch("tags", tags))
    return list(TagCategory.objects.prefetch_related(Prefetch("groups", groups)))


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
    kept = (
        set(Tag.objects.filter(pk__in=wanted.values(), archived=False).values_list("pk", flat=True))
        if wanted
        else set()
    )
    return [pk for pk in wanted.values() if pk in kept]


def tag_archived_count() -> int:
    return Tag.objects.filter(archived=True).count()


def tag_get(pk: UUID) -> Tag | None:
    return Tag.objects.select_related("group__category").filter(pk=pk).first()


def tag_group_list() -> QuerySet[TagGroup]:
    return TagGroup.objects.select_related("category").order_by("category__position", "position", "name")


def tag_category_list() -> QuerySet[TagCategory]:
    return TagCategory.objects.all()


def tag_rule_list() -> QuerySet[TagRule]:
    return TagRule.objects.select_related("tag")


def tag_rule_get(pk: UUID) -> TagRule | None:
    return TagRule.objects.select_related("tag").filter(pk=pk).first()


def _assignments(user: User, now: datetime) -> QuerySet[TagAssignment]:
    held = TagAssignment.objects.filter(Q(expires_at=None) | Q(expires_at__gt=now))
    return visible_to(user, held, owner="contact__owner")


def _active_rules() -> QuerySet[TagRule]:
    return TagRule.objects.filter(active=True)


def tag_ids_by_code(codes: Iterable[str]) -> dict[str, UUID]:
    """Of the codes given, those of tags that may be given."""
    return dict(Tag.objects.filter(archived=False, code__in=set(codes)).values_list("code", "pk"))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def score_rule_list() -> list[ScoreRule]:
    return list(ScoreRule.objects.select_related("tag").order_by("-active", "position", "name"))


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
