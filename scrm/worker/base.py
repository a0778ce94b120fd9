"""Bases of every task: enter the tenant and prove it, or refuse."""

from typing import Any

import structlog
from celery import Task
from django.db import connection
from django_tenants.utils import tenant_context

from scheduler.services import is_runnable

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
        schema_name = args[0] if args else kwargs.get("schema_name")
        tenant = is_runnable(schema_name) if isinstance(schema_name, str) else None
        if tenant is None:
            log.warning("task.refused", task=self.name, schema=str(schema_name)[:63])
            return None
        try:
            with tenant_context(tenant):
                if connection.schema_name != tenant.schema_name:
                    raise WrongTenant(f"Expected {tenant.schema_name}, found {connection.schema_name}.")
                return self.run(*args, **kwargs)
        finally:
            connection.set_schema_to_public()


class PlatformTask(Task):
    """Runs in `public`, for work that belongs to no tenant."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        connection.set_schema_to_public()
        return self.run(*args, **kwargs)
