"""Who wants to hear of changes, and what they are told."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from exchange.enums import DeliveryState
from scrm.core.ids import uuid7


class Webhook(models.Model):
    """Where another system wants to hear of changes. Its secrets are sealed.

    Nobody calls it before `closed_until`: a call is on its way, or the last one found nobody there.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=80)
    url = models.URLField(_("address"), max_length=500)
    event_types = ArrayField(models.CharField(max_length=60), verbose_name=_("event types"), default=list, blank=True)
    personal = models.BooleanField(_("with personal data"), default=False)
    secret = models.BinaryField(_("secret"), null=True, editable=False)
    previous_secret = models.BinaryField(_("previous secret"), null=True, editable=False)
    previous_until = models.DateTimeField(_("previous secret until"), null=True, editable=False)
    active = models.BooleanField(_("active"), default=False)
    closed_until = models.DateTimeField(_("not called before"), null=True, editable=False)
    token = models.UUIDField(_("token"), null=True, editable=False)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0, editable=False)
    failing_since = models.DateTimeField(_("failing since"), null=True, editable=False)
    paused_for = models.CharField(_("paused for"), max_length=12, blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("made by")
    )

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class WebhookDelivery(models.Model):
    """One change that one webhook is told of. Its id stays the same however often it is called."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries", verbose_name=_("webhook"))
    event_type = models.CharField(_("event type"), max_length=60)
    data = models.JSONField(_("what is told"), default=dict, help_text=_("Ids and words; never personal data."))
    state = models.CharField(_("state"), max_length=10, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    occurred_at = models.DateTimeField(_("occurred at"))
    give_up_at = models.DateTimeField(_("given up at"))
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=0)
    log = models.JSONField(_("calls"), default=list, blank=True)
    answer = models.BinaryField(_("last answer"), null=True)

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        ordering = ["-occurred_at", "-pk"]
        indexes = [
            models.Index(fields=["webhook", "due_at"], name="delivery_due", condition=models.Q(state="waiting")),
            models.Index(fields=["webhook", "-occurred_at"], name="delivery_newest"),
            models.Index(fields=["occurred_at"], name="delivery_age"),
        ]

    def __str__(self) -> str:
        return f"{self.event_type} {self.occurred_at:%Y-%m-%d %H:%M}"
