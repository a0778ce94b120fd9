"""Reads about which campaign a link is for."""

from uuid import UUID

from campaigns.models import Campaign, CampaignLink


def campaign_choices() -> list[tuple[str, str]]:
    rows = Campaign.objects.order_by("name", "pk").values_list("pk", "name")
    return [(str(pk), name) for pk, name in rows]


def campaign_get(pk: UUID) -> Campaign | None:
    return Campaign.objects.filter(pk=pk).first()


def campaign_id_of_link(link_id: UUID) -> UUID | None:
    return CampaignLink.objects.filter(link=link_id).values_list("campaign_id", flat=True).first()


def campaign_of_link(link_id: UUID) -> Campaign | None:
    return Campaign.objects.filter(links__link=link_id).first()
