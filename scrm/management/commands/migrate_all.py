"""Brings every schema up to date: the public one, the template and the tenants'."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connections

from tenants.services import create_template, migrate_template


class Command(BaseCommand):
    help = "Migrates the public schema, the template that tenants are cloned from, and all tenants."

    def handle(self, **options: Any) -> None:
        # Most of a migration is Python at work: the two first schemas take a core each.
        # A forked child must not share its parent's connection.
        connections.close_all()
        with ProcessPoolExecutor(1, mp_context=get_context("fork")) as pool:
            template = pool.submit(migrate_template)
            call_command("migrate_schemas", shared=True, verbosity=0, interactive=False)
            template.result()
        create_template()
        call_command("migrate_schemas", tenant=True, verbosity=0, interactive=False)
