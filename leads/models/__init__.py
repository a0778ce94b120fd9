"""What people asked for, by what it is about."""

from leads.models.arrivals import LeadArrival
from leads.models.assignment import AssignmentMember, AssignmentRule
from leads.models.forms import Form, FormTally, FormVersion, form_slug
from leads.models.held import HeldLead, SpentPage
from leads.models.interactions import Attachment, Interaction, InteractionEdit, Outcome
from leads.models.leads import Lead
from leads.models.links import EntryLink, LinkHost, LinkHour, Touch
from leads.models.opportunities import Opportunity, OpportunityMove, OpportunityStage
from leads.models.pool import PoolPolicy, PoolRule, PoolWarning
from leads.models.ratings import ContactRating, RatingChange
from leads.models.referral import Referral, ReferralLink, ReferralProgram, Reward, RewardEntry
from leads.models.response import ResponseClock, ResponsePause, ResponseRule
from leads.models.reviews import Review, ReviewLead
from leads.models.sources import MergedLead, Source, SourceCost, SourceMerge

__all__ = [
    "AssignmentMember",
    "AssignmentRule",
    "Attachment",
    "ContactRating",
    "EntryLink",
    "Form",
    "FormTally",
    "FormVersion",
    "HeldLead",
    "Interaction",
    "InteractionEdit",
    "Lead",
    "LeadArrival",
    "LinkHost",
    "LinkHour",
    "MergedLead",
    "Opportunity",
    "OpportunityMove",
    "OpportunityStage",
    "Outcome",
    "PoolPolicy",
    "PoolRule",
    "PoolWarning",
    "RatingChange",
    "Referral",
    "ReferralLink",
    "ReferralProgram",
    "ResponseClock",
    "ResponsePause",
    "ResponseRule",
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
