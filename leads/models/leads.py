"""Enquiries."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from contacts.models import Contact
from leads.enums import OPEN_STATUSES, LeadOrigin, LeadStatus, Rating
from leads.models.forms import Form
from leads.models.sources import Source
from scrm.core.ids import uuid7

User = settings.AUTH_USER_MODEL


class Lead(models.Model):
    """One enquiry of a contact through one source at one time."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Foreign keys whose index another begins with have none of their own.
    contact = models.ForeignKey(
        Contact, models.CASCADE, related_name="leads", verbose_name=_("contact"), db_index=False
    )
    source = models.ForeignKey(
        Source, models.PROTECT, null=True, blank=True, related_name="leads", verbose_name=_("source"), db_index=False
    )
    form = models.ForeignKey(Form, models.SET_NULL, null=True, blank=True, related_name="leads", verbose_name=_("form"))
    form_version = models.PositiveIntegerField(_("version of the form"), null=True, blank=True)
    owner = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="leads", verbose_name=_("owner"), db_index=False
    )
    status = models.CharField(_("status"), max_length=10, choices=LeadStatus.choices, default=LeadStatus.NEW)
    rating = models.CharField(_("rating"), max_length=1, choices=Rating.choices, blank=True)
    score = models.IntegerField(_("score"), default=0)
    came_by = models.CharField(_("came by"), max_length=10, choices=LeadOrigin.choices)
    origin = models.CharField(_("origin"), max_length=80, blank=True, help_text=_("As the bringing system calls it."))
    dedupe_key = models.CharField(_("dedupe key"), max_length=120, editable=False)
    input_digest = models.BinaryField(_("digest of what was said last"), max_length=16, null=True, editable=False)
    attributes = models.JSONField(_("attributes"), default=dict, blank=True)
    utm = models.JSONField(_("campaign parameters"), default=dict, blank=True)
    fields = models.JSONField(_("fields of the business"), default=dict, db_default={}, blank=True, editable=False)
    """By the code of a `CustomField`; what is not said is not there."""
    captured_at = models.DateTimeField(_("captured at"))
    assigned_at = models.DateTimeField(_("assigned at"), null=True, blank=True)
    won_at = models.DateTimeField(_("won at"), null=True, blank=True)
    lost_at = models.DateTimeField(_("lost at"), null=True, blank=True)
    lost_reason = models.CharField(_("loss reason"), max_length=80, blank=True)
    updated_at = models.DateTimeField(_("updated at"))

    class Meta:
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["owner", "status", "-id"], name="lead_owner_status"),
            models.Index(fields=["status", "-id"], name="lead_status_newest"),
            models.Index(fields=["source", "captured_at"], name="lead_source_captured"),
            models.Index(fields=["captured_at"], name="lead_captured"),
            models.Index(fields=["contact", "-captured_at"], name="lead_contact_newest"),
            models.Index(
                fields=["-updated_at", "-id"],
                name="lead_pool",
                condition=models.Q(owner__isnull=True, status__in=OPEN_STATUSES),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["dedupe_key"], name="lead_once"),
            models.CheckConstraint(
                condition=~models.Q(status=LeadStatus.WON) | models.Q(won_at__isnull=False),
                name="lead_won_has_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(owner__isnull=True) | models.Q(assigned_at__isnull=False),
                name="lead_owner_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} {self.captured_at:%Y-%m-%d}"

    # Django's get_…_display translate every choice to find one, which is felt in a long list.
    @property
    def status_label(self) -> str:
        return str(LeadStatus(self.status).label)

    @property
    def came_by_label(self) -> str:
        return str(LeadOrigin(self.came_by).label)
