"""Reads of segments: who would be in one, who is, and how many of them a user may see."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, IntegerField, Q, QuerySet, Value

from accounts.enums import Scope as DataScope
from accounts.models import User
from accounts.selectors import owner_ids_visible, visible_to
from audiences import queries
from audiences.bit_queries import count_by_bits
from audiences.models import Segment, SegmentKind, SegmentMember, SegmentRun
from audiences.nesting import named_in
from contacts.models import Contact, Identity
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


def segment_list_offered(*, also: UUID | None = None) -> QuerySet[Segment]:
    """Those that may be chosen, by name; and one that is chosen already."""
    return Segment.objects.filter(Q(archived_at=None) | Q(pk=also))


def segment_parents(segment: Segment) -> list[Segment]:
    """Those whose rules name this one, by name."""
    key = str(segment.pk)
    return [each for each in Segment.objects.all() if key in named_in(each.condition)]


def segment_names(segment_ids: Collection[UUID]) -> dict[UUID, str]:
    return dict(Segment.objects.filter(pk__in=segment_ids).values_list("pk", "name"))


def segment_conditions() -> list[tuple[str, dict[str, Any]]]:
    """Name and rule of each that follows one; archived ones too, for others may go on asking theirs."""
    return list(Segment.objects.filter(kind=SegmentKind.DYNAMIC).values_list("name", "condition"))


def run_list(user: User, segment: Segment) -> QuerySet[SegmentRun]:
    """How each time went that it was gone through, the newest first.

    `came`, `went` and `members` are of everybody: None for who sees a part of the contacts.
    """
    rows = SegmentRun.objects.filter(segment=segment).select_related("by")
    nothing = Value(None, output_field=IntegerField())
    told = user.data_scope == DataScope.ALL
    numbers = {"came": "entered", "went": "left", "members": "size"}
    return rows.annotate(**{name: F(column) if told else nothing for name, column in numbers.items()})


def segment_get(user: User, pk: UUID) -> Segment | None:
    return segment_list(user).filter(pk=pk).first()


def segment_members(user: User, segment: Segment) -> QuerySet[SegmentMember]:
    """Who is in it, the newest first."""
    rows = _members(user).filter(segment=segment)
    return rows.select_related("contact__owner").order_by("-entered_at", "-pk")


def segment_contact_ids(pk: UUID) -> QuerySet[SegmentMember, UUID]:
    """Who is in it, to narrow what the reader sees otherwise."""
    return SegmentMember.objects.filter(segment=pk, left_at=None).values_list("contact", flat=True)


def segment_members_behind(
    user: User, segment: Segment, last: SegmentMember | None, *, limit: int
) -> list[SegmentMember]:
    """The next so many members after one, in the order of their ids."""
    rows = _members(user).filter(segment=segment).select_related("contact__owner", "contact__company").order_by("pk")
    return list(rows.filter(pk__gt=last.pk if last else 0)[:limit])


def member_identities(members: Sequence[SegmentMember]) -> dict[UUID, list[str]]:
    """How these members are known, masked; by their ids."""
    found: dict[UUID, list[str]] = {}
    rows = Identity.objects.filter(contact__in=[member.contact_id for member in members]).order_by("kind", "pk")
    for contact_id, hint in rows.values_list("contact_id", "hint"):
        found.setdefault(contact_id, []).append(hint)
    return found


def segments_gone(segment: Segment) -> int:
    """How many segments that its rule names are there no more."""
    named = named_in(segment.condition)
    return len(named) - Segment.objects.filter(pk__in=named).count() if named else 0


def run_last(segment: Segment) -> SegmentRun | None:
    return SegmentRun.objects.filter(segment=segment).first()


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


def segment_preview(condition: Condition, user: User, now: datetime, limit: int = 10) -> tuple[int, list[Contact]]:
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
