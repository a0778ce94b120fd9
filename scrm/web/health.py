"""Whether this installation works: what /healthz says."""

from typing import Any

from django.conf import settings
from django.db import DatabaseError

from scheduler.selectors import pulse_times
from scrm.core.tenancy import leave_tenant
from tenants.selectors import tenant_list_active


def health_report() -> dict[str, Any]:
    """`ok`, this process's instance, when beat ticked and a worker ran last, and how many tenants are active.

    Anybody may ask, so it names nobody.
    """
    report: dict[str, Any] = {"ok": False, "instance": settings.SCRM_INSTANCE}
    try:
        leave_tenant()
        pulses = pulse_times()
        report |= {
            "ok": True,
            "beat_ticked_at": pulses.get("beat"),
            "worker_ran_at": pulses.get("worker"),
            "tenants": len(tenant_list_active()),
        }
    except DatabaseError as error:
        report["reason"] = f"The database does not answer: {type(error).__name__}."
    return report
