"""Who somebody is, by what it is about."""

from contacts.models.companies import Company
from contacts.models.consent import Consent, DoNotContact
from contacts.models.contacts import Contact, Identity
from contacts.models.friends import Friendship, Group, GroupMember
from contacts.models.owners import OwnerChange

__all__ = [
    "Company",
    "Consent",
    "Contact",
    "DoNotContact",
    "Friendship",
    "Group",
    "GroupMember",
    "Identity",
    "OwnerChange",
]
