"""Writes about people, by what they are about."""

from contacts.services.arrivals import FoundPerson, KeptPeople, find_people, keep_people, lock_people
from contacts.services.consent import bar_channel, lift_bar, record_consent
from contacts.services.contacts import (
    changed_since,
    hold_for_removal,
    lock_contacts,
    remember_owners,
    remove_contacts,
    set_owner,
)
from contacts.services.erasure import end_contact, hold_erased, hold_identities, hold_whole, identity_blinds
from contacts.services.identities import reveal_identity

__all__ = [
    "FoundPerson",
    "KeptPeople",
    "bar_channel",
    "changed_since",
    "end_contact",
    "find_people",
    "hold_erased",
    "hold_for_removal",
    "hold_identities",
    "hold_whole",
    "identity_blinds",
    "keep_people",
    "lift_bar",
    "lock_contacts",
    "lock_people",
    "record_consent",
    "remember_owners",
    "remove_contacts",
    "reveal_identity",
    "set_owner",
]
