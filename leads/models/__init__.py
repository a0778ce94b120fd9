"""What people asked for, by what it is about."""

from leads.models.arrivals import LeadArrival
from leads.models.follow_up import Interaction, Opportunity
from leads.models.forms import Form, FormTally, FormVersion, form_slug
from leads.models.held import HeldLead, SpentPage
from leads.models.leads import Lead
from leads.models.links import EntryLink, LinkHost, LinkHour, Touch
from leads.models.referral import Referral, ReferralLink, ReferralProgram, Reward, RewardEntry
from leads.models.reviews import Review, ReviewLead
from leads.models.sources import MergedLead, Source, SourceCost, SourceMerge

__all__ = [
    "EntryLink",
    "Form",
    "FormTally",
    "FormVersion",
    "HeldLead",
    "Interaction",
    "Lead",
    "LeadArrival",
    "LinkHost",
    "LinkHour",
    "MergedLead",
    "Opportunity",
    "Referral",
    "ReferralLink",
    "ReferralProgram",
    "Review",
    "ReviewLead",
    "Reward",
    "RewardEntry",
    "Source",
    "SourceCost",
    "SourceMerge",
    "SpentPage",
    "Touch",
    "form_slug",
]
