"""Makes a tenant from an export: all of it, compared row by row with what the file says, or nothing."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import PurePosixPath
from shutil import copyfileobj
from typing import IO, Final
from uuid import UUID

from django.core.exceptions import SuspiciousFileOperation
from django.db import DatabaseError

from scrm.core.sealed_file import CHUNK, SealedFileError, SealedReader
from tenants.enums import TenantStatus
from tenants.files import media_folder, remove_media
from tenants.models import Tenant
from tenants.portable import queries
from tenants.portable.export import MANIFEST, columns_of, migrations_of
from tenants.portable.manifest import Content, ExportInvalid, Manifest, load, version_problem
from tenants.portable.streams import Tally
from tenants.services import TEMPLATE_SCHEMA, create_tenant

_PIECE: Final = 1 << 20


def read_manifest(source: IO[bytes]) -> Manifest:
    """ExportInvalid when the file is not one of ours, cut or altered."""
    with _archive(source) as archive:
        return _manifest(archive)


def restore_export(source: IO[bytes], *, schema_name: str, domain: str, now: datetime) -> Tenant:
    """A paused tenant as the file has it. Inside a transaction: whoever rolls that back calls `remove_media`.

    It is the tenant it was if that one is gone, else a copy with an identity of its own. What is sealed
    stays sealed under the same keys, so that it is found and recognised as before.
    """
    with _archive(source) as archive:
        manifest = _manifest(archive)
        problem = version_problem(
            manifest, migrations=migrations_of(TEMPLATE_SCHEMA), columns=columns_of(queries.table_list(TEMPLATE_SCHEMA))
        )
        if problem:
            raise ExportInvalid(problem)
        tenant = _tenant(manifest, schema_name=schema_name, domain=domain, now=now)
        # The name was free, so what lies there was left by a restore that broke off.
        remove_media(schema_name)
        try:
            _fill_tables(archive, manifest, schema_name)
            _fill_files(archive, manifest, schema_name)
        except BaseException as error:
            remove_media(schema_name)
            if isinstance(error, DatabaseError):
                # The constraint alone: the whole text of the error quotes rows.
                what = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or type(error).__name__
                raise ExportInvalid(f"The file's rows can't be taken in: {what}.") from error
            raise
    return tenant


@contextmanager
def _archive(source: IO[bytes]) -> Iterator[zipfile.ZipFile]:
    try:
        sealed = SealedReader(source)
        # All of it, before anything is made of it.
        sealed.verify()
        with zipfile.ZipFile(io.BufferedReader(sealed, CHUNK)) as archive:
            yield archive
    except SealedFileError as error:
        raise ExportInvalid(str(error)) from error
    except (zipfile.BadZipFile, KeyError, EOFError) as error:
        raise ExportInvalid("The file is no export of a tenant.") from error


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    return load(archive.read(MANIFEST))


def _tenant(manifest: Manifest, *, schema_name: str, domain: str, now: datetime) -> Tenant:
    facts = manifest.tenant
    gone = not Tenant.objects.filter(uuid=facts.uuid).exists()
    return create_tenant(
        schema_name=schema_name,
        domain=domain,
        name=facts.name,
        zone=facts.zone,
        language=facts.language,
        region=facts.region,
        currency=facts.currency,
        status=TenantStatus.PAUSED,
        uuid=UUID(facts.uuid) if gone else None,
        key_uuid=UUID(facts.key_uuid),
        now=now,
    )


def _fill_tables(archive: zipfile.ZipFile, manifest: Manifest, schema: str) -> None:
    queries.fix_forms()
    tables = queries.table_list(schema)
    queries.empty_tables(schema, tables)
    carried = [table for table in tables if table.name in manifest.tables]
    for table in carried:
        with archive.open(f"tables/{table.name}") as entry:
            queries.copy_in(schema, table, entry)
    queries.set_sequences(schema, manifest.sequences)
    queries.check_references()
    for table in carried:
        tally = Tally()
        _compare(
            f"table {table.name}", tally.content(queries.copy_out(schema, table, tally)), manifest.tables[table.name]
        )


def _fill_files(archive: zipfile.ZipFile, manifest: Manifest, schema: str) -> None:
    folder = media_folder(schema)
    for name, content in manifest.files.items():
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise SuspiciousFileOperation(name)
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(f"files/{name}") as entry, path.open("xb") as target:
            tally = Tally(target)
            copyfileobj(entry, tally, _PIECE)
        _compare(f"file {name}", tally.content(), content)


def _compare(what: str, found: Content, expected: Content) -> None:
    if found != expected:
        raise ExportInvalid(f"After restoring, {what} is not what the file says.")
