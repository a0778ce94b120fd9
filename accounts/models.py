"""A host's people: departments, users with role and data scope, and the audit trail."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role, Scope
from accounts.permissions import DEFAULT_SCOPE, allowed
from scrm.core.ids import uuid7


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

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["full_name", "username"]

    def __str__(self) -> str:
        return self.full_name or self.username

    @property
    def data_scope(self) -> str:
        return self.scope or DEFAULT_SCOPE[Role(self.role)]

    def may(self, action: str) -> bool:
        """Whether the role allows the action (see `accounts.permissions`)."""
        return self.is_active and allowed(self.role, action)


class AuditEntry(models.Model):
    """One thing somebody did, in dotted words such as `lead.captured`; never changed."""

    at = models.DateTimeField(_("at"))
    actor = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("who"))
    actor_label = models.CharField(_("who, as written"), max_length=120, blank=True)
    action = models.CharField(_("action"), max_length=64)
    subject_type = models.CharField(_("subject"), max_length=64, blank=True)
    subject_id = models.CharField(_("subject id"), max_length=64, blank=True)
    details = models.JSONField(_("details"), default=dict, blank=True)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit trail")
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["-at", "-id"], name="audit_newest"),
            models.Index(fields=["subject_type", "subject_id", "-at"], name="audit_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.action}"
