"""Writes about people, by what they are about."""

from contacts.services.arrivals import FoundPerson, KeptPeople, Known, find_people, keep_people, lock_people
from contacts.services.consent import bar_channel, lift_bar, record_consent
from contacts.services.contacts import (
    change_owner,
    changed_since,
    hold_for_removal,
    lock_contacts,
    remove_contacts,
    set_owner,
)
from contacts.services.identities import reveal_identity

__all__ = [
    "FoundPerson",
    "KeptPeople",
    "Known",
    "bar_channel",
    "change_owner",
    "changed_since",
    "find_people",
    "hold_for_removal",
    "keep_people",
    "lift_bar",
    "lock_contacts",
    "lock_people",
    "record_consent",
    "remove_contacts",
    "reveal_identity",
    "set_owner",
]
