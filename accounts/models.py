"""A host's people: departments, users with role and data scope, and the audit trail."""

from typing import Any

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.duty_models import CalendarDay, Duty, Leave, OpeningHours
from accounts.enums import Role, Scope
from accounts.log_in_models import AttemptCount, Session
from accounts.permissions import DEFAULT_SCOPE, allowed
from accounts.support_models import SupportGrant, SupportVisit
from scrm.core.ids import uuid7

__all__ = [
    "AttemptCount",
    "AuditEntry",
    "CalendarDay",
    "Department",
    "Duty",
    "Leave",
    "OpeningHours",
    "Session",
    "SupportGrant",
    "SupportVisit",
    "User",
]


class Department(models.Model):
    """A team; dealers and shops are departments too."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=80)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of")
    )
    is_dealer = models.BooleanField(_("is a dealer"), default=False)

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        above = self.parent
        while above is not None:
            if above.pk == self.pk:
                raise ValidationError({"parent": _("A department can't be part of itself.")})
            above = above.parent


class User(AbstractUser):
    """Somebody who logs in on this host."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    full_name = models.CharField(_("full name"), max_length=80, blank=True)
    role = models.CharField(_("role"), max_length=12, choices=Role.choices, default=Role.REP)
    scope = models.CharField(
        _("data scope"),
        max_length=12,
        choices=Scope.choices,
        blank=True,
        help_text=_("Whose records this user sees. Empty: what the role says."),
    )
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="members",
        verbose_name=_("department"),
    )
    language = models.CharField(_("language"), max_length=10, blank=True)
    takes_leads = models.BooleanField(
        _("takes leads"), default=False, help_text=_("New leads are handed to this user in turn.")
    )
    last_assigned_at = models.DateTimeField(_("last lead at"), null=True, blank=True, editable=False)
    operator = models.CharField(
        _("stands for the operator"), max_length=150, blank=True, editable=False, default="", db_default=""
    )
    """Of the platform; such a user is in by support access alone, and nobody's colleague."""

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["full_name", "username"]
        constraints = [
            models.UniqueConstraint(
                fields=["operator"], condition=~models.Q(operator=""), name="operator_stands_in_once"
            )
        ]

    def __str__(self) -> str:
        return self.full_name or self.username

    @property
    def data_scope(self) -> str:
        return self.scope or DEFAULT_SCOPE[Role(self.role)]

    def may(self, action: str) -> bool:
        """Whether the role allows the action (see `accounts.permissions`)."""
        return self.is_active and allowed(self.role, action)


class NeverChanged(RuntimeError):
    """Somebody tried to change or delete a line of the audit trail."""


class AppendOnly(models.QuerySet[Any]):
    """Rows that are added and read. PostgreSQL holds the same: the product's role may not update or delete them."""

    def update(self, **fields: Any) -> int:
        raise NeverChanged("The audit trail is only added to.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise NeverChanged("The audit trail is only added to.")


class AuditEntry(models.Model):
    """One thing somebody did, in dotted words such as `lead.captured`; never changed."""

    at = models.DateTimeField(_("at"))
    actor = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who"))
    actor_label = models.CharField(_("who, as written"), max_length=120, blank=True)
    action = models.CharField(_("action"), max_length=64)
    subject_type = models.CharField(_("subject"), max_length=64, blank=True)
    subject_id = models.CharField(_("subject id"), max_length=64, blank=True)
    details = models.JSONField(_("details"), default=dict, blank=True)
    ip = models.GenericIPAddressField(_("address"), null=True, blank=True)
    request_id = models.CharField(_("request"), max_length=64, blank=True, default="", db_default="")

    objects = AppendOnly.as_manager()

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit trail")
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["-at", "-id"], name="audit_newest"),
            models.Index(fields=["subject_type", "subject_id", "-at"], name="audit_subject"),
            models.Index(fields=["actor", "-at"], name="audit_actor"),
            models.Index(fields=["action", "-at"], name="audit_action"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.action}"


class AuditSeal(models.Model):
    """One link of the chain: the entry that is the `number`-th, and the hash over it and the link before."""

    number = models.BigIntegerField(primary_key=True)
    # Without a constraint: whether the entry is still there is what the chain is asked.
    entry = models.OneToOneField(
        AuditEntry, models.DO_NOTHING, db_constraint=False, related_name="+", verbose_name=_("audit entry")
    )
    hash = models.BinaryField(max_length=32)

    objects = AppendOnly.as_manager()

    class Meta:
        verbose_name = _("audit seal")
        verbose_name_plural = _("audit seals")

    def __str__(self) -> str:
        return str(self.number)


class UnsealedEntry(models.Model):
    """An entry that waits for its link in the chain: a row for seconds, so that nobody searches for it."""

    entry = models.OneToOneField(AuditEntry, models.DO_NOTHING, db_constraint=False, primary_key=True, related_name="+")

    class Meta:
        verbose_name = _("unsealed audit entry")
        verbose_name_plural = _("unsealed audit entries")

    def __str__(self) -> str:
        return str(self.pk)


class AuditAnchor(models.Model):
    """How far a host's chain had come at a time. Kept on the public schema, out of the tenant's reach."""

    owner = models.UUIDField(_("whose chain"))
    number = models.BigIntegerField(_("number"))
    hash = models.BinaryField(_("hash"), max_length=32)
    mark = models.BinaryField(_("mark"), max_length=16)
    at = models.DateTimeField(_("at"))

    objects = AppendOnly.as_manager()

    class Meta:
        verbose_name = _("audit anchor")
        verbose_name_plural = _("audit anchors")
        constraints = [models.UniqueConstraint(fields=["owner", "number"], name="audit_anchor_once")]

    def __str__(self) -> str:
        return f"{self.owner} {self.number}"
