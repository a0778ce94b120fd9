"""What people say about what we sell."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from commerce.enums import Sentiment
from contacts.models import Contact
from leads.models import Interaction, Opportunity
from scrm.core.ids import uuid7

User = settings.AUTH_USER_MODEL


class VoiceTopic(models.Model):
    """What voices are about: the business's own list."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=60, unique=True)
    archived = models.BooleanField(_("archived"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("topic of voices")
        verbose_name_plural = _("topics of voices")
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class Voice(models.Model):
    """What somebody said about a product or about us, most often while we talked."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    contact = models.ForeignKey(
        Contact, models.CASCADE, related_name="voices", verbose_name=_("contact"), db_index=False
    )
    interaction = models.ForeignKey(
        Interaction, models.CASCADE, null=True, blank=True, related_name="voices", verbose_name=_("interaction")
    )
    product = models.ForeignKey(
        "commerce.Product",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="voices",
        verbose_name=_("product"),
        db_index=False,
    )
    topics = models.ManyToManyField(VoiceTopic, related_name="voices", verbose_name=_("topics"))
    text = models.TextField(_("what they said"), max_length=2000)
    wish = models.CharField(_("what they wish for"), max_length=120, blank=True)
    sentiment = models.CharField(_("mood"), max_length=8, choices=Sentiment.choices, default=Sentiment.NEUTRAL)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"), db_index=False)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("voice of a customer")
        verbose_name_plural = _("voices of customers")
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["contact", "-at"], name="voice_contact"),
            models.Index(fields=["-at", "-id"], name="voice_newest"),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class OpportunityItem(models.Model):
    """A product that an opportunity is about."""

    id = models.BigAutoField(primary_key=True)
    opportunity = models.ForeignKey(
        Opportunity, models.CASCADE, related_name="items", verbose_name=_("opportunity"), db_index=False
    )
    product = models.ForeignKey("commerce.Product", models.PROTECT, related_name="+", verbose_name=_("product"))
    quantity = models.PositiveIntegerField(_("quantity"), default=1)

    class Meta:
        verbose_name = _("product of an opportunity")
        verbose_name_plural = _("products of opportunities")
        constraints = [models.UniqueConstraint(fields=["opportunity", "product"], name="opportunity_item_once")]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.product_id}"
