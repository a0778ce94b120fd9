"""Who somebody is, by what it is about."""

from contacts.models.companies import Company, CompanyMerge
from contacts.models.consent import Consent, ConsentRule, ConsentText, DoNotContact
from contacts.models.contacts import Contact, Identity
from contacts.models.duplicates import DuplicatePair
from contacts.models.fields import CustomField
from contacts.models.friends import Friendship, Group, GroupMember
from contacts.models.kinds import CustomKind
from contacts.models.merges import ContactMerge
from contacts.models.owners import OwnerChange
from contacts.models.reading import ReadingRight
from contacts.models.recognition import DuplicateSearch, IdentityRule
from contacts.models.requests import ForgottenIdentity, PersonRequest
from contacts.models.reveals import Reveal, RevealLimit
from contacts.models.sealed_fields import SealedValue

__all__ = [
    "Company",
    "CompanyMerge",
    "Consent",
    "ConsentRule",
    "ConsentText",
    "Contact",
    "ContactMerge",
    "CustomField",
    "CustomKind",
    "DoNotContact",
    "DuplicatePair",
    "DuplicateSearch",
    "ForgottenIdentity",
    "Friendship",
    "Group",
    "GroupMember",
    "Identity",
    "IdentityRule",
    "OwnerChange",
    "PersonRequest",
    "ReadingRight",
    "Reveal",
    "RevealLimit",
    "SealedValue",
]
