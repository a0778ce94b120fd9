"""Where other systems push to."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from exchange.enums import EndpointState, SignatureScheme
from scrm.core.ids import short_code, uuid7


def _new_code() -> str:
    return short_code(130)


class WebhookEndpoint(models.Model):
    """An address of our own that another system pushes leads to. Its secrets and its sample are sealed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=80)
    code = models.CharField(_("code"), max_length=40, unique=True, default=_new_code, editable=False)
    state = models.CharField(_("state"), max_length=8, choices=EndpointState.choices, default=EndpointState.DRAFT)
    preset = models.CharField(_("kind of sender"), max_length=20, blank=True)
    # By name: the room of sources stands above this one.
    source = models.CharField(_("source"), max_length=80, blank=True)
    mapping = models.JSONField(_("mapping"), default=dict, blank=True)
    start_sops = models.BooleanField(_("starts SOPs"), default=True)
    scheme = models.CharField(
        _("signature"), max_length=12, choices=SignatureScheme.choices, default=SignatureScheme.NONE
    )
    signature_header = models.CharField(_("header of the signature"), max_length=60, blank=True)
    timestamp_header = models.CharField(_("header of the time"), max_length=60, blank=True)
    event_header = models.CharField(_("header of the event's id"), max_length=60, blank=True)
    secret = models.BinaryField(_("secret"), null=True, editable=False)
    secret_hint = models.CharField(_("secret ends with"), max_length=4, blank=True, editable=False)
    previous_secret = models.BinaryField(_("previous secret"), null=True, editable=False)
    previous_until = models.DateTimeField(_("previous secret until"), null=True, editable=False)
    sample = models.BinaryField(_("sample"), null=True, editable=False)
    sample_type = models.CharField(_("content type of the sample"), max_length=40, blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("made by")
    )

    class Meta:
        verbose_name = _("webhook in")
        verbose_name_plural = _("webhooks in")
        ordering = ["name", "created_at"]

    def __str__(self) -> str:
        return self.name
