"""How a segment comes to its members: whom to look at again, who came and went, and when it was gone through."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from contacts.models import Contact


class RunCause(models.TextChoices):
    SAVED = "saved", _("Its rule was saved")
    ASKED = "asked", _("By hand")
    SCHEDULE = "schedule", _("From time to time")
    CHANGES = "changes", _("Something changed for somebody")


class SegmentRun(models.Model):
    """One time that a segment was gone through; what changes of customers did within an hour is one."""

    id = models.BigAutoField(primary_key=True)
    segment = models.ForeignKey(
        "audiences.Segment", models.CASCADE, related_name="runs", verbose_name=_("segment"), db_index=False
    )
    at = models.DateTimeField(_("at"))
    cause = models.CharField(_("why"), max_length=8, choices=RunCause.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
        db_index=False,
    )
    entered = models.PositiveIntegerField(_("came"), default=0)
    left = models.PositiveIntegerField(_("went"), default=0)
    size = models.PositiveIntegerField(_("size"), default=0)
    took_ms = models.PositiveIntegerField(_("milliseconds"), default=0)
    error = models.CharField(_("error"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("run of a segment")
        verbose_name_plural = _("runs of segments")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["segment", "-at"], name="segment_run_newest")]

    def __str__(self) -> str:
        return f"{self.segment_id} {self.at:%Y-%m-%d %H:%M}"


class SegmentCheck(models.Model):
    """Contacts for whom something changed that a segment asks about. Only added, so that no change waits for another.

    `watches` says what changed, in the words of `audiences.watching`.
    """

    id = models.BigAutoField(primary_key=True)
    contact_ids = ArrayField(models.UUIDField(), verbose_name=_("contacts"))
    watches = ArrayField(models.CharField(max_length=120), verbose_name=_("what changed"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("look at segments")
        verbose_name_plural = _("looks at segments")

    def __str__(self) -> str:
        return str(self.pk)


class SegmentMove(models.Model):
    """Somebody came into a segment or went, and it is yet to be told."""

    id = models.BigAutoField(primary_key=True)
    segment = models.ForeignKey(
        "audiences.Segment", models.CASCADE, related_name="moves", verbose_name=_("segment"), db_index=False
    )
    contact = models.ForeignKey(
        Contact, models.CASCADE, related_name="segment_moves", verbose_name=_("contact"), db_index=False
    )
    entered = models.BooleanField(_("came"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("move of a segment")
        verbose_name_plural = _("moves of segments")

    def __str__(self) -> str:
        return f"{self.segment_id} {self.contact_id}"
