"""Reads about tenants."""

from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from scrm.core import crypto
from tenants.enums import TenantStatus
from tenants.models import Domain, Tenant


class NoTenant(RuntimeError):
    """Work that belongs to a tenant was started outside one."""


def tenant_current() -> Tenant:
    """The tenant whose schema this connection is in."""
    tenant = getattr(connection, "tenant", None)
    if isinstance(tenant, Tenant) and tenant.schema_name != "public":
        return tenant
    found = Tenant.objects.filter(schema_name=connection.schema_name).exclude(schema_name="public").first()
    if found is None:
        raise NoTenant("There is no tenant here: enter one with tenant_context first.")
    connection.tenant = found
    return found


def tenant_keys() -> crypto.TenantKeys:
    """The current tenant's encryption keys."""
    return crypto.tenant_keys(tenant_current().uuid)


def tenant_by_name(name: str) -> Tenant | None:
    return Tenant.objects.filter(schema_name=name).first()


def tenant_list_active() -> list[Tenant]:
    return list(Tenant.objects.filter(status=TenantStatus.ACTIVE).order_by("pk"))


def tenant_zone() -> ZoneInfo:
    return ZoneInfo(tenant_current().zone)


def domain_primary(tenant: Tenant) -> str | None:
    return (
        Domain.objects.filter(tenant=tenant).order_by("-is_primary", "domain").values_list("domain", flat=True).first()
    )


def tenant_base_url(tenant: Tenant) -> str:
    """Where the tenant's pages are reached from outside, without a trailing slash."""
    port = f":{settings.PUBLIC_PORT}" if settings.PUBLIC_PORT else ""
    return f"{settings.PUBLIC_SCHEME}://{domain_primary(tenant)}{port}"
