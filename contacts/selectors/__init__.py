"""Reads about people, within what the reader may see."""

from contacts.selectors.around import (
    colleagues_of,
    friendships_of,
    groups_of,
    owner_changes_of,
)
from contacts.selectors.consent import (
    channels_needing_consent,
    consent_standing,
    consent_text_by_version,
    consent_text_list,
    consent_text_newest,
    refusing_consent,
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
from contacts.selectors.requests import (
    copy_of,
    forgotten_keys,
    request_count_late,
    request_detail,
    request_get,
    request_list,
    request_list_of_contact,
    request_open,
)
from contacts.selectors.reveals import Looked, looked_list, reveal_limit, reveal_limits, reveal_list_of_contact
from contacts.selectors.search import contact_search

__all__ = [
    "Looked",
    "channels_needing_consent",
    "colleagues_of",
    "consent_list_of_contact",
    "consent_standing",
    "consent_text_by_version",
    "consent_text_list",
    "consent_text_newest",
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
    "copy_of",
    "forgotten_keys",
    "friendships_of",
    "groups_of",
    "identities_of",
    "identities_read",
    "identity_visible",
    "looked_list",
    "marks_of",
    "owner_change_list_of_contact",
    "owner_changes_of",
    "refusing_consent",
    "request_count_late",
    "request_detail",
    "request_get",
    "request_list",
    "request_list_of_contact",
    "request_open",
    "reveal_limit",
    "reveal_limits",
    "reveal_list_of_contact",
]
