"""How each lead came in, step by step."""

from typing import Final

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from exchange.models import InboxMessage, Job
from leads.enums import MATCHES, AssignedBy, AssignMethod, LeadOrigin
from leads.inputs import CREATED
from leads.models.leads import Lead
from scrm.core.ids import uuid7

CREATED_BY_JOB: Final = models.Q(job__isnull=False, outcome=CREATED)
"""What brought a lead in as a row of a file."""
SET_FIELDS: Final = models.Q(job__isnull=False, fields_set__isnull=False)
"""What wrote fields of a contact as a row of a file."""


class LeadArrival(models.Model):
    """One time that a lead came in or was told of again: when, who it was, whose it became.

    `payload` is what was sent, sealed, and forgotten after a week. Of a file and of a webhook it is not a copy: `job`
    with `row`, and `message`, say where it stands. SOPs that began with it have `taken_at` as their T.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Written in the lead's own transaction, a million at a time: a check per row would cost more than it finds.
    lead = models.ForeignKey(Lead, models.CASCADE, related_name="arrivals", db_constraint=False, verbose_name=_("lead"))
    came_by = models.CharField(_("came by"), max_length=10, choices=LeadOrigin.choices)
    outcome = models.CharField(_("outcome"), max_length=10)
    matched_by = models.CharField(_("matched by"), max_length=12, choices=MATCHES)
    assigned_by = models.CharField(_("assigned by"), max_length=10, choices=AssignedBy.choices)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name=_("owner"),
    )
    # A rule is archived and never deleted.
    rule = models.ForeignKey(
        "leads.AssignmentRule",
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name=_("assignment rule"),
    )
    method = models.CharField(
        _("way of choosing"), max_length=10, choices=AssignMethod.choices, blank=True, default="", db_default=""
    )
    starts_sops = models.BooleanField(_("lets SOPs begin"), default=True)
    # Both may be gone before their arrivals.
    job = models.ForeignKey(
        Job,
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name=_("file"),
    )
    row = models.PositiveIntegerField(_("row of the file"), null=True, blank=True)
    message = models.ForeignKey(
        InboxMessage,
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name=_("inbox message"),
    )
    fields_set = models.JSONField(_("fields that it set"), null=True, blank=True, editable=False)
    """Of the contact, by code: what each held before and what it holds since."""
    payload = models.BinaryField(_("payload"), null=True)
    arrived_at = models.DateTimeField(_("arrived at"))
    taken_at = models.DateTimeField(_("taken in at"))

    class Meta:
        verbose_name = _("arrival of a lead")
        verbose_name_plural = _("arrivals of leads")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["arrived_at"], name="arrival_payload", condition=models.Q(payload__isnull=False)),
            models.Index(fields=["job", "id"], name="arrival_created_by_job", condition=CREATED_BY_JOB),
            models.Index(fields=["job", "id"], name="arrival_set_fields", condition=SET_FIELDS),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id} {self.arrived_at:%Y-%m-%d %H:%M}"
