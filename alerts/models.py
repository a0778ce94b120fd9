"""What somebody is alerted of: a row first, whatever carries it to them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from alerts.enums import AlertKind
from scrm.core.ids import uuid7


class Alert(models.Model):
    """One thing that one user should know of.

    It holds ids and words of ours, never a name or a phone: who it is about is read with the rights of the reader, in
    the reader's language. Unread ones of one `topic` become one with a `count`; the last of them was at `created_at`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="alerts", db_index=False, verbose_name=_("recipient")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=AlertKind.choices)
    # Rooms above this one are no foreign keys of it: of what kind the subject is says `kind`.
    subject_id = models.UUIDField(_("subject id"), null=True, blank=True)
    params = models.JSONField(_("details"), default=dict, blank=True)
    topic = models.CharField(_("topic"), max_length=80, blank=True)
    count = models.PositiveIntegerField(_("count"), default=1)
    created_at = models.DateTimeField(_("created at"))
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["recipient", "-created_at", "-id"], name="alert_newest"),
            models.Index(fields=["recipient"], name="alert_unread", condition=models.Q(read_at__isnull=True)),
            models.Index(fields=["created_at"], name="alert_oldest"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "topic"],
                condition=models.Q(read_at__isnull=True) & ~models.Q(topic=""),
                name="alert_topic_once_unread",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.created_at:%Y-%m-%d %H:%M}"
