"""The story of looking back at a campaign: its figures of today are kept with what was learnt."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from analytics.campaigns import campaign_figures, frozen
from campaigns.models import Campaign, CampaignReview
from campaigns.services.campaigns import review_campaign
from tenants.selectors import tenant_zone


@transaction.atomic
def campaign_reviewed(
    *, campaign: Campaign, worked: str, repeat: str, stop: str, by: User, now: datetime
) -> CampaignReview:
    """The figures are the whole campaign's, so `by` is somebody who sees all of it."""
    figures = campaign_figures(by, campaign, today=now.astimezone(tenant_zone()).date())
    said = {"worked": worked, "repeat": repeat, "stop": stop}
    return review_campaign(campaign=campaign, figures=frozen(figures), **said, by=by, now=now)
