"""What people asked for, by what it is about."""

from leads.models.arrivals import LeadArrival
from leads.models.follow_up import Interaction, Opportunity
from leads.models.forms import Form, FormTally, FormVersion, form_slug
from leads.models.leads import Lead
from leads.models.links import EntryLink, LinkHost, LinkHour, Touch
from leads.models.referral import Referral, ReferralLink, ReferralProgram, Reward, RewardEntry
from leads.models.sources import Source, SourceCost

__all__ = [
    "EntryLink",
    "Form",
    "FormTally",
    "FormVersion",
    "Interaction",
    "Lead",
    "LeadArrival",
    "LinkHost",
    "LinkHour",
    "Opportunity",
    "Referral",
    "ReferralLink",
    "ReferralProgram",
    "Reward",
    "RewardEntry",
    "Source",
    "SourceCost",
    "Touch",
    "form_slug",
]
