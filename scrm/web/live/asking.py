"""What streams ask of PostgreSQL: in a thread that has a line already, and gives it back at once."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import close_old_connections
from django_tenants.utils import tenant_context

from accounts.selectors import user_get
from accounts.selectors_log_in import sessions_open
from alerts.selectors import alert_count_unread, alerts_since
from scrm.core.tenancy import leave_tenant
from tenants.enums import OPEN
from tenants.models import Tenant
from tenants.selectors import tenant_by_name


def missed(schema: str, user_id: UUID, last: UUID | None) -> dict[str, Any]:
    """How many alerts the user has not read, and which came since `last`."""
    tenant = _open(schema)
    if tenant is None:
        return {"unread": 0, "alerts": []}
    try:
        with tenant_context(tenant):
            user = user_get(user_id)
            if user is None:
                return {"unread": 0, "alerts": []}
            found = alerts_since(user, last)
            return {"unread": alert_count_unread(user), "alerts": [str(each.pk) for each in found]}
    finally:
        leave_tenant()


def still_open(schema: str, keys: Collection[str]) -> set[str]:
    """Those of these sessions that are not over, of people who may still log in."""
    tenant = _open(schema)
    if tenant is None:
        return set()
    try:
        with tenant_context(tenant):
            return sessions_open(keys)
    finally:
        leave_tenant()


def _open(schema: str) -> Tenant | None:
    close_old_connections()
    leave_tenant()
    tenant = tenant_by_name(schema)
    return tenant if tenant is not None and tenant.status in OPEN else None
