"""Reads about tenants."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q

from scrm.core import crypto, tenancy
from tenants.enums import OPEN, DomainStatus, TenantStatus
from tenants.models import Domain, Tenant


class NoTenant(RuntimeError):
    """Work that belongs to a tenant was started outside one."""


def tenant_current() -> Tenant:
    """The tenant whose schema this connection is in."""
    tenant = tenancy.entered_tenant()
    if isinstance(tenant, Tenant) and tenant.schema_name != "public":
        return tenant
    found = tenant_by_name(tenancy.schema_name())
    if found is None:
        raise NoTenant("There is no tenant here: enter one with tenant_context first.")
    return found


def tenant_mark() -> str:
    """What sessions and tokens are bound to: the tenant's UUID, which no later namesake has; `public` outside."""
    return "public" if tenancy.schema_name() == "public" else str(tenant_current().uuid)


def tenant_keys() -> crypto.TenantKeys:
    """The current tenant's encryption keys."""
    tenant = tenant_current()
    return crypto.tenant_keys(tenant.key_uuid or tenant.uuid)


def tenant_by_name(name: str) -> Tenant | None:
    return Tenant.objects.filter(schema_name=name).first()


def tenant_by_host(host: str) -> Tenant | None:
    """The open tenant that answers there; a host that is only claimed answers nothing."""
    answering = Domain.objects.filter(domain=host, status=DomainStatus.VERIFIED, tenant__status__in=OPEN)
    domain = answering.select_related("tenant").first()
    return domain.tenant if domain else None


def tenant_list_active() -> list[Tenant]:
    """Those whose people work, paused ones too."""
    return list(Tenant.objects.filter(status__in=OPEN).order_by("pk"))


def tenant_status(tenant: Tenant) -> str:
    """As the database says now, and not as `tenant` was when it was read; nothing when it is gone."""
    return Tenant.objects.filter(pk=tenant.pk).values_list("status", flat=True).first() or ""


def tenant_list_to_remove(now: datetime) -> list[Tenant]:
    """Those whose time to be kept is over, and those whose removal has begun."""
    over = Q(status=TenantStatus.LEAVING, leaves_at__lte=now) | Q(status=TenantStatus.REMOVING)
    return list(Tenant.objects.filter(over).order_by("leaves_at"))


def template_choices() -> list[tuple[str, str]]:
    """What a new tenant can be cloned from, as choices."""
    rows = Tenant.objects.filter(status=TenantStatus.TEMPLATE).order_by("name")
    return list(rows.values_list("schema_name", "name"))


def tenant_zone() -> ZoneInfo:
    return ZoneInfo(tenant_current().zone)


def domain_list(tenant: Tenant) -> list[Domain]:
    """The tenant's hosts, claimed ones too; the primary one first."""
    return list(Domain.objects.filter(tenant=tenant).order_by("-is_primary", "domain"))


def domain_detail(tenant: Tenant, pk: int) -> Domain | None:
    return Domain.objects.filter(tenant=tenant, pk=pk).first()


def domain_primary(tenant: Tenant) -> str | None:
    return (
        Domain.objects.filter(tenant=tenant, status=DomainStatus.VERIFIED)
        .order_by("-is_primary", "domain")
        .values_list("domain", flat=True)
        .first()
    )


def tenant_base_url(tenant: Tenant) -> str:
    """Where the tenant's pages are reached from outside, without a trailing slash."""
    port = f":{settings.PUBLIC_PORT}" if settings.PUBLIC_PORT else ""
    return f"{settings.PUBLIC_SCHEME}://{domain_primary(tenant)}{port}"


def tenant_schemas() -> list[str]:
    """Every schema beside the public one, templates and suspended tenants too."""
    return list(Tenant.objects.order_by("pk").values_list("schema_name", flat=True))
