"""Reads of tags by contact: what a list and a contact's page show."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from contacts.models import Contact
from scrm.core.pagination import earlier
from tagging.models import ContactScore, ScoreRule, Tag, TagAssignment, TagChange


def tags_by_contact(contact_ids: Collection[UUID], now: datetime) -> dict[UUID, list[TagAssignment]]:
    """The tags of many contacts in one statement, in the order of the taxonomy."""
    rows = _held(now).filter(contact__in=list(contact_ids)).select_related("tag__group", "by")
    found: dict[UUID, list[TagAssignment]] = {pk: [] for pk in contact_ids}
    for row in rows.order_by("tag__group__position", "tag__group__name", "tag__position", "tag__name"):
        found[row.contact_id].append(row)
    return found


def tags_at(pairs: Collection[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], datetime]:
    """Since when contacts have tags, of those of (contact, tag) that they have."""
    rows = TagAssignment.objects.filter(
        contact__in={contact_id for contact_id, _tag in pairs}, tag__in={tag_id for _contact, tag_id in pairs}
    )
    return {(contact_id, tag_id): at for contact_id, tag_id, at in rows.values_list("contact", "tag", "at")}


def rivals_held(contact_ids: Collection[UUID], tag: Tag) -> dict[UUID, UUID]:
    """Which other tag of its group each of them has, where that has room for one."""
    if not tag.group.exclusive:
        return {}
    rows = TagAssignment.objects.filter(contact__in=list(contact_ids), tag__group=tag.group_id).exclude(tag=tag.pk)
    return dict(rows.values_list("contact", "tag"))


def contact_ids_tagged(tag_id: UUID | str, now: datetime) -> QuerySet[TagAssignment, UUID]:
    return _held(now).filter(tag=UUID(str(tag_id))).values_list("contact", flat=True)


def scores_by_contact(contact_ids: Collection[UUID]) -> dict[UUID, ContactScore]:
    """What many contacts came to, in one statement; nothing for those never counted."""
    return {row.contact_id: row for row in ContactScore.objects.filter(contact__in=list(contact_ids))}


def with_score(contacts: QuerySet[Contact]) -> QuerySet[Contact]:
    """Contacts with `score_points` to be sorted by; nothing for those never counted."""
    points = ContactScore.objects.filter(contact=OuterRef("pk")).values("points")
    return contacts.annotate(score_points=Coalesce(Subquery(points), Value(Decimal("-100000"))))


def contact_ids_in_band(band: str) -> QuerySet[ContactScore, UUID]:
    return ContactScore.objects.filter(band=band).values_list("contact", flat=True)


def score_told(contact_id: UUID) -> tuple[ContactScore | None, list[tuple[ScoreRule, dict[str, Any]]]]:
    """Somebody's score, and its parts by rule, the weightiest first."""
    score = ContactScore.objects.filter(contact=contact_id).first()
    if score is None:
        return None, []
    rules = {str(rule.pk): rule for rule in ScoreRule.objects.filter(pk__in=[part["rule"] for part in score.parts])}
    parts = [(rules[part["rule"]], part) for part in score.parts if part["rule"] in rules]
    return score, sorted(parts, key=lambda pair: -abs(pair[1]["points"]))


def tag_change_list_of_contact(
    contact_id: UUID,
    *,
    before: datetime | None = None,
    before_id: int | None = None,
    text: str = "",
    limit: int = 30,
) -> list[TagChange]:
    """Tags added and removed, newest first, older than a place in the contact's timeline."""
    rows = TagChange.objects.filter(contact=contact_id).select_related("tag", "by")
    if text:
        rows = rows.filter(Q(tag__name__icontains=text) | Q(evidence__icontains=text))
    return list(rows.filter(earlier("at", before, before_id)).order_by("-at", "-pk")[:limit])


def _held(now: datetime) -> QuerySet[TagAssignment]:
    return TagAssignment.objects.filter(Q(expires_at=None) | Q(expires_at__gt=now))
