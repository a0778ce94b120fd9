"""Writes one tenant into one sealed file: its tables as they were at one moment, and its files."""

import zipfile
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from shutil import copyfileobj
from typing import IO, Final

from django.conf import settings
from django.db import transaction
from django_tenants.utils import schema_context

from scrm.core.sealed_file import SealingWriter
from tenants.files import media_files
from tenants.models import Tenant
from tenants.portable import queries
from tenants.portable.manifest import Content, Manifest, TenantFacts, dump
from tenants.portable.queries import Table
from tenants.portable.streams import Tally

MANIFEST: Final = "manifest.json"
_PIECE: Final = 1 << 20


def write_export(tenant: Tenant, target: IO[bytes], *, left_out: Collection[str], now: datetime) -> Manifest:
    """Write the tenant; the rows of tables that are `left_out` stay here."""
    with (
        schema_context("public"),
        transaction.atomic(durable=True),
        SealingWriter(target) as sealed,
        # The fastest level: most of the time goes into compressing.
        zipfile.ZipFile(sealed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
    ):
        queries.begin_snapshot()
        queries.fix_forms()
        tables = queries.table_list(tenant.schema_name)
        manifest = Manifest(
            made_at=now.isoformat(),
            tenant=_facts(tenant),
            migrations=migrations_of(tenant.schema_name),
            columns=columns_of(tables),
        )
        for table in tables:
            if table.name not in left_out:
                manifest.tables[table.name] = _put_table(archive, tenant.schema_name, table)
        # After the rows: a number given out meanwhile may be skipped, and never comes twice.
        manifest.sequences = queries.sequence_values(tenant.schema_name)
        for name, path in media_files(tenant.schema_name):
            content = _put_file(archive, name, path)
            if content is not None:
                manifest.files[name] = content
        archive.writestr(MANIFEST, dump(manifest))
    return manifest


def migrations_of(schema: str) -> list[tuple[str, str]]:
    """What made the schema's tables; a schema may also have noted migrations that are not its own."""
    labels = {name.rpartition(".")[2] for name in settings.TENANT_APPS}
    return sorted((app, name) for app, name in queries.applied_migrations(schema) if app in labels)


def columns_of(tables: Collection[Table]) -> dict[str, list[tuple[str, str]]]:
    return {table.name: list(table.columns) for table in tables}


def _facts(tenant: Tenant) -> TenantFacts:
    return TenantFacts(
        uuid=str(tenant.uuid),
        key_uuid=str(tenant.key_uuid or tenant.uuid),
        schema_name=tenant.schema_name,
        name=tenant.name,
        zone=tenant.zone,
        language=tenant.language,
        region=tenant.region,
        currency=tenant.currency,
    )


def _put_table(archive: zipfile.ZipFile, schema: str, table: Table) -> Content:
    with archive.open(f"tables/{table.name}", "w", force_zip64=True) as entry:
        tally = Tally(entry)
        return tally.content(queries.copy_out(schema, table, tally))


def _put_file(archive: zipfile.ZipFile, name: str, path: Path) -> Content | None:
    try:
        source = path.open("rb")
    except FileNotFoundError:
        # Files of ended jobs go after some days, also while we are looking.
        return None
    with source, archive.open(f"files/{name}", "w", force_zip64=True) as entry:
        tally = Tally(entry)
        copyfileobj(source, tally, _PIECE)
        return tally.content()
