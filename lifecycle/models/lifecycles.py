"""Lifecycles, their stages, and the reasons for which somebody is lost."""

from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from lifecycle.enums import StageColour, StageKind
from scrm.core.ids import uuid7

_TONES: Final = {
    StageKind.OPEN: "blue",
    StageKind.WON: "green",
    StageKind.LOST: "gray",
    StageKind.ADVOCATE: "pink",
}


class Lifecycle(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=80)
    is_default = models.BooleanField(_("new contacts enter this one"), default=False)
    active = models.BooleanField(_("active"), default=True)
    version = models.PositiveIntegerField(_("version in force"), default=1, db_default=1, editable=False)

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
    moves_to = ArrayField(
        models.UUIDField(), verbose_name=_("where one goes from here"), default=list, db_default=[], blank=True
    )
    """Stages to which somebody is moved from here by hand; none named: all of them."""
    colour = models.CharField(
        _("colour"), max_length=10, choices=StageColour.choices, blank=True, default="", db_default=""
    )
    replan_at = models.DateTimeField(_("deadlines planned anew from"), null=True, blank=True, editable=False)
    replanned_to = models.BigIntegerField(_("planned anew as far as"), null=True, blank=True, editable=False)
    retired_at = models.DateTimeField(_("gone since"), null=True, blank=True, editable=False)
    """When a version took it out: nobody comes here any more, and the history keeps it."""
    heir = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("who takes its people"),
        db_index=False,
    )

    class Meta:
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        ordering = ["lifecycle", "position"]
        constraints = [
            models.UniqueConstraint(fields=["lifecycle", "code"], name="stage_code_once"),
            models.UniqueConstraint(fields=["lifecycle", "position"], name="stage_position_once"),
        ]

    @property
    def tone(self) -> str:
        """Its colour, or that of its kind."""
        return self.colour or _TONES[StageKind(self.kind)]

    def __str__(self) -> str:
        return self.name


class LossReason(models.Model):
    """Why people are lost in a lifecycle; chosen when somebody is."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    lifecycle = models.ForeignKey(
        Lifecycle, models.CASCADE, related_name="loss_reasons", verbose_name=_("lifecycle"), db_index=False
    )
    name = models.CharField(_("name"), max_length=60)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    archived = models.BooleanField(_("archived"), default=False)

    class Meta:
        verbose_name = _("loss reason")
        verbose_name_plural = _("loss reasons")
        ordering = ["lifecycle", "position", "name"]
        constraints = [models.UniqueConstraint(fields=["lifecycle", "name"], name="loss_reason_once")]

    def __str__(self) -> str:
        return self.name
