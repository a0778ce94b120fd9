"""Reads a person for another system that may know them: in clear, so only for who has the right."""

from typing import Any
from uuid import UUID

from contacts.enums import IdentityKind
from contacts.models import Contact
from contacts.sealing import open_identity
from tenants.selectors import tenant_keys

_TOLD = {IdentityKind.PHONE: "phones", IdentityKind.EMAIL: "emails"}


def person_told(contact_id: str | UUID) -> dict[str, Any] | None:
    """Name, company, place, phones and e-mails of a contact; None when it is no longer there."""
    people = Contact.objects.select_related("company").prefetch_related("identities")
    contact = people.filter(pk=contact_id, erased_at=None).first()
    if contact is None:
        return None
    keys = tenant_keys()
    told: dict[str, Any] = {
        "name": contact.name,
        "company": contact.company.name if contact.company else "",
        "city": contact.city,
        "country": contact.country,
        "phones": [],
        "emails": [],
    }
    for identity in sorted(contact.identities.all(), key=lambda each: each.pk):
        if identity.kind in _TOLD:
            value = open_identity(identity.sealed, pk=identity.pk, keys=keys)
            told[_TOLD[IdentityKind(identity.kind)]].append(value)
    return told
