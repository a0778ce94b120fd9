"""Bases of every task: enter the tenant and prove it, or refuse."""

from typing import Any

import structlog
from celery import Task
from django.db import close_old_connections
from django_tenants.utils import tenant_context

from scheduler.selectors import is_runnable
from scrm.core.tenancy import leave_tenant, schema_name

log = structlog.get_logger(__name__)


class WrongTenant(RuntimeError):
    """A task was about to run outside its tenant."""


class TenantTask(Task):
    """Runs in the schema that its first argument names.

    A missing, unknown, suspended or template tenant is refused: nothing runs, least of all in
    `public`. tenant-schemas-celery runs such a task in `public`; that is why this is our own.
    """

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        # As at each request: a connection that PostgreSQL's restart has cut would fail a thousand tasks.
        close_old_connections()
        name = args[0] if args else kwargs.get("schema_name")
        tenant = is_runnable(name) if isinstance(name, str) else None
        if tenant is None:
            log.warning("task.refused", task=self.name, schema=str(name)[:63])
            return None
        try:
            with tenant_context(tenant), structlog.contextvars.bound_contextvars(request_id=self.request.id):
                if schema_name() != tenant.schema_name:
                    raise WrongTenant(f"Expected {tenant.schema_name}, found {schema_name()}.")
                return self.run(*args, **kwargs)
        finally:
            leave_tenant()


class PlatformTask(Task):
    """Runs in `public`, for work that belongs to no tenant."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        close_old_connections()
        leave_tenant()
        with structlog.contextvars.bound_contextvars(request_id=self.request.id):
            return self.run(*args, **kwargs)
