"""Puts a backup into an empty database: all of it or nothing, paused, and compared table by table."""

import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connections

from operations.backup import programs, queries
from operations.backup.archive import DATABASE, MEDIA, BackupRefused, read_backup
from tenants.services import grant_tenants


@dataclass(frozen=True, slots=True)
class Restored:
    tables: int
    rows: int
    paused: int
    differences: list[str]
    """Tables that are not what they were; none, unless something is very wrong."""


def restore(folder: Path) -> Restored:
    """BackupRefused before anything is touched; ProgramFailed when the database takes it not, with nothing done."""
    manifest = read_backup(folder)
    if not queries.is_empty():
        raise BackupRefused("This database holds tables already: give an empty one.")
    if queries.server_version() < manifest["postgres"]:
        raise BackupRefused(f"The backup is of PostgreSQL {manifest['postgres']}: this server is older.")
    media = Path(settings.MEDIA_ROOT)
    if media.exists() and any(media.iterdir()):
        raise BackupRefused(f"{media} holds files already: empty it or set MEDIA_ROOT.")
    _load(folder / DATABASE)
    media.mkdir(parents=True, exist_ok=True)
    with tarfile.open(folder / MEDIA) as archive:
        for member in archive:
            # tarfile's own filters are newer than the Python of Debian 12.
            inside = (media / member.name).resolve().is_relative_to(media.resolve())
            if not inside or not (member.isfile() or member.isdir()):
                raise BackupRefused(f"{folder / MEDIA} holds {member.name}, which is no file of a media folder.")
            archive.extract(member, media)
    connections.close_all()
    # Roles belong to the cluster, so a dump has none.
    grant_tenants()
    return _compared(manifest["tables"])


def _load(dump: Path) -> None:
    """One transaction, of which pausing every tenant and leaving out its past are a part."""
    reader = programs.start("pg_restore", "--no-owner", "--no-privileges", "--file=-", dump, stdout=subprocess.PIPE)
    options = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
    writer = programs.start("psql", *options, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    if reader.stdout is None or writer.stdin is None:
        raise programs.ProgramFailed("psql: it can't be written to")
    try:
        shutil.copyfileobj(reader.stdout, writer.stdin)
        _out, complaint = reader.communicate()
        programs.check("pg_restore", reader.returncode, complaint)
        writer.stdin.write(f"\n{queries.PAUSE}\n{queries.LEAVE_OUT_PAST}\n".encode())
    except BrokenPipeError:
        # psql has stopped at an error, and says which.
        reader.kill()
        reader.communicate()
    except BaseException:
        # Killed before the end of its input, it has committed nothing.
        writer.kill()
        writer.communicate()
        raise
    _out, complaint = writer.communicate()
    programs.check("psql", writer.returncode, complaint)


def _compared(meant: dict[str, list[object]]) -> Restored:
    found = queries.sums_now()
    differences = sorted(name for name in {*meant, *found} if meant.get(name) != found.get(name))
    rows = sum(int(str(rows)) for rows, _sum in found.values())
    return Restored(len(found), rows, queries.count_paused(), differences)
