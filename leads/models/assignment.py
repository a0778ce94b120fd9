"""Rules by which new leads find their owner."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from leads.enums import AssignMethod, OrElse
from scrm.core.ids import uuid7


class AssignmentRule(models.Model):
    """Leads of which the condition holds go to these people or this department. The first rule that fits decides."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=80)
    position = models.PositiveIntegerField(_("position"), default=0)
    active = models.BooleanField(_("active"), default=True)
    condition = models.JSONField(_("condition"), default=dict, blank=True)
    method = models.CharField(_("method"), max_length=10, choices=AssignMethod.choices, default=AssignMethod.TURNS)
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("department"),
        help_text=_("Its people and those of departments below it. Empty: the people named here."),
    )
    within_hours = models.BooleanField(_("only within opening hours"), default=False)
    or_else = models.CharField(_("otherwise"), max_length=5, choices=OrElse.choices, default=OrElse.NEXT)
    created_at = models.DateTimeField(_("created at"))
    archived_at = models.DateTimeField(_("archived at"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("assignment rule")
        verbose_name_plural = _("assignment rules")
        ordering = ["position", "created_at"]

    def __str__(self) -> str:
        return self.name


class AssignmentMember(models.Model):
    """One of the people of a rule, with their weight, and how far they have come by it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    rule = models.ForeignKey(
        AssignmentRule, models.CASCADE, related_name="members", db_index=False, verbose_name=_("rule")
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("user"))
    weight = models.PositiveSmallIntegerField(
        _("weight"), default=1, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    named = models.BooleanField(_("named by the rule"), default=True)
    """False for those who come in by the rule's department, and whose turns by weight are remembered here."""
    passed = models.BigIntegerField(_("passed"), default=0, editable=False)

    class Meta:
        verbose_name = _("member of an assignment rule")
        verbose_name_plural = _("members of assignment rules")
        constraints = [models.UniqueConstraint(fields=["rule", "user"], name="assignment_member_once")]

    def __str__(self) -> str:
        return f"{self.user} × {self.weight}"
