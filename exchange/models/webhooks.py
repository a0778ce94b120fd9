"""Who wants to hear of changes."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from scrm.core.ids import uuid7


class Webhook(models.Model):
    """Where another system wants to hear of changes."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=80)
    url = models.URLField(_("address"), max_length=500)
    event_types = ArrayField(models.CharField(max_length=60), verbose_name=_("event types"), default=list, blank=True)
    secret = models.BinaryField(_("secret"), null=True, editable=False)
    active = models.BooleanField(_("active"), default=False)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
