"""Contacts that the reader may see, and the marks on them."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Count, Prefetch, QuerySet

from accounts.models import User
from accounts.selectors import visible_to
from contacts.models import Contact, DoNotContact, Identity
from contacts.selectors.search import contact_search


def contact_list(viewer: User) -> QuerySet[Contact]:
    """The contacts that the viewer may see, with what a row shows."""
    return visible_to(viewer, contact_rows())


def contact_rows() -> QuerySet[Contact]:
    """Everybody's, with what a row shows; for who narrows them to those that a reader sees."""
    identities = Prefetch("identities", Identity.objects.defer("sealed", "blind", "blind_tail").order_by("kind", "pk"))
    people = Contact.objects.filter(erased_at=None)
    return people.select_related("owner", "company").prefetch_related(identities)


def contact_list_filtered(
    rows: QuerySet[Contact], *, q: str = "", owner: str = "", within: Iterable[QuerySet[Any]] = ()
) -> QuerySet[Contact]:
    """Narrow a list of contacts; each of `within` selects ids of contacts to keep."""
    if q:
        rows = rows.filter(contact_search(q))
    if owner:
        rows = rows.filter(owner=None if owner == "none" else UUID(owner))
    for ids in within:
        rows = rows.filter(pk__in=ids)
    return rows


def contact_detail(viewer: User, contact_id: UUID) -> Contact | None:
    return contact_list(viewer).filter(pk=contact_id).first()


def contact_ids_visible(viewer: User, ids: Iterable[str | UUID]) -> list[UUID]:
    """Those of the ids that the viewer may see; for actions on many."""
    rows = Contact.objects.filter(pk__in=list(ids), erased_at=None)
    return list(visible_to(viewer, rows).values_list("pk", flat=True))


def contact_names(viewer: User, ids: Iterable[str | UUID]) -> dict[str, str]:
    """How those of the ids are called that the viewer may see, by id as text."""
    wanted = list(ids)
    rows = visible_to(viewer, Contact.objects.filter(pk__in=wanted).only("pk", "name")) if wanted else []
    return {str(contact.pk): str(contact) for contact in rows}


def contact_ids_of_owner(
    viewer: User, owner_id: UUID, *, after: UUID | None = None, limit: int | None = None
) -> list[UUID]:
    """Contacts of somebody behind one of them, as far as the viewer sees them; for hand-over."""
    rows = visible_to(viewer, Contact.objects.filter(owner=owner_id, erased_at=None))
    if after is not None:
        rows = rows.filter(pk__gt=after)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:limit])


def contacts_to_assign(contact_ids: Iterable[UUID]) -> list[Contact]:
    """These contacts with what assignment rules ask of them, in the order of their ids."""
    rows = Contact.objects.filter(pk__in=list(contact_ids)).select_related("company")
    return list(rows.only("city", "country", "owner_id", "company__name").order_by("pk"))


def contact_ids_owned_after(after: UUID | None, *, limit: int) -> list[UUID]:
    """The next customers that somebody is in charge of, in the order of their ids; for looks over all of them."""
    rows = Contact.objects.filter(owner__isnull=False, erased_at=None)
    if after is not None:
        rows = rows.filter(pk__gt=after)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:limit])


def owners_of(contact_ids: Iterable[UUID]) -> dict[UUID, UUID | None]:
    """Who is in charge of each."""
    return dict(Contact.objects.filter(pk__in=list(contact_ids)).values_list("pk", "owner_id"))


def contact_count_of_owner(viewer: User, owner_id: UUID) -> int:
    return visible_to(viewer, Contact.objects.filter(owner=owner_id, erased_at=None)).count()


def contact_counts_of_leavers(viewer: User) -> dict[UUID, int]:
    """How many contacts each has who may not log in any more, as far as the viewer sees them."""
    gone = list(User.objects.filter(is_active=False).values_list("pk", flat=True))
    rows = visible_to(viewer, Contact.objects.filter(owner__in=gone, erased_at=None)).order_by()
    return dict(rows.values_list("owner").annotate(Count("pk")))


def contact_erased(viewer: User, contact_id: UUID) -> Contact | None:
    """What is left of a contact that was erased, if the viewer could have seen it."""
    return visible_to(viewer, Contact.objects.filter(pk=contact_id, erased_at__isnull=False)).first()


def contact_exists(contact_id: UUID) -> bool:
    """Whether there is such a contact at all; for links that carry their own right."""
    return Contact.objects.filter(pk=contact_id).exists()


def marks_of(contact_id: UUID) -> list[DoNotContact]:
    """Channels by which the contact must not be reached."""
    return list(DoNotContact.objects.filter(contact=contact_id).order_by("channel"))
