"""Writes about enquiries, by what they are about."""

from leads.services.forms import count_form_view, form_sources
from leads.services.leads import (
    Handed,
    KnownLead,
    NewLead,
    add_leads,
    change_leads,
    contact_ids_of,
    find_leads,
    hand_over,
    mark_lost,
    mark_won,
    open_lead_ids,
    open_lead_ids_with_owner,
)
from leads.services.sources import ensure_sources

__all__ = [
    "Handed",
    "KnownLead",
    "NewLead",
    "add_leads",
    "change_leads",
    "contact_ids_of",
    "count_form_view",
    "ensure_sources",
    "find_leads",
    "form_sources",
    "hand_over",
    "mark_lost",
    "mark_won",
    "open_lead_ids",
    "open_lead_ids_with_owner",
]
