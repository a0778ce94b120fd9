"""How somebody is known, masked."""

from collections.abc import Iterable
from uuid import UUID

from accounts.models import User
from accounts.selectors import visible_to
from contacts.enums import IdentityKind
from contacts.models import Contact, Identity


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
