"""What somebody agreed to, and how they must not be reached."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from contacts.enums import ChannelKind
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
    """What somebody agreed to or withdrew, with the text they saw; never changed."""

    id = models.BigAutoField(primary_key=True)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="consents", verbose_name=_("contact"))
    channel = models.CharField(_("channel"), max_length=8, choices=ChannelKind.choices)
    given = models.BooleanField(_("given"))
    text_version = models.CharField(_("text version"), max_length=40, blank=True)
    proof = models.JSONField(_("proof"), default=dict, blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.at:%Y-%m-%d}"
