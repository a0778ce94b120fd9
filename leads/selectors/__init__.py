"""Reads about enquiries, within what the reader may see, by what they are about."""

from leads.selectors.follow_up import interaction_list_of_contact, interaction_list_of_lead
from leads.selectors.forms import form_detail, form_list, form_published
from leads.selectors.leads import (
    lead_counts_per_day,
    lead_detail,
    lead_ids_left_by,
    lead_ids_visible,
    lead_list,
    lead_list_filtered,
    lead_list_of_contact,
    lead_newest,
    lead_rows,
    lead_totals,
)
from leads.selectors.sources import SourceRow, source_choices, source_costs, source_detail, source_list, source_rows

__all__ = [
    "SourceRow",
    "form_detail",
    "form_list",
    "form_published",
    "interaction_list_of_contact",
    "interaction_list_of_lead",
    "lead_counts_per_day",
    "lead_detail",
    "lead_ids_left_by",
    "lead_ids_visible",
    "lead_list",
    "lead_list_filtered",
    "lead_list_of_contact",
    "lead_newest",
    "lead_rows",
    "lead_totals",
    "source_choices",
    "source_costs",
    "source_detail",
    "source_list",
    "source_rows",
]
