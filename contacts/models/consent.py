"""What somebody agreed to, and how they must not be reached."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from contacts.enums import ChannelKind, ConsentPurpose, ConsentWay
from contacts.models.contacts import Contact


class DoNotContact(models.Model):
    """A channel by which somebody must not be reached."""

    id = models.BigAutoField(primary_key=True)
    contact = models.ForeignKey(
        Contact, models.CASCADE, related_name="do_not_contact", verbose_name=_("contact"), db_index=False
    )
    channel = models.CharField(_("channel"), max_length=8, choices=ChannelKind.choices)
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("do-not-contact mark")
        verbose_name_plural = _("do-not-contact marks")
        constraints = [models.UniqueConstraint(fields=["contact", "channel"], name="do_not_contact_once")]

    def __str__(self) -> str:
        return self.get_channel_display()


class Consent(models.Model):
    """What somebody agreed to or withdrew for one channel and purpose, with the text they saw; never changed.

    The newest one counts, of the channel or of all channels.
    """

    id = models.BigAutoField(primary_key=True)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="consents", verbose_name=_("contact"))
    channel = models.CharField(_("channel"), max_length=8, choices=ChannelKind.choices)
    purpose = models.CharField(
        _("for"),
        max_length=10,
        choices=ConsentPurpose.choices,
        default=ConsentPurpose.MARKETING,
        db_default=ConsentPurpose.MARKETING,
    )
    given = models.BooleanField(_("given"))
    text_version = models.CharField(_("text version"), max_length=40, blank=True)
    way = models.CharField(_("how"), max_length=10, choices=ConsentWay.choices, blank=True, default="", db_default="")
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="", db_default="")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("noted by"),
        db_index=False,
        # Written with a million arrivals, always of somebody who is logged in.
        db_constraint=False,
    )
    proof = models.JSONField(_("proof"), default=dict, blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.at:%Y-%m-%d}"


class ConsentText(models.Model):
    """The words that people agree to, in one language and one version; never changed, only followed by the next."""

    id = models.BigAutoField(primary_key=True)
    purpose = models.CharField(_("for"), max_length=10, choices=ConsentPurpose.choices)
    version = models.CharField(_("version"), max_length=40)
    language = models.CharField(_("language"), max_length=10)
    text = models.TextField(_("text"), max_length=4000)
    since = models.DateTimeField(_("since"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"), db_index=False
    )

    class Meta:
        verbose_name = _("text of a consent")
        verbose_name_plural = _("texts of consents")
        ordering = ["purpose", "language", "-since", "-id"]
        constraints = [models.UniqueConstraint(fields=["version", "language"], name="consent_text_once")]

    def __str__(self) -> str:
        return self.version


class ConsentRule(models.Model):
    """A channel on which nobody gets messages who did not agree to them. No row: whoever did not object may."""

    channel = models.CharField(_("channel"), max_length=8, choices=ChannelKind.choices, primary_key=True)
    needed = models.BooleanField(_("only with consent"), default=False)

    class Meta:
        verbose_name = _("rule of consents")
        verbose_name_plural = _("rules of consents")

    def __str__(self) -> str:
        return self.get_channel_display()
