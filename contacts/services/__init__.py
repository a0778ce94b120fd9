"""Writes about people, by what they are about."""

from contacts.services.arrivals import FoundPerson, KeptPeople, find_people, keep_people, lock_people
from contacts.services.companies import (
    company_of_name,
    merge_companies,
    note_opportunities,
    place_people,
    save_company,
    undo_company_merge,
)
from contacts.services.consent import add_consent_text, bar_channel, lift_bar, need_consent, record_consent
from contacts.services.contacts import (
    changed_since,
    hold_contact,
    hold_for_removal,
    lock_contacts,
    remember_owners,
    remove_contacts,
    set_owner,
    set_owners,
)
from contacts.services.erasure import end_contact, hold_erased, hold_identities, hold_whole, identity_blinds
from contacts.services.fields import (
    archive_field,
    read_values,
    restore_fields,
    save_field,
    set_fields,
)
from contacts.services.finding import give_search_keys
from contacts.services.identities import RevealsSpent, count_reveal, reveal_identity, set_reveal_limits
from contacts.services.reading import let_read_on
from contacts.services.requests import (
    forget_identities,
    give_job,
    keep_copy,
    note_request,
    remove_copies,
    settle_request,
)

__all__ = [
    "FoundPerson",
    "KeptPeople",
    "RevealsSpent",
    "add_consent_text",
    "archive_field",
    "bar_channel",
    "changed_since",
    "company_of_name",
    "count_reveal",
    "end_contact",
    "find_people",
    "forget_identities",
    "give_job",
    "give_search_keys",
    "hold_contact",
    "hold_erased",
    "hold_for_removal",
    "hold_identities",
    "hold_whole",
    "identity_blinds",
    "keep_copy",
    "keep_people",
    "let_read_on",
    "lift_bar",
    "lock_contacts",
    "lock_people",
    "merge_companies",
    "need_consent",
    "note_opportunities",
    "note_request",
    "place_people",
    "read_values",
    "record_consent",
    "remember_owners",
    "remove_contacts",
    "remove_copies",
    "restore_fields",
    "reveal_identity",
    "save_company",
    "save_field",
    "set_fields",
    "set_owner",
    "set_owners",
    "set_reveal_limits",
    "settle_request",
    "undo_company_merge",
]
