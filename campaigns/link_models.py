"""Which campaign an entry link is for."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from leads.models import EntryLink


class CampaignLink(models.Model):
    """An entry link that was put up for a campaign."""

    link = models.OneToOneField(
        EntryLink,
        models.CASCADE,
        primary_key=True,
        related_name="campaign_link",
        verbose_name=_("entry link"),
        db_index=False,
    )
    campaign = models.ForeignKey("campaigns.Campaign", models.CASCADE, related_name="links", verbose_name=_("campaign"))

    class Meta:
        verbose_name = _("link of a campaign")
        verbose_name_plural = _("links of campaigns")

    def __str__(self) -> str:
        return str(self.link_id)
