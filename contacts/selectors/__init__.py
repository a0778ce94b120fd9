"""Reads about people, within what the reader may see."""

from contacts.selectors.around import (
    colleagues_of,
    friendships_of,
    groups_of,
    owner_changes_of,
)
from contacts.selectors.contacts import (
    contact_count_of_owner,
    contact_detail,
    contact_erased,
    contact_exists,
    contact_ids_of_owner,
    contact_ids_visible,
    contact_list,
    contact_list_filtered,
    contact_names,
    contact_search_list,
    marks_of,
)
from contacts.selectors.history import consent_list_of_contact, owner_change_list_of_contact
from contacts.selectors.identities import identities_of, identities_read, identity_visible
from contacts.selectors.search import contact_search

__all__ = [
    "colleagues_of",
    "consent_list_of_contact",
    "contact_count_of_owner",
    "contact_detail",
    "contact_erased",
    "contact_exists",
    "contact_ids_of_owner",
    "contact_ids_visible",
    "contact_list",
    "contact_list_filtered",
    "contact_names",
    "contact_search",
    "contact_search_list",
    "friendships_of",
    "groups_of",
    "identities_of",
    "identities_read",
    "identity_visible",
    "marks_of",
    "owner_change_list_of_contact",
    "owner_changes_of",
]
