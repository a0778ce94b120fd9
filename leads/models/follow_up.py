"""What was said to people since they asked, and what may come of it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from contacts.models import Contact
from leads.enums import InteractionKind
from leads.models.leads import Lead
from scrm.core.ids import uuid7

User = settings.AUTH_USER_MODEL


class Interaction(models.Model):
    """A logged call, visit, meeting or chat."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="interactions", verbose_name=_("contact"))
    lead = models.ForeignKey(
        Lead, models.SET_NULL, null=True, blank=True, related_name="interactions", verbose_name=_("lead")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=InteractionKind.choices)
    text = models.TextField(_("what was said"), max_length=4000, blank=True)
    effective = models.BooleanField(_("effective communication"), default=False)
    next_on = models.DateField(_("next date"), null=True, blank=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="interactions", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("interaction")
        verbose_name_plural = _("interactions")
        ordering = ["-at"]
        indexes = [models.Index(fields=["contact", "-at"], name="interaction_contact_newest")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d}"


class Opportunity(models.Model):
    """A possible deal."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="opportunities", verbose_name=_("contact"))
    lead = models.ForeignKey(
        Lead, models.SET_NULL, null=True, blank=True, related_name="opportunities", verbose_name=_("lead")
    )
    name = models.CharField(_("name"), max_length=120)
    stage = models.CharField(_("stage"), max_length=40, blank=True)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    expected_on = models.DateField(_("expected on"), null=True, blank=True)
    owner = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="opportunities", verbose_name=_("owner")
    )
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("opportunity")
        verbose_name_plural = _("opportunities")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name
