"""Brings every schema up to date: the public one, the template and the tenants'."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connections

from tenants.selectors import tenant_schemas
from tenants.services import TEMPLATE_SCHEMA, create_template, migrate_template


class Command(BaseCommand):
    help = "Migrates the public schema, the template that tenants are cloned from, and all tenants."

    def handle(self, **options: Any) -> None:
        # Most of a migration is Python at work: the two first schemas take a core each.
        # A forked child must not share its parent's connection.
        connections.close_all()
        with ProcessPoolExecutor(2, mp_context=get_context("fork")) as pool:
            for schema in [pool.submit(_migrate_public), pool.submit(_migrate_template)]:
                schema.result()
        create_template()
        for schema_name in tenant_schemas():
            if schema_name != TEMPLATE_SCHEMA:
                call_command("migrate_schemas", schema_name=schema_name, verbosity=0, interactive=False)


def _migrate_public() -> None:
    _leave_out(set(settings.TENANT_APPS) - set(settings.SHARED_APPS))
    call_command("migrate_schemas", shared=True, verbosity=0, interactive=False)


def _migrate_template() -> None:
    _leave_out(set(settings.SHARED_APPS) - set(settings.TENANT_APPS))
    migrate_template()


def _leave_out(apps: set[str]) -> None:
    """Apps without tables in a schema: following their migrations there is half of the time, for nothing."""
    settings.MIGRATION_MODULES = dict.fromkeys(app.rpartition(".")[2] for app in apps)
