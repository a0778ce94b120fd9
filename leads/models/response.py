"""Until when new leads are to be answered, and what came of it."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from leads.enums import ResponseEnd, ResponseStep, TakenTo
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
    """One lead that waits, or waited, for its first answer. `next_at` is when the next step is taken."""

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

    class Meta:
        verbose_name = _("wait for an answer")
        verbose_name_plural = _("waits for an answer")
        indexes = [
            models.Index(fields=["next_at"], name="response_next", condition=models.Q(next_at__isnull=False)),
            models.Index(fields=["started_at"], name="response_started"),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id} {self.due_at:%Y-%m-%d %H:%M}"
