"""The wake-up index: one public row per tenant with the time of its next due work."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.models import Tenant


class WakeUp(models.Model):
    """When a tenant next has something to do; with nothing to do, the far future: 9999-01-01.

    It may be too early (a tick finds nothing and raises it) but never too late.
    """

    tenant = models.OneToOneField(
        Tenant, models.CASCADE, primary_key=True, related_name="wake_up", verbose_name=_("tenant")
    )
    due_at = models.DateTimeField(_("next due at"))

    class Meta:
        verbose_name = _("wake-up")
        verbose_name_plural = _("wake-ups")
        indexes = [models.Index(fields=["due_at"], name="wakeup_due")]

    def __str__(self) -> str:
        return f"{self.tenant_id} {self.due_at:%Y-%m-%d %H:%M:%S}"


class Pulse(models.Model):
    """When beat last ticked and a worker last answered: what `bin/up` calls healthy."""

    name = models.CharField(_("name"), max_length=20, primary_key=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("pulse")
        verbose_name_plural = _("pulses")

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d %H:%M:%S}"
