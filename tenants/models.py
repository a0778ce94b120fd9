"""Businesses and the hosts they answer on; one PostgreSQL schema each."""

import uuid

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_tenants.models import TenantMixin

from tenants.enums import DomainProblem, DomainStatus, TenantStatus

schema_name_shape = RegexValidator(
    r"^[a-z][a-z0-9_]{1,47}$",
    _("Use 2 to 48 lower-case letters, digits or underscores, beginning with a letter."),
)


class Tenant(TenantMixin):
    """One business. Its schema is cloned from a template by `tenants.services.create_tenant`."""

    uuid = models.UUIDField(_("identifier"), default=uuid.uuid4, unique=True, editable=False)
    key_uuid = models.UUIDField(_("key identifier"), null=True, editable=False)
    """What its keys derive from, where that is not its own `uuid`: a copy of a tenant that is still there."""
    name = models.CharField(_("name"), max_length=120)
    status = models.CharField(_("status"), max_length=12, choices=TenantStatus.choices, default=TenantStatus.ACTIVE)
    zone = models.CharField(_("time zone"), max_length=64, default="Asia/Shanghai")
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    region = models.CharField(
        _("default phone region"), max_length=2, default="CN", help_text=_("Two letters, such as CN.")
    )
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    created_at = models.DateTimeField(_("created at"))
    leaves_at = models.DateTimeField(_("deleted from"), null=True, editable=False)
    """From then on what it holds is removed, and nobody can take that back."""

    auto_create_schema = False
    auto_drop_schema = False

    class Meta:
        verbose_name = _("tenant")
        verbose_name_plural = _("tenants")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Domain(models.Model):
    """A host that a tenant claims, and answers on once it has shown that the host is its own."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="domains", verbose_name=_("tenant"))
    domain = models.CharField(_("host"), max_length=253, db_index=True)
    is_primary = models.BooleanField(_("primary"), default=False)
    status = models.CharField(_("status"), max_length=10, choices=DomainStatus.choices, default=DomainStatus.PENDING)
    proof = models.CharField(_("proof"), max_length=64, blank=True, editable=False)
    problem = models.CharField(_("problem"), max_length=10, choices=DomainProblem.choices, blank=True, editable=False)
    checked_at = models.DateTimeField(_("checked at"), null=True, editable=False)

    class Meta:
        verbose_name = _("domain")
        verbose_name_plural = _("domains")
        ordering = ["domain"]
        constraints = [
            # Several may claim a host; whoever proves it has it, and nobody can block its owner by a claim.
            models.UniqueConstraint(
                fields=["domain"], condition=models.Q(status=DomainStatus.VERIFIED), name="domain_of_one_tenant"
            ),
            models.UniqueConstraint(fields=["tenant", "domain"], name="domain_claimed_once"),
            models.UniqueConstraint(
                fields=["tenant"], condition=models.Q(is_primary=True), name="domain_one_is_primary"
            ),
            models.CheckConstraint(
                condition=models.Q(is_primary=False) | models.Q(status=DomainStatus.VERIFIED),
                name="domain_primary_is_verified",
            ),
        ]

    def __str__(self) -> str:
        return str(self.domain)


class ReleasedDomain(models.Model):
    """A host that a tenant gave up: for a while links in old messages must not lead to somebody else."""

    domain = models.CharField(_("host"), max_length=253, unique=True)
    tenant_uuid = models.UUIDField(_("was of"))
    released_at = models.DateTimeField(_("released at"))

    class Meta:
        verbose_name = _("released domain")
        verbose_name_plural = _("released domains")
        ordering = ["-released_at"]

    def __str__(self) -> str:
        return str(self.domain)
