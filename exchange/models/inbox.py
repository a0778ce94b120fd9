"""What other systems pushed."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from exchange.enums import InboxState
from scrm.core.ids import uuid7


class InboxMessage(models.Model):
    """What another system pushed, stored before it was answered; its payload is sealed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    channel = models.CharField(_("channel"), max_length=40)
    dedupe_key = models.BinaryField(_("dedupe key"), max_length=32)
    payload = models.BinaryField(_("payload"), null=True)
    state = models.CharField(_("state"), max_length=10, choices=InboxState.choices, default=InboxState.RECEIVED)
    error = models.CharField(_("error"), max_length=500, blank=True)
    received_at = models.DateTimeField(_("received at"))
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=0)

    class Meta:
        verbose_name = _("inbox message")
        verbose_name_plural = _("inbox")
        ordering = ["-received_at"]
        constraints = [models.UniqueConstraint(fields=["channel", "dedupe_key"], name="inbox_once")]
        indexes = [models.Index(fields=["due_at"], name="inbox_due", condition=models.Q(state=InboxState.RECEIVED))]

    def __str__(self) -> str:
        return f"{self.channel} {self.received_at:%Y-%m-%d %H:%M}"
