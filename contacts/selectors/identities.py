"""How somebody is known, masked unless the business lets it be seen."""

from collections.abc import Iterable
from uuid import UUID

from accounts.models import User
from accounts.selectors import visible_to
from contacts.enums import IdentityKind
from contacts.models import Contact, Identity
from contacts.selectors.kinds import KnownBy, identities_shown


def identities_of(contact_id: UUID) -> list[KnownBy]:
    """How the contact is known; phones first."""
    rows = Identity.objects.filter(contact=contact_id).defer("sealed", "blind", "blind_tail")
    return identities_shown(_phones_first(rows))


def identities_read(contact: Contact) -> list[KnownBy]:
    """The same, of a contact that was read together with them."""
    return identities_shown(_phones_first(contact.identities.all()))


def identities_by_contact(contacts: Iterable[Contact]) -> dict[UUID, list[KnownBy]]:
    """The same of many, read together with them."""
    rows = [row for contact in contacts for row in _phones_first(contact.identities.all())]
    found: dict[UUID, list[KnownBy]] = {}
    for row, shown in zip(rows, identities_shown(rows), strict=True):
        found.setdefault(row.contact_id, []).append(shown)
    return found


def _phones_first(rows: Iterable[Identity]) -> list[Identity]:
    return sorted(rows, key=lambda row: (row.kind != IdentityKind.PHONE, row.kind != IdentityKind.EMAIL, row.kind))


def identity_visible(viewer: User, contact_id: UUID, identity_id: UUID) -> Identity | None:
    """One identity of a contact that the viewer may see, with its sealed value."""
    rows = visible_to(viewer, Identity.objects.filter(pk=identity_id, contact=contact_id), owner="contact__owner")
    return rows.select_related("contact").first()
