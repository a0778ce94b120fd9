"""Writes about which campaign links are for."""

from collections.abc import Sequence

from django.db import transaction

from campaigns.models import Campaign, CampaignLink
from leads.models import EntryLink


@transaction.atomic
def set_campaign_of_links(*, links: Sequence[EntryLink], campaign: Campaign | None) -> None:
    """From now on these links are for the campaign; None: for none."""
    CampaignLink.objects.filter(link__in=links).exclude(campaign=campaign).delete()
    if campaign is not None:
        CampaignLink.objects.bulk_create(
            (CampaignLink(link=link, campaign=campaign) for link in links), ignore_conflicts=True
        )
