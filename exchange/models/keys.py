"""Keys by which other systems come in, and the answers they were given."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from scrm.core.ids import uuid7


class ApiKey(models.Model):
    """Lets another system in. Only a hash is kept: the secret is shown once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(_("prefix"), max_length=12, unique=True, editable=False)
    digest = models.BinaryField(_("digest"), max_length=32, editable=False)
    scopes = ArrayField(models.CharField(max_length=20), verbose_name=_("scopes"), default=list)
    created_at = models.DateTimeField(_("created at"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("made by")
    )
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    allowed_from = ArrayField(models.CharField(max_length=43), verbose_name=_("allowed from"), default=list, blank=True)
    rate_per_minute = models.PositiveIntegerField(_("requests a minute"), null=True, blank=True)
    previous_digest = models.BinaryField(_("previous digest"), max_length=32, null=True, editable=False)
    previous_until = models.DateTimeField(_("previous secret until"), null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used at"), null=True, blank=True)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name


class IdempotencyKey(models.Model):
    """The answer once given to a request, given again to the same request."""

    id = models.BigAutoField(primary_key=True)
    caller = models.CharField(_("caller"), max_length=64)
    key = models.CharField(_("key"), max_length=255)
    request_digest = models.BinaryField(_("request digest"), max_length=32)
    status = models.PositiveSmallIntegerField(_("status"))
    answer = models.JSONField(_("answer"), default=dict)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")
        constraints = [models.UniqueConstraint(fields=["caller", "key"], name="idempotency_once")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_age")]

    def __str__(self) -> str:
        return self.key
