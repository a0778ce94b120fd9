"""Reads of contacts that became one, and of those who may."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import User
from accounts.selectors import visible_to
from contacts.enums import DuplicateState
from contacts.models import Contact, ContactMerge, DuplicatePair, DuplicateSearch
from contacts.selectors.contacts import contact_list


def survivor_of(viewer: User, contact_id: UUID) -> UUID | None:
    """To whom the old id of a contact leads, if the viewer may see them."""
    merges = ContactMerge.objects.filter(folded_id=contact_id, undone_at=None)
    return visible_to(viewer, merges, owner="survivor__owner").values_list("survivor_id", flat=True).first()


def merge_list_of_contact(contact_id: UUID) -> list[ContactMerge]:
    """Merges into this contact, the newest first, those taken back too."""
    return list(ContactMerge.objects.filter(survivor=contact_id).select_related("by", "undone_by").defer("sealed"))


def merge_of_contact(contact_id: UUID, merge_id: int) -> ContactMerge | None:
    return ContactMerge.objects.filter(survivor=contact_id, pk=merge_id).select_related("survivor", "by").first()


def pair_list(viewer: User, *, state: str = DuplicateState.OPEN) -> QuerySet[DuplicatePair]:
    """Pairs that may be one person, the surest first; the viewer sees both of them."""
    seen = visible_to(
        viewer, visible_to(viewer, DuplicatePair.objects.all(), owner="first__owner"), owner="second__owner"
    )
    return seen.filter(state=state).order_by("-confidence", "-pk")


def pair_visible(viewer: User, pair_id: int) -> DuplicatePair | None:
    pairs = DuplicatePair.objects.filter(pk=pair_id)
    return visible_to(viewer, visible_to(viewer, pairs, owner="first__owner"), owner="second__owner").first()


def alike_of(viewer: User, contact_id: UUID) -> list[tuple[DuplicatePair, Contact]]:
    """Who may be the same person as this contact."""
    pairs = list(pair_list(viewer).filter(Q(first=contact_id) | Q(second=contact_id))[:10])
    others = {pair.pk: pair.second_id if pair.first_id == contact_id else pair.first_id for pair in pairs}
    people = Contact.objects.select_related("company", "owner").in_bulk(others.values())
    return [(pair, people[others[pair.pk]]) for pair in pairs]


def pair_between(one: UUID, other: UUID) -> DuplicatePair | None:
    both = Q(first=one, second=other) | Q(first=other, second=one)
    return DuplicatePair.objects.filter(both).select_related("decided_by").first()


def people_of_pairs(viewer: User, pairs: Collection[DuplicatePair]) -> dict[UUID, Contact]:
    """Both sides of pairs, with what a row of contacts shows."""
    ids = {pk for pair in pairs for pk in (pair.first_id, pair.second_id)}
    return {contact.pk: contact for contact in contact_list(viewer).filter(pk__in=ids)}


def duplicate_search() -> DuplicateSearch | None:
    """How far the search for duplicates is; None before the first."""
    return DuplicateSearch.objects.first()
