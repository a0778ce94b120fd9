"""What other systems pushed."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from exchange.enums import InboxState
from exchange.models.endpoints import WebhookEndpoint
from scrm.core.ids import uuid7


class InboxMessage(models.Model):
    """What another system pushed, stored before it was answered; its payload is sealed, and forgotten after a week.

    `due_at` is when it is next worked on: a waiting one is taken in, one that is on its way is given back, one that
    is through forgets its payload and in the end goes.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    channel = models.CharField(_("channel"), max_length=40)
    endpoint = models.ForeignKey(
        WebhookEndpoint, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("webhook in")
    )
    dedupe_key = models.BinaryField(_("dedupe key"), max_length=32)
    is_named = models.BooleanField(_("named by its sender"), default=True)
    content_type = models.CharField(_("content type"), max_length=40, blank=True)
    payload = models.BinaryField(_("payload"), null=True)
    state = models.CharField(_("state"), max_length=10, choices=InboxState.choices, default=InboxState.RECEIVED)
    error = models.CharField(_("error"), max_length=500, blank=True)
    outcome = models.JSONField(_("outcome"), default=dict, blank=True)
    lead_ids = ArrayField(models.UUIDField(), verbose_name=_("leads"), default=list, blank=True)
    received_at = models.DateTimeField(_("received at"))
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=0)

    class Meta:
        verbose_name = _("inbox message")
        verbose_name_plural = _("inbox")
        ordering = ["-received_at"]
        constraints = [models.UniqueConstraint(fields=["channel", "dedupe_key"], name="inbox_once")]
        indexes = [
            models.Index(fields=["due_at"], name="inbox_next_due", condition=models.Q(due_at__isnull=False)),
            models.Index(fields=["endpoint", "-received_at"], name="inbox_of_endpoint"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.received_at:%Y-%m-%d %H:%M}"
