"""Reads of segments: who would be in one, who is, and how many of them a user may see."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import F, QuerySet

from accounts.enums import Scope as DataScope
from accounts.models import User
from accounts.selectors import owner_ids_visible, visible_to
from audiences import queries
from audiences.bit_queries import count_by_bits
from audiences.models import Segment, SegmentMember
from contacts.models import Contact
from scrm.core.conditions import All, Condition, Leaf, facts
from scrm.core.counting import count_of


def segment_contacts(user: User, segment: Segment) -> QuerySet[Contact]:
    """Who is in it now, as far as the user may see them; by name."""
    members = SegmentMember.objects.filter(segment=segment, left_at=None).values("contact")
    return visible_to(user, Contact.objects.filter(pk__in=members, erased_at=None)).order_by("name", "pk")


def segment_list(user: User) -> QuerySet[Segment]:
    """By name, with `seen`: how many members the user may see."""
    rows = Segment.objects.select_related("created_by")
    if user.data_scope == DataScope.ALL:
        return rows.annotate(seen=F("size"))
    return rows.annotate(seen=count_of(_members(user), "segment"))


def segment_get(user: User, pk: UUID) -> Segment | None:
    return segment_list(user).filter(pk=pk).first()


def segment_members(user: User, segment: Segment) -> QuerySet[SegmentMember]:
    """Who is in it, the newest first."""
    rows = _members(user).filter(segment=segment)
    return rows.select_related("contact__owner").order_by("-entered_at", "-pk")


def segment_contact_ids(pk: UUID) -> QuerySet[SegmentMember, UUID]:
    """Who is in it, to narrow what the reader sees otherwise."""
    return SegmentMember.objects.filter(segment=pk, left_at=None).values_list("contact", flat=True)


def segment_member_count(user: User, segment: Segment) -> int:
    return _members(user).filter(segment=segment).count()


def segment_member_ids(
    user: User, segment: Segment, *, after: UUID | None = None, limit: int | None = None
) -> list[UUID]:
    """The members that the user may see by their ids' order: all, or the next so many."""
    rows = _members(user).filter(segment=segment)
    if after is not None:
        rows = rows.filter(contact__gt=after)
    return list(rows.order_by("contact").values_list("contact", flat=True)[:limit])


def segment_movement(user: User, segment: Segment, since: datetime) -> tuple[int, int]:
    """How many came and went since then."""
    rows = visible_to(user, SegmentMember.objects.filter(segment=segment), owner="contact__owner")
    return rows.filter(entered_at__gte=since).count(), rows.filter(left_at__gte=since).count()


def segment_preview(condition: Condition, user: User, now: datetime, limit: int = 5) -> tuple[int, list[Contact]]:
    """How many of the contacts that the user may see match the rule, and the newest few of them.

    By bit strings where they are kept, else by the tables: the answer is the same.
    """
    counted = count_by_bits(_within(condition, user), now, limit)
    if counted is None:
        visible = _visible(user)
        counted = queries.count_among(condition, visible, now), queries.sample_among(condition, visible, now, limit)
    count, ids = counted
    return count, _in_order(ids, Contact.objects.filter(pk__in=ids).select_related("owner"))


def _members(user: User) -> QuerySet[SegmentMember]:
    return visible_to(user, SegmentMember.objects.filter(left_at__isnull=True), owner="contact__owner")


def _visible(user: User) -> QuerySet[Contact] | None:
    return None if user.data_scope == DataScope.ALL else visible_to(user, Contact.objects.all())


def _within(condition: Condition, user: User) -> Condition:
    """The rule, of what `visible_to` shows."""
    owners = owner_ids_visible(user)
    if owners is None:
        return condition
    return All((Leaf(facts.by_key["contact.owner"], "in", tuple(map(str, owners))), condition))


def _in_order(ids: list[UUID], contacts: Iterable[Contact]) -> list[Contact]:
    by_id = {contact.pk: contact for contact in contacts}
    return [by_id[pk] for pk in ids]
