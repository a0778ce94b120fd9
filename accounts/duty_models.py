"""When people work and how much they take on: skills, regions, leave, limits, opening hours."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.hours import problem_of
from scrm.core.ids import uuid7

User = settings.AUTH_USER_MODEL


class Duty(models.Model):
    """What somebody can do, and how many leads they are given by themselves at most."""

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="duty", verbose_name=_("user"))
    skills = models.JSONField(_("skills"), default=list, blank=True, help_text=_("Products, languages, anything."))
    regions = models.JSONField(_("regions"), default=list, blank=True, help_text=_("Provinces, cities or countries."))
    most_open = models.PositiveIntegerField(
        _("open leads at most"), null=True, blank=True, help_text=_("Empty: as many as come.")
    )
    most_a_day = models.PositiveIntegerField(
        _("new leads a day at most"), null=True, blank=True, help_text=_("Empty: as many as come.")
    )
    given_on = models.DateField(_("day of the last lead"), null=True, editable=False)
    given = models.PositiveIntegerField(_("leads given that day"), default=0, editable=False)

    class Meta:
        verbose_name = _("duty")
        verbose_name_plural = _("duties")

    def __str__(self) -> str:
        return str(self.user)


class Leave(models.Model):
    """A time in which somebody is given no leads."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="leaves", db_index=False, verbose_name=_("user"))
    from_at = models.DateTimeField(_("from"))
    until_at = models.DateTimeField(_("until"))
    reason = models.CharField(_("reason"), max_length=80, blank=True)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("leave")
        verbose_name_plural = _("leave")
        ordering = ["from_at"]
        indexes = [models.Index(fields=["user", "until_at"], name="leave_of_user")]
        constraints = [
            models.CheckConstraint(condition=models.Q(until_at__gt=models.F("from_at")), name="leave_has_a_length")
        ]

    def __str__(self) -> str:
        return f"{self.from_at:%Y-%m-%d} – {self.until_at:%Y-%m-%d}"


class OpeningHours(models.Model):
    """When a department, and those below it without hours of their own, answers; without one, the whole business."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    department = models.OneToOneField(
        "accounts.Department",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="hours",
        verbose_name=_("department"),
        help_text=_("Empty: the whole business."),
    )
    week = models.JSONField(_("week"), default=list)
    """Seven lists from Monday on, each of pairs such as ["09:00", "18:00"]."""
    follows_holidays = models.BooleanField(
        _("closed on holidays"),
        default=True,
        help_text=_("By the Chinese calendar, with its working weekends."),
    )
    zone = models.CharField(_("time zone"), max_length=64, blank=True, help_text=_("Empty: that of the business."))

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        constraints = [
            models.UniqueConstraint(
                models.Value(1), condition=models.Q(department__isnull=True), name="hours_of_the_business_once"
            )
        ]

    def __str__(self) -> str:
        return str(self.department or _("The whole business"))

    def clean(self) -> None:
        problem: Any = problem_of(self.week, self.zone)
        if problem:
            raise ValidationError({"week": problem})


class CalendarDay(models.Model):
    """A day that this business works, or does not, other than its country's calendar says."""

    day = models.DateField(_("day"), primary_key=True)
    works = models.BooleanField(_("worked"))
    name = models.CharField(_("name"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("day of the calendar")
        verbose_name_plural = _("days of the calendar")
        ordering = ["day"]

    def __str__(self) -> str:
        return self.name or self.day.isoformat()
