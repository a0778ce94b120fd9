"""Reads about people, within what the reader may see."""

import re
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from accounts.models import User
from accounts.selectors import visible_to
from contacts.enums import IdentityKind
from contacts.models import Contact, DoNotContact, Identity
from contacts.normalise import InvalidValue, normalise_email, normalise_phone
from contacts.sealing import blind_of, blind_tail_of
from tenants.selectors import tenant_current, tenant_keys

_FOUR_DIGITS = re.compile(r"\d{4}")
_MEANT_MAX = 1000
_PHONE_LIKE = re.compile(r"\+?[\d\s()./-]{6,}")


def contact_list(viewer: User) -> QuerySet[Contact]:
    """The contacts that the viewer may see, with what a row shows."""
    identities = Prefetch("identities", Identity.objects.defer("sealed", "blind", "blind_tail").order_by("kind", "pk"))
    return visible_to(viewer, Contact.objects.select_related("owner", "company").prefetch_related(identities))


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
    return list(visible_to(viewer, Contact.objects.filter(pk__in=list(ids))).values_list("pk", flat=True))


def contact_ids_of_owner(viewer: User, owner_id: UUID, *, limit: int | None = None) -> list[UUID]:
    """Contacts of somebody, as far as the viewer sees them; for hand-over."""
    rows = visible_to(viewer, Contact.objects.filter(owner=owner_id))
    return list(rows.order_by("pk").values_list("pk", flat=True)[:limit])


def contact_count_of_owner(viewer: User, owner_id: UUID) -> int:
    return visible_to(viewer, Contact.objects.filter(owner=owner_id)).count()


def contact_search(text: str, prefix: str = "") -> Q:
    """Who is meant by a name, a whole phone, its last four digits or an e-mail; `prefix` leads to the contact."""
    text = " ".join(text.split())
    found = Q(**{f"{prefix}name__icontains": text})
    identities = _identities_meant(text)
    if identities is None:
        return found
    # Asked first: the planner takes a subquery beside OR for half of the table.
    ids = list(identities.values_list("contact", flat=True)[:_MEANT_MAX])
    return found | Q(**{f"{prefix}pk__in": ids})


def _identities_meant(text: str) -> QuerySet[Identity] | None:
    keys = tenant_keys()
    if _FOUR_DIGITS.fullmatch(text):
        return Identity.objects.filter(blind_tail=blind_tail_of(text, keys))
    try:
        if "@" in text:
            kind, key = IdentityKind.EMAIL, normalise_email(text).key
        elif _PHONE_LIKE.fullmatch(text):
            kind, key = IdentityKind.PHONE, normalise_phone(text, region=tenant_current().region).key
        else:
            return None
    except InvalidValue:
        return None
    return Identity.objects.filter(kind=kind, blind=blind_of(kind, key, keys))


def contact_search_list(viewer: User, text: str, limit: int = 8) -> list[Contact]:
    return list(contact_list(viewer).filter(contact_search(text)).order_by("-pk")[:limit]) if text.strip() else []


def contact_exists(contact_id: UUID) -> bool:
    """Whether there is such a contact at all; for links that carry their own right."""
    return Contact.objects.filter(pk=contact_id).exists()


def marks_of(contact_id: UUID) -> list[DoNotContact]:
    """Channels by which the contact must not be reached."""
    return list(DoNotContact.objects.filter(contact=contact_id).order_by("channel"))


def identities_of(contact_id: UUID) -> list[Identity]:
    """How the contact is known, masked; phones first."""
    return _phones_first(Identity.objects.filter(contact=contact_id).defer("sealed", "blind", "blind_tail"))


def identities_read(contact: Contact) -> list[Identity]:
    """The same, of a contact that was read together with them."""
    return _phones_first(contact.identities.all())


def _phones_first(rows: Iterable[Identity]) -> list[Identity]:
    return sorted(rows, key=lambda row: (row.kind != IdentityKind.PHONE, row.kind != IdentityKind.EMAIL, row.kind))


def identity_visible(viewer: User, contact_id: UUID, identity_id: UUID) -> Identity | None:
    """One identity of a contact that the viewer may see, with its sealed value."""
    rows = visible_to(viewer, Identity.objects.filter(pk=identity_id, contact=contact_id), owner="contact__owner")
    return rows.select_related("contact").first()
