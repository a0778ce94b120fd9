"""Writes of a tenant's status: who works, who only looks, who goes."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tenants.enums import OPEN, TenantStatus
from tenants.models import Tenant

_STAYING = (*OPEN, TenantStatus.SUSPENDED)


def pause_tenant(*, tenant: Tenant) -> None:
    """Nothing goes out to anybody; people look and work."""
    _move(tenant, TenantStatus.PAUSED, {TenantStatus.ACTIVE, TenantStatus.SUSPENDED})


def suspend_tenant(*, tenant: Tenant) -> None:
    """Its hosts answer nothing, and from the next claim on nothing of it runs."""
    _move(tenant, TenantStatus.SUSPENDED, set(OPEN))


def resume_tenant(*, tenant: Tenant) -> None:
    _move(tenant, TenantStatus.ACTIVE, {TenantStatus.PAUSED, TenantStatus.SUSPENDED})


def schedule_removal(*, tenant: Tenant, leaves_at: datetime) -> None:
    """Nothing of it answers or runs; from `leaves_at` on it is removed."""
    _move(tenant, TenantStatus.LEAVING, {*_STAYING, TenantStatus.LEAVING}, leaves_at=leaves_at)


def keep_tenant(*, tenant: Tenant) -> None:
    """It stays after all; paused, so that somebody looks at it before it sends."""
    _move(tenant, TenantStatus.PAUSED, {TenantStatus.LEAVING}, leaves_at=None)


def begin_removal(*, tenant: Tenant, now: datetime) -> None:
    """From here there is no way back. ValidationError before its time."""
    due = Tenant.objects.filter(pk=tenant.pk, status=TenantStatus.REMOVING).exists()
    due = due or bool(
        Tenant.objects.filter(pk=tenant.pk, status=TenantStatus.LEAVING, leaves_at__lte=now).update(
            status=TenantStatus.REMOVING
        )
    )
    if not due:
        raise ValidationError(_("“%(name)s” is not to be deleted yet.") % {"name": tenant.name})
    tenant.refresh_from_db()


def forget_tenant(*, tenant: Tenant) -> None:
    """The row goes last: as long as it is there, its name is taken and its removal goes on."""
    Tenant.objects.filter(pk=tenant.pk, status=TenantStatus.REMOVING).delete()


def rename_tenant(*, tenant: Tenant, name: str) -> None:
    """What people see. The short name stays: schema, files and sealed links know the tenant by it."""
    tenant.name = name.strip()
    tenant.full_clean(validate_unique=False)
    tenant.save(update_fields=["name"], verbosity=0)


def _move(tenant: Tenant, status: TenantStatus, before: Collection[str], **fields: Any) -> None:
    moved = Tenant.objects.filter(pk=tenant.pk, status__in=before).update(status=status, **fields)
    tenant.refresh_from_db()
    if not moved and tenant.status != status:
        is_now = TenantStatus(tenant.status).label
        raise ValidationError(_("“%(name)s” is: %(status)s.") % {"name": tenant.name, "status": is_now})
