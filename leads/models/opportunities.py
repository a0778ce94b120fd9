"""Possible deals: how far they are, and how they came there."""

from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contacts.models import Company, Contact
from leads.enums import DealKind
from leads.models.leads import Lead
from scrm.core.ids import uuid7

User = settings.AUTH_USER_MODEL


class OpportunityStage(models.Model):
    """A column of the pipeline; `probability` is the share in percent of those here that are won in the end."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=60, unique=True)
    kind = models.CharField(_("kind"), max_length=4, choices=DealKind.choices, default=DealKind.OPEN)
    probability = models.PositiveSmallIntegerField(
        _("probability in percent"), default=0, validators=[MaxValueValidator(100)]
    )
    archived = models.BooleanField(_("archived"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("stage of opportunities")
        verbose_name_plural = _("stages of opportunities")
        ordering = ["position", "name"]
        constraints = [
            models.CheckConstraint(condition=Q(probability__lte=100), name="opportunity_stage_probability"),
        ]

    def __str__(self) -> str:
        return self.name


class Opportunity(models.Model):
    """A possible deal. `settled_at` is when it was won or lost."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="opportunities", verbose_name=_("contact"))
    company = models.ForeignKey(
        Company,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="opportunities",
        verbose_name=_("company"),
        db_index=False,
    )
    lead = models.ForeignKey(
        Lead, models.SET_NULL, null=True, blank=True, related_name="opportunities", verbose_name=_("lead")
    )
    name = models.CharField(_("name"), max_length=120)
    stage = models.ForeignKey(
        OpportunityStage,
        models.PROTECT,
        null=True,
        related_name="opportunities",
        verbose_name=_("stage"),
        db_index=False,
    )
    amount = models.DecimalField(
        _("amount"), max_digits=14, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(Decimal(0))]
    )
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    expected_on = models.DateField(_("expected on"), null=True, blank=True)
    note = models.TextField(_("note"), max_length=4000, blank=True, default="", db_default="")
    settled_at = models.DateTimeField(_("won or lost at"), null=True, blank=True)
    reason = models.CharField(_("why it was won or lost"), max_length=200, blank=True, default="", db_default="")
    owner = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="opportunities", verbose_name=_("owner")
    )
    created_at = models.DateTimeField(_("created at"))
    updated_at = models.DateTimeField(_("updated at"), null=True)

    class Meta:
        verbose_name = _("opportunity")
        verbose_name_plural = _("opportunities")
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["stage", "expected_on"], name="opportunity_stage"),
            models.Index(fields=["company"], name="opportunity_company", condition=Q(company__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name


class OpportunityMove(models.Model):
    """An opportunity came to a stage; append-only, with its amount of then."""

    id = models.BigAutoField(primary_key=True)
    opportunity = models.ForeignKey(
        Opportunity, models.CASCADE, related_name="moves", verbose_name=_("opportunity"), db_index=False
    )
    from_stage = models.ForeignKey(
        OpportunityStage, models.PROTECT, null=True, related_name="+", verbose_name=_("from"), db_index=False
    )
    to_stage = models.ForeignKey(
        OpportunityStage, models.PROTECT, related_name="+", verbose_name=_("to"), db_index=False
    )
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2, null=True)
    currency = models.CharField(_("currency"), max_length=3)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"), db_index=False)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("move of an opportunity")
        verbose_name_plural = _("moves of opportunities")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["opportunity", "-at"], name="opportunity_move_newest")]

    def __str__(self) -> str:
        return f"{self.opportunity_id} {self.to_stage}"
