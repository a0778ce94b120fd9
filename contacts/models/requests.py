"""What people ask us to do with what we know of them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contacts.enums import IdentityKind, RequestKind, RequestState
from contacts.models.contacts import Contact
from exchange.models import Job
from scrm.core.ids import uuid7

User = settings.AUTH_USER_MODEL


class PersonRequest(models.Model):
    """Somebody asked on a day for a copy, a correction, to be erased or to be left alone, and is answered in time.

    A copy lies sealed in `file` until `file_until`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    contact = models.ForeignKey(
        Contact, models.CASCADE, related_name="requests", verbose_name=_("contact"), db_index=False
    )
    kind = models.CharField(_("what is asked"), max_length=10, choices=RequestKind.choices)
    asked_on = models.DateField(_("asked on"))
    due_on = models.DateField(_("to be answered by"))
    state = models.CharField(_("state"), max_length=8, choices=RequestState.choices, default=RequestState.OPEN)
    note = models.CharField(_("note"), max_length=1000, blank=True)
    job = models.ForeignKey(
        Job, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("job"), db_index=False
    )
    file = models.FileField(_("copy"), upload_to="persons/", blank=True, editable=False)
    file_until = models.DateTimeField(_("copy kept until"), null=True, blank=True, editable=False)
    created_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("noted by"), db_index=False
    )
    created_at = models.DateTimeField(_("created at"))
    done_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("settled by"), db_index=False
    )
    done_at = models.DateTimeField(_("settled at"), null=True, blank=True)

    class Meta:
        verbose_name = _("request of a person")
        verbose_name_plural = _("requests of persons")
        ordering = ["state", "due_on", "id"]
        indexes = [
            models.Index(fields=["state", "due_on"], name="person_request_state"),
            models.Index(fields=["contact", "-created_at"], name="person_request_contact"),
            models.Index(fields=["file_until"], name="person_request_file", condition=Q(file_until__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=RequestState.OPEN) | Q(done_at__isnull=False), name="person_request_done_has_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.asked_on:%Y-%m-%d}"


class ForgottenIdentity(models.Model):
    """The fingerprint of an identity of somebody erased, so that no file brings them in again; nobody reads it back."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(_("kind"), max_length=12, choices=IdentityKind.choices)
    blind = models.BinaryField(_("blind index"), max_length=16)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("forgotten identity")
        verbose_name_plural = _("forgotten identities")
        constraints = [models.UniqueConstraint(fields=["kind", "blind"], name="forgotten_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d}"
