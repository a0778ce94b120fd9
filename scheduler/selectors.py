"""Reads of the wake-up index and the pulses, and who may run at all."""

from datetime import datetime

from scheduler.models import Pulse, WakeUp
from scrm.core.tenancy import leave_tenant
from tenants.enums import OPEN
from tenants.models import Tenant


def pulse_times() -> dict[str, str]:
    """When each part last showed life, ISO 8601."""
    return {pulse.name: pulse.at.isoformat() for pulse in Pulse.objects.all()}


def wake_up_due(now: datetime, limit: int = 500) -> list[str]:
    """Schemas of open tenants with something to do, the longest waiting first.

    Of more than `limit` a chance choice, or those that never get done would keep the others out.
    """
    due = WakeUp.objects.filter(due_at__lte=now, tenant__status__in=OPEN).order_by("?")
    chosen = due.values_list("due_at", "tenant__schema_name")[:limit]
    return [schema_name for _due_at, schema_name in sorted(chosen)]


def is_runnable(schema_name: str) -> Tenant | None:
    """The open tenant of that schema; None when it is missing, suspended, leaving or a template."""
    if schema_name == "public":
        return None
    leave_tenant()
    return Tenant.objects.filter(schema_name=schema_name, status__in=OPEN).first()
