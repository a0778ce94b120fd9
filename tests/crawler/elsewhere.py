"""What no resolver lists: uploaded files by their path, tables by plain SQL, and tasks by the name of their tenant."""

import importlib
from unittest.mock import patch

from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django_tenants.utils import tenant_context

from scrm.celery import app
from scrm.core.tenancy import leave_tenant, schema_name
from scrm.worker import base
from scrm.worker.base import TenantTask
from tests.crawler.traces import tables_of
from tests.crawler.world import Twins

NO_TENANT = (None, "", "nobody", "public", "tpl_blank", "globex; drop", 7)


def crossings_of_files(twins: Twins) -> list[str]:
    """Every upload of A, asked for by its path on every host: nothing is served from a folder."""
    found, client = [], Client(raise_request_exception=False)
    for name in twins.a.files:
        for folder in ("", f"{twins.a.tenant.schema_name}/"):
            for host in (twins.a.host, twins.b.host, "localhost", "nobody.test"):
                answer = client.get(f"/media/{folder}{name}", headers={"host": host})
                # Read to its end, else its end closes the connection that holds the twins.
                answer.getvalue()
                if answer.status_code != 404:
                    found.append(f"/media/{folder}{name} on {host}: answered {answer.status_code}.")
    leave_tenant()
    return found


def crossings_below(twins: Twins) -> list[str]:
    """Every table of B, read by plain SQL from inside A: PostgreSQL itself refuses."""
    found = []
    for table in tables_of(twins.b):
        with tenant_context(twins.a.tenant):
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute(f'SELECT 1 FROM "{twins.b.tenant.schema_name}"."{table}" LIMIT 1')
                found.append(f"{table} of the other tenant can be read.")
            except ProgrammingError:
                # A rollback takes the search path back too.
                leave_tenant()
    leave_tenant()
    return found


def crossings_of_tasks() -> list[str]:
    """Every task of a tenant with names that are none: it must not run at all, least of all in `public`."""
    importlib.import_module("scrm.worker.tasks")
    found: list[str] = []
    for task in app.tasks.values():
        if not isinstance(task, TenantTask):
            continue
        for name in NO_TENANT:
            with (
                patch.object(base, "close_old_connections"),
                patch.object(task, "run", lambda *_args, **_kwargs: found.append(f"ran in {schema_name()}")),
            ):
                before = len(found)
                task(*([name] if name is not None else []))
            if len(found) > before:
                found[-1] = f"{task.name} of {name!r}: {found[-1]}."
    leave_tenant()
    return found
