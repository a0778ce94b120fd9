"""What happened: the tracking plan's event types and the events themselves."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from contacts.models import Contact


class EventType(models.Model):
    """A declared kind of event with its properties: one line of the tracking plan."""

    id = models.AutoField(primary_key=True)
    code = models.SlugField(_("code"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=80)
    name_zh = models.CharField(_("name in Chinese"), max_length=80, blank=True)
    question = models.CharField(_("business question it answers"), max_length=200, blank=True)
    properties = models.JSONField(
        _("properties"), default=dict, blank=True, help_text=_('Such as {"material": "text", "seconds": "number"}.')
    )
    engaging = models.BooleanField(
        _("counts as engagement"), default=False, help_text=_("The contact did it of their own will.")
    )
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("event type")
        verbose_name_plural = _("tracking plan")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Event(models.Model):
    """Something a contact did or that was done to it. Stored once per dedupe key."""

    id = models.BigAutoField(primary_key=True)
    # Who writes it holds the contact (docs/decisions/0026).
    contact = models.ForeignKey(
        Contact, models.CASCADE, related_name="events", verbose_name=_("contact"), db_index=False, db_constraint=False
    )
    type = models.ForeignKey(EventType, models.PROTECT, related_name="events", verbose_name=_("type"), db_index=False)
    occurred_at = models.DateTimeField(_("occurred at"))
    received_at = models.DateTimeField(_("received at"))
    dedupe_key = models.CharField(_("dedupe key"), max_length=120)
    properties = models.JSONField(_("properties"), default=dict, blank=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["-occurred_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["dedupe_key"], name="event_once")]
        indexes = [
            models.Index(fields=["contact", "-occurred_at"], name="event_contact_newest"),
            models.Index(fields=["type", "-occurred_at"], name="event_type_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.occurred_at:%Y-%m-%d %H:%M}"
