"""How the public pool works: what somebody may claim, when customers go back, and who was warned."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from contacts.models import Contact
from leads.models.sources import Source
from scrm.core.ids import uuid7

_DAYS = [MaxValueValidator(365)]


class PoolPolicy(models.Model):
    """The rules of the business for its pool; one row at most, without it what stands here as default.

    `next_look_at` is when owned customers are looked over next; `looked_to` how far a look has come.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    claims_a_day = models.PositiveIntegerField(
        _("claims a day at most"),
        null=True,
        blank=True,
        default=20,
        help_text=_("For each person. Empty: as many as they like."),
    )
    most_unworked = models.PositiveIntegerField(
        _("customers held unworked at most"),
        null=True,
        blank=True,
        default=10,
        help_text=_("Whoever has so many with whom they have done nothing yet claims no more. Empty: no limit."),
    )
    barred_days = models.PositiveSmallIntegerField(
        _("days until somebody may claim again what they had"),
        default=14,
        validators=_DAYS,
        help_text=_("From the day on which it left them for the pool."),
    )
    effective_days = models.PositiveSmallIntegerField(
        _("days that an effective communication protects"),
        default=30,
        validators=_DAYS,
        help_text=_("Until then a customer is not taken back, however quiet it is."),
    )
    across_departments = models.BooleanField(
        _("one pool for all departments"),
        default=False,
        help_text=_("Otherwise what comes from a department is offered to its own people and those above it."),
    )
    next_look_at = models.DateTimeField(_("next look at"), null=True, editable=False)
    looked_to = models.UUIDField(_("looked as far as"), null=True, editable=False)

    class Meta:
        verbose_name = _("rules of the pool")
        verbose_name_plural = _("rules of the pool")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="pool_policy_once")]

    def __str__(self) -> str:
        return str(_("Rules of the pool"))


class PoolRule(models.Model):
    """Customers who came by a source, or by a part of it, go to the pool untouched for so many days."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    source = models.OneToOneField(
        Source, models.PROTECT, null=True, blank=True, related_name="pool_rule", verbose_name=_("source")
    )
    days = models.PositiveSmallIntegerField(_("days untouched"), default=14, validators=[MinValueValidator(2), *_DAYS])
    active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("rule of taking back")
        verbose_name_plural = _("rules of taking back")
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(
                models.Value(1), condition=models.Q(source__isnull=True), name="pool_rule_of_others_once"
            )
        ]

    def __str__(self) -> str:
        return str(self.source or _("All other sources"))


class PoolWarning(models.Model):
    """A customer who goes to the pool at `due_at`, unless `owner` does something with them; the owner was told."""

    contact = models.OneToOneField(
        Contact, models.CASCADE, primary_key=True, related_name="pool_warning", verbose_name=_("contact")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="pool_warnings", verbose_name=_("owner")
    )
    due_at = models.DateTimeField(_("due at"))

    class Meta:
        verbose_name = _("warning before the pool")
        verbose_name_plural = _("warnings before the pool")
        ordering = ["due_at"]
        indexes = [models.Index(fields=["due_at"], name="pool_warning_due")]

    def __str__(self) -> str:
        return f"{self.contact_id} {self.due_at:%Y-%m-%d}"
