"""Reads about campaigns: what belongs to them, and what was learnt."""

from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from campaigns.models import Campaign, CampaignReview, NextAction
from leads.models import EntryLink, Form


def campaign_form_ids(campaign: Campaign) -> list[UUID]:
    return list(Form.objects.filter(route__campaign=campaign).values_list("pk", flat=True))


def campaign_links(campaign: Campaign) -> list[EntryLink]:
    return list(EntryLink.objects.filter(campaign_link__campaign=campaign).order_by("name", "pk"))


def campaign_all() -> QuerySet[Campaign]:
    return Campaign.objects.prefetch_related("sources")


def campaign_list_over(today: date) -> QuerySet[Campaign]:
    """Campaigns that are over and not yet looked back at, the latest first."""
    return Campaign.objects.filter(ends_on__lt=today, review=None).order_by("-ends_on", "-pk")


def learning_list(search: str = "") -> QuerySet[CampaignReview]:
    """What past campaigns taught, the latest first."""
    rows = CampaignReview.objects.select_related("campaign", "reviewed_by").order_by("-reviewed_at", "-pk")
    if search:
        said = Q(worked__icontains=search) | Q(repeat__icontains=search) | Q(stop__icontains=search)
        rows = rows.filter(said | Q(campaign__name__icontains=search) | Q(campaign__kind__icontains=search))
    return rows


def campaign_review(campaign: Campaign) -> CampaignReview | None:
    return CampaignReview.objects.select_related("reviewed_by").filter(campaign=campaign).first()


def next_actions(review: CampaignReview) -> list[NextAction]:
    return list(review.actions.select_related("owner"))


def next_action_get(campaign_id: UUID, pk: UUID) -> NextAction | None:
    return NextAction.objects.select_related("review__campaign").filter(pk=pk, review=campaign_id).first()
