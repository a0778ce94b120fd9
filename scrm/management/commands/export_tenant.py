"""Writes one tenant into a file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from scrm.core import clock
from scrm.flows.carrying import tenant_exported
from scrm.management.tenants import named_tenant, one_line


class Command(BaseCommand):
    help = "Write a tenant, its tables and files, into one sealed file; people go on working meanwhile."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("schema_name", metavar="NAME", help="short name, such as acme")
        parser.add_argument("file", metavar="FILE", type=Path, help="a new file; only this SCRM_MASTER_KEY opens it")

    def handle(self, *args: Any, **options: Any) -> None:
        tenant, path = named_tenant(options["schema_name"]), options["file"]
        try:
            manifest = tenant_exported(tenant, path, now=clock.now())
        except ValidationError as error:
            raise CommandError(one_line(error)) from error
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}.") from error
        rows = sum(content.count for content in manifest.tables.values())
        size = path.stat().st_size / 1_000_000
        self.stdout.write(f"{path}: {rows} rows, {len(manifest.files)} files, {size:.1f} MB.")
