"""How far somebody has come: lifecycles, stages, positions and the append-only history of moves."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from contacts.models import Contact
from leads.enums import AssignMethod
from lifecycle.enums import MoveSource, StageKind
from scrm.core.ids import uuid7


class Lifecycle(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=80)
    is_default = models.BooleanField(_("new contacts enter this one"), default=False)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("lifecycle")
        verbose_name_plural = _("lifecycles")
        ordering = ["-is_default", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=models.Q(is_default=True), name="lifecycle_one_default"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Stage(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    lifecycle = models.ForeignKey(Lifecycle, models.CASCADE, related_name="stages", verbose_name=_("lifecycle"))
    code = models.SlugField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=10, choices=StageKind.choices, default=StageKind.OPEN)
    position = models.PositiveSmallIntegerField(_("position"))
    typical_days = models.PositiveSmallIntegerField(_("typical days"), null=True, blank=True)
    asks = ArrayField(
        models.CharField(max_length=40),
        verbose_name=_("fields needed from here on"),
        default=list,
        db_default=[],
        blank=True,
    )
    """Codes of fields of contacts, without which nobody is moved here or further by hand."""

    class Meta:
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        ordering = ["lifecycle", "position"]
        constraints = [
            models.UniqueConstraint(fields=["lifecycle", "code"], name="stage_code_once"),
            models.UniqueConstraint(fields=["lifecycle", "position"], name="stage_position_once"),
        ]

    def __str__(self) -> str:
        return self.name


class StageRule(models.Model):
    """Moves a contact to a stage when an event of a type happens and the condition holds."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=120)
    to_stage = models.ForeignKey(Stage, models.CASCADE, related_name="entry_rules", verbose_name=_("move to"))
    event_type = models.CharField(_("when this happens"), max_length=60, help_text=_("The code of an event type."))
    condition = models.JSONField(_("and this holds"), default=dict, blank=True)
    active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("stage rule")
        verbose_name_plural = _("stage rules")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class StageHandOver(models.Model):
    """Whoever reaches the stage goes to one of these people, or of the department, unless they are theirs already.

    Whoever had them reads on for `keep_days`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    stage = models.OneToOneField(Stage, models.CASCADE, related_name="hand_over", verbose_name=_("stage"))
    method = models.CharField(_("chosen by"), max_length=10, choices=AssignMethod.choices, default=AssignMethod.TURNS)
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("department")
    )
    people = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="+", verbose_name=_("people"))
    keep_days = models.PositiveSmallIntegerField(_("days to read on"), default=0, validators=[MaxValueValidator(365)])
    active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("hand-over by stage")
        verbose_name_plural = _("hand-overs by stage")

    def __str__(self) -> str:
        return str(self.stage)


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

    class Meta:
        verbose_name = _("position")
        verbose_name_plural = _("positions")
        constraints = [models.UniqueConstraint(fields=["contact", "lifecycle"], name="position_once")]
        indexes = [models.Index(fields=["stage", "-since"], name="position_stage")]

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
