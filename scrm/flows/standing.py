"""The story of a tenant that rests, comes back, or is to go; each step stands in the platform's trail."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django_tenants.utils import schema_context, tenant_context

from accounts.models import User
from accounts.services import record_audit
from campaigns.services import leave_out_past
from scheduler.services import due_work, note_due
from tenants import standing
from tenants.models import Tenant

GRACE: Final = timedelta(days=14)
"""How long a tenant that is to be deleted can still be kept."""


def tenant_paused(tenant: Tenant, *, by: User | None = None, now: datetime) -> None:
    """It sends nothing; its people go on working."""
    with _recorded("tenant.paused", tenant, by, now):
        standing.pause_tenant(tenant=tenant)


def tenant_suspended(tenant: Tenant, *, by: User | None = None, now: datetime) -> None:
    """It answers nothing, and within a lease nothing of it runs."""
    with _recorded("tenant.suspended", tenant, by, now):
        standing.suspend_tenant(tenant=tenant)


def tenant_resumed(tenant: Tenant, *, by: User | None = None, now: datetime, without_past: bool = False) -> None:
    """It works and sends again; what has become late meanwhile goes by each SOP's late policy.

    Or, `without_past`, not at all: for a server that was set back in time.
    """
    with _recorded("tenant.resumed", tenant, by, now, without_past=without_past):
        standing.resume_tenant(tenant=tenant)
        if without_past:
            with tenant_context(tenant):
                leave_out_past(now=now)
        _wake(tenant, now)


def tenant_renamed(tenant: Tenant, name: str, *, by: User | None = None, now: datetime) -> None:
    with _recorded("tenant.renamed", tenant, by, now, before=tenant.name, after=name.strip()):
        standing.rename_tenant(tenant=tenant, name=name)


def tenant_leaves(tenant: Tenant, *, by: User | None = None, now: datetime, grace: timedelta = GRACE) -> datetime:
    """It answers and runs nothing from now on; gives the time from which it is removed."""
    leaves_at = now + grace
    with _recorded("tenant.leaves", tenant, by, now, leaves_at=leaves_at.isoformat()):
        standing.schedule_removal(tenant=tenant, leaves_at=leaves_at)
    return leaves_at


def tenant_stays(tenant: Tenant, *, by: User | None = None, now: datetime) -> None:
    """It is not deleted after all, and paused until somebody resumes it."""
    with _recorded("tenant.stays", tenant, by, now):
        standing.keep_tenant(tenant=tenant)
        _wake(tenant, now)


@contextmanager
def _recorded(action: str, tenant: Tenant, by: User | None, now: datetime, **details: Any) -> Iterator[None]:
    """The step and its line in the platform's trail, or neither."""
    with schema_context("public"), transaction.atomic():
        yield
        label = "" if by else "bin/manage"
        details = {"tenant": tenant.schema_name, **details}
        record_audit(action=action, actor=by, actor_label=label, subject=tenant, details=details, now=now)


def _wake(tenant: Tenant, now: datetime) -> None:
    """Its next drain finds what is due, and sets the wake-up index right."""
    with tenant_context(tenant), due_work():
        note_due(now)
