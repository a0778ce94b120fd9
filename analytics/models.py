"""What we want to reach: goals. What dealers get of what they sell: commission rates."""

from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from scrm.core.ids import uuid7


class Goal(models.Model):
    """A SMART objective: a metric, a target and a deadline."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=120)
    metric = models.CharField(_("metric"), max_length=40)
    target = models.DecimalField(_("target"), max_digits=16, decimal_places=2)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("goal")
        verbose_name_plural = _("goals")
        ordering = ["ends_on"]

    def __str__(self) -> str:
        return self.name


class CommissionRate(models.Model):
    """The share of its deals that a dealer gets, from a day on until its next rate begins.

    It holds for the departments below it too, unless they have one of their own.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="+", verbose_name=_("department"), db_index=False
    )
    percent = models.DecimalField(
        _("percent"),
        max_digits=6,
        decimal_places=3,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
    )
    from_on = models.DateField(_("from"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("made by")
    )
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("commission rate")
        verbose_name_plural = _("commission rates")
        ordering = ["department", "-from_on"]
        constraints = [
            models.UniqueConstraint(fields=["department", "from_on"], name="commission_rate_once_a_day"),
            models.CheckConstraint(
                condition=models.Q(percent__gte=0, percent__lte=100), name="commission_rate_is_a_share"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.percent} % {self.from_on:%Y-%m-%d}"
