"""What a campaign came to and what was learnt from it (复盘)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from scrm.core.ids import uuid7

User = settings.AUTH_USER_MODEL


class CampaignReview(models.Model):
    """A campaign looked back at. `figures` are its numbers as they stood then; they never change."""

    campaign = models.OneToOneField(
        "campaigns.Campaign", models.CASCADE, primary_key=True, related_name="review", verbose_name=_("campaign")
    )
    figures = models.JSONField(_("figures"))
    worked = models.TextField(_("what worked"), max_length=4000, blank=True)
    repeat = models.TextField(_("what to repeat"), max_length=4000, blank=True)
    stop = models.TextField(_("what to stop"), max_length=4000, blank=True)
    reviewed_at = models.DateTimeField(_("reviewed at"))
    reviewed_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))

    class Meta:
        verbose_name = _("review of a campaign")
        verbose_name_plural = _("reviews of campaigns")
        ordering = ["-reviewed_at"]

    def __str__(self) -> str:
        return str(self.campaign_id)


class NextAction(models.Model):
    """What somebody does next because of what a campaign taught."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    review = models.ForeignKey(
        CampaignReview, models.CASCADE, related_name="actions", verbose_name=_("review of a campaign")
    )
    text = models.CharField(_("what to do"), max_length=300)
    owner = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("owner"))
    due_on = models.DateField(_("until"), null=True, blank=True)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)

    class Meta:
        verbose_name = _("next action")
        verbose_name_plural = _("next actions")
        ordering = ["done_at", "due_on", "id"]

    def __str__(self) -> str:
        return self.text
