"""Businesses and the hosts they answer on; one PostgreSQL schema each."""

import uuid

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_tenants.models import DomainMixin, TenantMixin

from tenants.enums import TenantStatus

schema_name_shape = RegexValidator(
    r"^[a-z][a-z0-9_]{1,47}$",
    _("Use 2 to 48 lower-case letters, digits or underscores, beginning with a letter."),
)


class Tenant(TenantMixin):
    """One business. Its schema is cloned from a template by `tenants.services.create_tenant`."""

    uuid = models.UUIDField(_("key identifier"), default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=120)
    status = models.CharField(_("status"), max_length=12, choices=TenantStatus.choices, default=TenantStatus.ACTIVE)
    zone = models.CharField(_("time zone"), max_length=64, default="Asia/Shanghai")
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    region = models.CharField(
        _("default phone region"), max_length=2, default="CN", help_text=_("Two letters, such as CN.")
    )
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    created_at = models.DateTimeField(_("created at"))

    auto_create_schema = False
    auto_drop_schema = False

    class Meta:
        verbose_name = _("tenant")
        verbose_name_plural = _("tenants")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Domain(DomainMixin):
    """A host that a tenant answers on."""

    class Meta:
        verbose_name = _("domain")
        verbose_name_plural = _("domains")
        ordering = ["domain"]

    def __str__(self) -> str:
        return str(self.domain)
