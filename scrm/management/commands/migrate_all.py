"""Brings every schema up to date: the public one, the template and the tenants'."""

from argparse import ArgumentParser
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from tenants.migrating import PUBLIC, migrate_schemas, migrations_pending, only_migrations_of, schemas_migrated
from tenants.queries import migrations_lock
from tenants.services import TEMPLATE_SCHEMA, create_template, grant_tenants, migrate_template


class Command(BaseCommand):
    help = "Migrates the public schema, the template that tenants are cloned from, and all tenants."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only say what is pending; exit code 1 if anything is")
        parser.add_argument(
            "--stop-at-failure",
            action="store_true",
            help="leave the tenants after the first one that fails as they are",
        )

    def handle(self, *, check: bool = False, stop_at_failure: bool = False, **options: Any) -> None:
        if check:
            self._check()
            return
        with migrations_lock():
            if missing := {PUBLIC, TEMPLATE_SCHEMA} - schemas_migrated():
                _make_schemas(missing)
            report = migrate_schemas(template=TEMPLATE_SCHEMA, stop_at_failure=stop_at_failure, tell=self.stdout.write)
            if report.failures:
                raise CommandError("\n".join(str(failure) for failure in report.failures))
            create_template()
            grant_tenants()
        self.stdout.write(f"Schemas brought up to date: {report.schemas}.")

    def _check(self) -> None:
        pending = migrations_pending()
        for schema, names in pending.items():
            self.stdout.write(f"{schema}: {', '.join(names)}")
        if pending:
            raise CommandError(f"Schemas that lack migrations: {len(pending)}. Run migrate_all.")


def _make_schemas(names: set[str]) -> None:
    """Most of a migration is Python at work: the two first schemas take a core each."""
    # A forked child must not share its parent's connection.
    connections.close_all()
    with ProcessPoolExecutor(2, mp_context=get_context("fork")) as pool:
        for made in [pool.submit(_migrate_public if name == PUBLIC else _migrate_template) for name in names]:
            made.result()


def _migrate_public() -> None:
    with only_migrations_of(PUBLIC):
        call_command("migrate_schemas", shared=True, verbosity=0, interactive=False)


def _migrate_template() -> None:
    with only_migrations_of(TEMPLATE_SCHEMA):
        migrate_template()
