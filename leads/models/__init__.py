"""What people asked for, by what it is about."""

from leads.models.follow_up import Interaction, Opportunity
from leads.models.forms import Form, FormTally, FormVersion, form_slug
from leads.models.leads import Lead
from leads.models.sources import Source, SourceCost

__all__ = [
    "Form",
    "FormTally",
    "FormVersion",
    "Interaction",
    "Lead",
    "Opportunity",
    "Source",
    "SourceCost",
    "form_slug",
]
