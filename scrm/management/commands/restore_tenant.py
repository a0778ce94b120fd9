"""Makes a tenant from a file that export_tenant wrote."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from scrm.core import clock
from scrm.flows.carrying import tenant_restored
from scrm.management.tenants import one_line
from tenants.portable.manifest import ExportInvalid


class Command(BaseCommand):
    help = "Restore a tenant from a file: compared table by table, and paused until resume_tenant."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path, help="what export_tenant wrote")
        parser.add_argument("--as", dest="schema_name", default="", metavar="NAME", help="short name, if another")
        parser.add_argument("--domain", required=True, help="the host it answers on")

    def handle(self, *args: Any, **options: Any) -> None:
        path = options["file"]
        try:
            tenant, manifest = tenant_restored(
                path, schema_name=options["schema_name"], domain=options["domain"], now=clock.now()
            )
        except ValidationError as error:
            raise CommandError(one_line(error, {"schema_name": "--as"})) from error
        except ExportInvalid as error:
            raise CommandError(f"{path}: {error}") from error
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}.") from error
        rows = sum(content.count for content in manifest.tables.values())
        kind = "the tenant it was" if str(tenant.uuid) == manifest.tenant.uuid else "a copy"
        self.stdout.write(
            f"{tenant.schema_name}, {kind}: {rows} rows in {len(manifest.tables)} tables and "
            f"{len(manifest.files)} files, 0 differences. It is paused: resume_tenant lets it send again."
        )
