"""Pages of forms that were sent, each of which counts once, and what was sent that waits for a person's word."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from leads.enums import HeldReason, HeldState
from leads.models.forms import Form
from scrm.core.ids import uuid7

User = settings.AUTH_USER_MODEL


class SpentPage(models.Model):
    """A page of a form that was sent; its token, and the work proved for it, are good for nothing any more."""

    digest = models.BinaryField(_("digest of the page"), max_length=32, primary_key=True)
    said = models.BinaryField(_("digest of what was said"), max_length=32)
    expires_at = models.DateTimeField(_("expires at"))
    # The form's row is there when a page of it is sent: a check would find nothing.
    form = models.ForeignKey(
        Form, models.CASCADE, null=True, related_name="+", verbose_name=_("form"), db_constraint=False, db_index=False
    )
    network = models.BinaryField(_("digest of the network"), max_length=32, null=True)
    is_held = models.BooleanField(_("held"), default=False, db_default=False)
    spent_at = models.DateTimeField(_("sent at"), null=True)

    class Meta:
        verbose_name = _("page that was sent")
        verbose_name_plural = _("pages that were sent")
        indexes = [
            models.Index(fields=["expires_at"], name="spent_page_next_due"),
            models.Index(fields=["form", "spent_at"], name="spent_page_of_form"),
        ]

    def __str__(self) -> str:
        return f"{self.expires_at:%Y-%m-%d}"


class HeldLead(models.Model):
    """What came through a form and may be a robot's: no lead before somebody accepts it, then deleted in time."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    form = models.ForeignKey(Form, models.CASCADE, related_name="held", verbose_name=_("form"), db_index=False)
    dedupe_key = models.CharField(_("dedupe key"), max_length=120, editable=False)
    name = models.CharField(_("name"), max_length=120, blank=True)
    hint = models.CharField(_("known by"), max_length=80, blank=True)
    payload = models.BinaryField(_("what was sent"), null=True, editable=False)
    reason = models.CharField(_("held because"), max_length=10, choices=HeldReason.choices)
    state = models.CharField(_("state"), max_length=10, choices=HeldState.choices, default=HeldState.WAITING)
    held_at = models.DateTimeField(_("held at"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by"))
    expires_at = models.DateTimeField(_("expires at"))

    class Meta:
        verbose_name = _("held lead")
        verbose_name_plural = _("held leads")
        ordering = ["-held_at"]
        constraints = [models.UniqueConstraint(fields=["dedupe_key"], name="held_once")]
        indexes = [
            models.Index(fields=["form"], name="held_of_form"),
            models.Index(fields=["state", "-held_at"], name="held_state_newest"),
            models.Index(fields=["expires_at"], name="held_next_due"),
        ]

    def __str__(self) -> str:
        return self.name or self.hint
