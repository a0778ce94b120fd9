"""Where people stand, and the append-only history of how they came there."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from contacts.models import Contact
from lifecycle.enums import MoveSource
from lifecycle.models.lifecycles import Lifecycle, LossReason, Stage
from lifecycle.models.rules import StageDeadline, StageRule


class Position(models.Model):
    """Where a contact stands in a lifecycle now; the last line of its history."""

    id = models.BigAutoField(primary_key=True)
    contact = models.ForeignKey(
        Contact, models.CASCADE, related_name="positions", verbose_name=_("contact"), db_index=False
    )
    # The stage below holds its lifecycle (docs/decisions/0026).
    lifecycle = models.ForeignKey(
        Lifecycle,
        models.CASCADE,
        related_name="positions",
        verbose_name=_("lifecycle"),
        db_index=False,
        db_constraint=False,
    )
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="positions", verbose_name=_("stage"), db_index=False)
    since = models.DateTimeField(_("since"))
    next_at = models.DateTimeField(_("next deadline at"), null=True, blank=True, editable=False)
    deadline = models.ForeignKey(
        StageDeadline,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("next deadline"),
        db_index=False,
    )

    class Meta:
        verbose_name = _("position")
        verbose_name_plural = _("positions")
        constraints = [models.UniqueConstraint(fields=["contact", "lifecycle"], name="position_once")]
        indexes = [
            models.Index(fields=["stage", "-since"], name="position_stage"),
            models.Index(fields=["next_at"], name="position_due", condition=models.Q(next_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} {self.stage_id}"


class StageTransition(models.Model):
    """One move; append-only."""

    id = models.BigAutoField(primary_key=True)
    # Written with the position that it led to, which holds all three (docs/decisions/0026).
    contact = models.ForeignKey(
        Contact,
        models.CASCADE,
        related_name="stage_transitions",
        verbose_name=_("contact"),
        db_index=False,
        db_constraint=False,
    )
    lifecycle = models.ForeignKey(
        Lifecycle, models.CASCADE, related_name="+", verbose_name=_("lifecycle"), db_index=False, db_constraint=False
    )
    from_stage = models.ForeignKey(
        Stage, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("from"), db_index=False
    )
    to_stage = models.ForeignKey(
        Stage, models.PROTECT, related_name="+", verbose_name=_("to"), db_index=False, db_constraint=False
    )
    at = models.DateTimeField(_("at"))
    seconds_before = models.BigIntegerField(_("seconds in the stage before"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=10, choices=MoveSource.choices)
    rule = models.ForeignKey(
        StageRule, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("rule"), db_index=False
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
        db_index=False,
    )
    reason = models.CharField(_("reason"), max_length=120, blank=True)
    loss_reason = models.ForeignKey(
        LossReason,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("loss reason"),
        db_index=False,
    )
    version = models.PositiveIntegerField(_("version of the lifecycle"), null=True, blank=True)
    """The version in force when it happened."""

    class Meta:
        verbose_name = _("stage transition")
        verbose_name_plural = _("stage history")
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["contact", "-at"], name="transition_contact"),
            models.Index(fields=["to_stage", "-at"], name="transition_stage"),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} -> {self.to_stage_id}"
