"""Channels that bring leads, and what they cost."""

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from leads.enums import SourceKind
from scrm.core.ids import uuid7


class Source(models.Model):
    """A channel that brings leads."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=10, choices=SourceKind.choices, default=SourceKind.OTHER)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of")
    )
    active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="source_name_once",
                violation_error_message=_("There is a source with this name already."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class SourceCost(models.Model):
    """What a source cost on one day."""

    id = models.BigAutoField(primary_key=True)
    source = models.ForeignKey(Source, models.CASCADE, related_name="costs", verbose_name=_("source"))
    on = models.DateField(_("day"))
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")

    class Meta:
        verbose_name = _("source cost")
        verbose_name_plural = _("source costs")
        ordering = ["-on"]
        constraints = [
            models.UniqueConstraint(fields=["source", "on"], name="source_cost_once"),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="source_cost_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.on} {self.amount}"
