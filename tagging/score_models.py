"""How warm somebody is: the rules that give points, and what they came to."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contacts.models import Contact
from scrm.core.ids import uuid7
from tagging.enums import Band, ScoreKind


class ScoreRule(models.Model):
    """Points for each event of a type, for a tag, or while a condition holds; fading where it has a half-life."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("points for"), max_length=9, choices=ScoreKind.choices)
    points = models.SmallIntegerField(
        _("points"), validators=[MinValueValidator(-1000), MaxValueValidator(1000)], help_text=_("May be below zero.")
    )
    event_type = models.CharField(_("when this happens"), max_length=60, blank=True)
    most = models.PositiveSmallIntegerField(
        _("at most so many times"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(1000)],
        help_text=_("The latest ones count. Empty: all of them."),
    )
    tag = models.ForeignKey(
        "tagging.Tag", models.CASCADE, null=True, blank=True, related_name="score_rules", verbose_name=_("tag")
    )
    condition = models.JSONField(_("while this holds"), default=dict, blank=True)
    half_life_days = models.PositiveSmallIntegerField(
        _("half-life in days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
        help_text=_("After so many days half of the points are left. Empty: they stay."),
    )
    active = models.BooleanField(_("active"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("score rule")
        verbose_name_plural = _("score rules")
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class ScoreScale(models.Model):
    """From how many points on somebody is warm, or hot: one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    warm_from = models.SmallIntegerField(_("warm from"), default=20)
    hot_from = models.SmallIntegerField(_("hot from"), default=50)

    class Meta:
        verbose_name = _("scale of scores")
        verbose_name_plural = _("scales of scores")
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="score_scale_one"),
            models.CheckConstraint(condition=Q(warm_from__lt=models.F("hot_from")), name="score_scale_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.warm_from} / {self.hot_from}"


class ContactScore(models.Model):
    """What the rules came to, and when they must be asked again: at once where something happened, else as it fades.

    `parts` are the points by rule: `[{"rule": id, "points": 12.5, "times": 3, "last": ISO time}]`.
    """

    contact = models.OneToOneField(
        Contact, models.CASCADE, primary_key=True, related_name="score", verbose_name=_("contact")
    )
    points = models.DecimalField(_("points"), max_digits=8, decimal_places=1, default=Decimal(0))
    band = models.CharField(_("band"), max_length=4, choices=Band.choices, default=Band.COLD)
    parts = models.JSONField(_("parts"), default=list)
    computed_at = models.DateTimeField(_("computed at"), null=True)
    due_at = models.DateTimeField(_("due at"), null=True)

    class Meta:
        verbose_name = _("score of a contact")
        verbose_name_plural = _("scores of contacts")
        indexes = [
            models.Index(fields=["due_at"], name="score_due", condition=Q(due_at__isnull=False)),
            models.Index(fields=["-points", "-contact"], name="score_highest"),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} {self.points}"
