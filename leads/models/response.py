"""Until when new leads are to be answered, and what came of it."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from leads.enums import PauseEnd, PauseReason, ResponseEnd, ResponseStep, TakenTo
from leads.models.leads import Lead
from leads.models.sources import Source
from scrm.core.ids import uuid7

_A_MONTH = 31 * 24 * 60
_LENGTH = [MaxValueValidator(_A_MONTH)]


class ResponseRule(models.Model):
    """Leads of a source, and of its parts, are answered within so many minutes; without a source, all others."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    source = models.OneToOneField(
        Source, models.PROTECT, null=True, blank=True, related_name="response_rule", verbose_name=_("source")
    )
    minutes = models.PositiveIntegerField(
        _("answer within minutes"), validators=[MinValueValidator(1), *_LENGTH], default=30
    )
    within_hours = models.BooleanField(_("minutes count within opening hours"), default=True)
    remind_before = models.PositiveIntegerField(
        _("remind so many minutes before"), null=True, blank=True, validators=_LENGTH
    )
    escalate_after = models.PositiveIntegerField(
        _("tell the head so many minutes after"), null=True, blank=True, validators=_LENGTH
    )
    take_after = models.PositiveIntegerField(
        _("take it away so many minutes after"), null=True, blank=True, validators=_LENGTH
    )
    taken_to = models.CharField(_("taken to"), max_length=8, choices=TakenTo.choices, default=TakenTo.RULES)
    active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("time to answer")
        verbose_name_plural = _("times to answer")
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(
                models.Value(1), condition=models.Q(source__isnull=True), name="response_rule_of_others_once"
            )
        ]

    def __str__(self) -> str:
        return str(self.source or _("All other sources"))


class ResponseClock(models.Model):
    """One lead that waits, or waited, for its first answer. `next_at` is when the next step is taken.

    While it is paused, `next_at` is when it runs on, and `due_at` when it is due then. `spent` is how much of the time
    to answer had run when it last ran on, at `resumed_at`; `paused_for` how long it stood still before.
    """

    lead = models.OneToOneField(
        Lead, models.CASCADE, primary_key=True, related_name="response", verbose_name=_("lead"), db_constraint=False
    )
    rule = models.ForeignKey(
        ResponseRule, models.CASCADE, related_name="clocks", db_index=False, verbose_name=_("time to answer")
    )
    started_at = models.DateTimeField(_("began at"))
    due_at = models.DateTimeField(_("due at"))
    next_at = models.DateTimeField(_("next step at"), null=True)
    step = models.CharField(_("next step"), max_length=8, choices=ResponseStep.choices, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True)
    ended_as = models.CharField(_("what came of it"), max_length=8, choices=ResponseEnd.choices, blank=True)
    paused_at = models.DateTimeField(_("paused at"), null=True)
    resumed_at = models.DateTimeField(_("runs on since"), null=True)
    spent = models.DurationField(_("time spent"), default=timedelta(), db_default=timedelta())
    paused_for = models.DurationField(_("stood still for"), default=timedelta(), db_default=timedelta())

    class Meta:
        verbose_name = _("wait for an answer")
        verbose_name_plural = _("waits for an answer")
        indexes = [
            models.Index(fields=["next_at"], name="response_next", condition=models.Q(next_at__isnull=False)),
            models.Index(fields=["started_at"], name="response_started"),
            models.Index(fields=["rule"], name="response_paused", condition=models.Q(paused_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id} {self.due_at:%Y-%m-%d %H:%M}"

    @property
    def runs_since(self) -> datetime:
        """From when on the time counts that is not `spent` yet."""
        return self.resumed_at or self.started_at


class ResponsePause(models.Model):
    """The time to answer a lead stood still, or stands still: why, until when at most, and what ended it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clock = models.ForeignKey(
        ResponseClock, models.CASCADE, related_name="pauses", verbose_name=_("wait for an answer")
    )
    reason = models.CharField(_("reason"), max_length=8, choices=PauseReason.choices)
    at = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False, verbose_name=_("by")
    )
    ended_at = models.DateTimeField(_("ended at"), null=True)
    ended_as = models.CharField(_("what ended it"), max_length=8, choices=PauseEnd.choices, blank=True)

    class Meta:
        verbose_name = _("pause of an answer")
        verbose_name_plural = _("pauses of answers")
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(
                fields=["clock"], condition=models.Q(ended_at__isnull=True), name="response_pause_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} {self.until:%Y-%m-%d %H:%M}"
