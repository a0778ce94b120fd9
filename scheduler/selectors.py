"""Reads of the wake-up index and the pulses."""

from datetime import datetime

from scheduler.models import Pulse, WakeUp
from tenants.enums import TenantStatus


def pulse_times() -> dict[str, str]:
    """When each part last showed life, ISO 8601."""
    return {pulse.name: pulse.at.isoformat() for pulse in Pulse.objects.all()}


def wake_up_due(now: datetime, limit: int = 500) -> list[str]:
    """Schemas of active tenants with something to do, the longest waiting first."""
    return list(
        WakeUp.objects.filter(due_at__lte=now, tenant__status=TenantStatus.ACTIVE)
        .order_by("due_at")
        .values_list("tenant__schema_name", flat=True)[:limit]
    )
