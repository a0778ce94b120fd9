"""What was wrong and when, and the figures that are counted now and then; on the platform only."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from operations.enums import Kind


class Incident(models.Model):
    """One stretch of time in which one thing was wrong."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(_("problem"), max_length=12, choices=Kind.choices)
    figure = models.CharField(_("figure"), max_length=200, blank=True)
    opened_at = models.DateTimeField(_("since"))
    closed_at = models.DateTimeField(_("over since"), null=True, blank=True)
    told_at = models.DateTimeField(_("told at"), null=True, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("operations", "alert")
        verbose_name_plural = pgettext_lazy("operations", "alerts")
        ordering = ["-opened_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["kind"], condition=Q(closed_at__isnull=True), name="incident_open_once")
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class Reading(models.Model):
    """A figure over all tenants, as it was when it was last counted."""

    name = models.CharField(_("name"), max_length=40, primary_key=True)
    value = models.FloatField(_("value"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("reading")
        verbose_name_plural = _("readings")

    def __str__(self) -> str:
        return f"{self.name} {self.value}"
