"""Support access: what a business allows one of the platform's operators, and each time they came."""

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from scrm.core.ids import uuid7

LONGEST: Final = timedelta(hours=24)


class SupportGrant(models.Model):
    """Lets one operator in until then; revoked, it is over at once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    operator = models.CharField(_("operator"), max_length=150)
    reason = models.CharField(_("reason"), max_length=200)
    read_only = models.BooleanField(_("read only"), default=True)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("granted by")
    )
    granted_at = models.DateTimeField(_("granted at"))
    ends_at = models.DateTimeField(_("ends at"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("support grant")
        verbose_name_plural = _("support grants")
        ordering = ["-granted_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("granted_at")) & Q(ends_at__lte=F("granted_at") + LONGEST),
                name="support_grant_at_most_a_day",
            )
        ]

    def __str__(self) -> str:
        return self.operator


class SupportVisit(models.Model):
    """A link made for a grant, used once, and the visit that it began."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    grant = models.ForeignKey(SupportGrant, models.PROTECT, related_name="visits", verbose_name=_("grant"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who"))
    issued_at = models.DateTimeField(_("link made at"))
    entered_at = models.DateTimeField(_("entered at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("support visit")
        verbose_name_plural = _("support visits")
        ordering = ["-issued_at"]

    def __str__(self) -> str:
        return f"{self.user_id} {self.issued_at:%Y-%m-%d %H:%M}"
