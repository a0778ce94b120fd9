"""Who saw what of somebody in clear, and how often a role may."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from contacts.enums import IdentityKind
from contacts.models.contacts import Contact
from contacts.revealing import SYSTEM
from exchange.models import ApiKey

_OTHERS = [("payload", _("What was sent")), ("field", _("Sensitive field"))]
REVEALERS = [*Role.choices, (SYSTEM, _("Other system"))]


OTHER_THAN_KINDS = frozenset(value for value, _label in _OTHERS)
"""What is seen in clear and is no identity."""


class Reveal(models.Model):
    """One identity, a sensitive field, or all that was sent with a lead, shown in clear to somebody; never changed."""

    id = models.BigAutoField(primary_key=True)
    contact = models.ForeignKey(
        Contact, models.CASCADE, related_name="reveals", verbose_name=_("contact"), db_index=False
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="reveals",
        verbose_name=_("who"),
        db_index=False,
    )
    key = models.ForeignKey(
        ApiKey, models.SET_NULL, null=True, related_name="+", verbose_name=_("API key"), db_index=False
    )
    subject = models.UUIDField(_("identity or arrival"))
    """Counts once within a window, however often it is looked at again."""
    kind = models.CharField(_("kind"), max_length=12, choices=[*IdentityKind.choices, *_OTHERS])
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("reveal")
        verbose_name_plural = _("reveals")
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["by", "-at"], name="reveal_by"),
            models.Index(fields=["key", "-at"], name="reveal_key", condition=Q(key__isnull=False)),
            models.Index(fields=["contact", "-at"], name="reveal_contact"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H:%M}"


class RevealLimit(models.Model):
    """How many identities a person of a role may see in clear. No row: what `contacts.revealing` says."""

    role = models.CharField(_("role"), max_length=12, choices=REVEALERS, primary_key=True)
    per_hour = models.PositiveIntegerField(_("an hour"))
    per_day = models.PositiveIntegerField(_("a day"))
    needs_factor = models.BooleanField(_("asks for the second step"), default=False)

    class Meta:
        verbose_name = _("limit of reveals")
        verbose_name_plural = _("limits of reveals")
        constraints = [
            models.CheckConstraint(condition=Q(per_day__gte=models.F("per_hour")), name="reveal_day_is_longer")
        ]

    def __str__(self) -> str:
        return self.get_role_display()
