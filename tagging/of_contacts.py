"""Reads of tags by contact: what a list and a contact's page show."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from scrm.core.pagination import earlier
from tagging.models import TagAssignment, TagChange


def tags_by_contact(contact_ids: Collection[UUID], now: datetime) -> dict[UUID, list[TagAssignment]]:
    """The tags of many contacts in one statement, in the order of the taxonomy."""
    rows = _held(now).filter(contact__in=list(contact_ids)).select_related("tag__group", "by")
    found: dict[UUID, list[TagAssignment]] = {pk: [] for pk in contact_ids}
    for row in rows.order_by("tag__group__position", "tag__group__name", "tag__position", "tag__name"):
        found[row.contact_id].append(row)
    return found


def contact_ids_tagged(tag_id: UUID | str, now: datetime) -> QuerySet[TagAssignment, UUID]:
    return _held(now).filter(tag=UUID(str(tag_id))).values_list("contact", flat=True)


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
