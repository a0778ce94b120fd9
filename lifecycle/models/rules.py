"""What moves contacts by itself, and what follows from a stage: rules, hand-overs, deadlines."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from leads.enums import AssignMethod
from lifecycle.enums import DeadlineAction, DeadlineUnit
from lifecycle.models.lifecycles import LossReason, Stage
from scrm.core.ids import uuid7


class StageRule(models.Model):
    """Moves a contact to a stage when an event of a type happens and the condition holds.

    Without an event it moves whoever the condition holds for, who are looked for at `look_at`, by their ids, of which
    `looked_to` is how far that has come. From one stage it also leads back.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=120)
    to_stage = models.ForeignKey(Stage, models.CASCADE, related_name="entry_rules", verbose_name=_("move to"))
    from_stage = models.ForeignKey(
        Stage, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("only from"), db_index=False
    )
    event_type = models.CharField(
        _("when this happens"), max_length=60, blank=True, help_text=_("The code of an event type.")
    )
    condition = models.JSONField(_("and this holds"), default=dict, blank=True)
    active = models.BooleanField(_("active"), default=True)
    look_at = models.DateTimeField(_("looked for at"), null=True, blank=True, editable=False)
    looked_to = models.UUIDField(_("looked for as far as"), null=True, blank=True, editable=False)
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


class StageDeadline(models.Model):
    """What happens to whoever is in a stage for so long: each time they are there, once.

    `working` counts opening hours, or days on which the business works.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    stage = models.ForeignKey(Stage, models.CASCADE, related_name="deadlines", verbose_name=_("stage"))
    after = models.PositiveSmallIntegerField(
        _("after"), default=3, validators=[MinValueValidator(1), MaxValueValidator(3650)]
    )
    unit = models.CharField(_("unit"), max_length=5, choices=DeadlineUnit.choices, default=DeadlineUnit.DAYS)
    working = models.BooleanField(_("count working time only"), default=False)
    action = models.CharField(_("then"), max_length=6, choices=DeadlineAction.choices, default=DeadlineAction.REMIND)
    text = models.CharField(_("what to do"), max_length=120, blank=True)
    to_stage = models.ForeignKey(
        Stage, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("move to"), db_index=False
    )
    loss_reason = models.ForeignKey(
        LossReason, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reason"), db_index=False
    )
    active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("stage deadline")
        verbose_name_plural = _("stage deadlines")
        ordering = ["stage", "created_at"]

    def __str__(self) -> str:
        return f"{self.stage} {self.after} {self.unit}"
