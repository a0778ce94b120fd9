"""Channels that bring leads, and what they cost."""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from leads.enums import CostOrigin, SourceKind
from scrm.core.ids import uuid7


class Source(models.Model):
    """A channel that brings leads, perhaps part of another.

    One that was merged into another stays as its second name: what comes in under it is the other's.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=10, choices=SourceKind.choices, default=SourceKind.OTHER)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of")
    )
    active = models.BooleanField(_("active"), default=True)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="second_names",
        verbose_name=_("merged into"),
        editable=False,
        db_index=False,
    )
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
    """What a source cost on one day for one item, in the business's currency.

    `stated_amount` and `stated_currency` are what was said where that was in another one; then `rate` is what one of
    it was worth.
    """

    id = models.BigAutoField(primary_key=True)
    source = models.ForeignKey(Source, models.CASCADE, related_name="costs", verbose_name=_("source"), db_index=False)
    on = models.DateField(_("day"))
    item = models.CharField(_("item"), max_length=60, blank=True, default="", db_default="")
    amount = models.DecimalField(
        _("amount"),
        max_digits=14,
        decimal_places=2,
        validators=[MinValueValidator(0, _("A cost can't be below zero."))],
    )
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    stated_amount = models.DecimalField(_("amount as stated"), max_digits=14, decimal_places=2, null=True, blank=True)
    stated_currency = models.CharField(_("currency as stated"), max_length=3, blank=True, default="", db_default="")
    rate = models.DecimalField(_("rate"), max_digits=18, decimal_places=8, null=True, blank=True)
    came_by = models.CharField(
        _("came by"),
        max_length=6,
        choices=CostOrigin.choices,
        default=CostOrigin.HAND,
        db_default=CostOrigin.HAND,
    )

    class Meta:
        verbose_name = _("source cost")
        verbose_name_plural = _("source costs")
        ordering = ["-on", "item"]
        constraints = [
            models.UniqueConstraint(fields=["source", "on", "item"], name="source_cost_item_once"),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="source_cost_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.on} {self.amount}"


class SourceMerge(models.Model):
    """That one source was merged into another, and what moved with it, so that it can be taken back."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    source = models.ForeignKey(Source, models.CASCADE, related_name="merges", verbose_name=_("source"))
    into = models.ForeignKey(Source, models.CASCADE, related_name="merges_in", verbose_name=_("merged into"))
    moved = models.JSONField(_("what moved"), default=dict)
    leads = models.PositiveIntegerField(_("leads"), default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))
    undone_at = models.DateTimeField(_("taken back at"), null=True, blank=True)

    class Meta:
        verbose_name = _("merge of sources")
        verbose_name_plural = _("merges of sources")
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.source} → {self.into}"


class MergedLead(models.Model):
    """A lead that moved in a merge of sources."""

    id = models.BigAutoField(primary_key=True)
    merge = models.ForeignKey(
        SourceMerge, models.CASCADE, related_name="moved_leads", verbose_name=_("merge"), db_index=False
    )
    lead = models.ForeignKey("leads.Lead", models.CASCADE, related_name="+", verbose_name=_("lead"))

    class Meta:
        verbose_name = _("lead moved in a merge")
        verbose_name_plural = _("leads moved in merges")
        constraints = [models.UniqueConstraint(fields=["merge", "lead"], name="merged_lead_once")]

    def __str__(self) -> str:
        return str(self.lead_id)
