"""Takes a backup while everybody works on: one snapshot for the dump and for the checksums."""

import shutil
import tarfile
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from operations.backup import programs, queries
from operations.backup.archive import DATABASE, MEDIA, BackupRefused, seal_backup


def back_up(folder: Path, now: datetime) -> dict[str, Any]:
    """Make the folder; it has its name only once it is whole. The sums of all tables, by `schema.table`."""
    if folder.exists():
        raise BackupRefused(f"{folder} is there already: name a new folder.")
    partial = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(mode=0o700, parents=True)
    with queries.snapshot() as (name, cursor):
        options = ["--format=directory", "--no-owner", "--no-privileges", f"--snapshot={name}"]
        programs.run("pg_dump", *options, "--file", partial / DATABASE)
        sums = queries.table_sums(cursor)
    # After the rows: a file that a row names is there before the row is.
    with tarfile.open(partial / MEDIA, "w") as archive:
        media = Path(settings.MEDIA_ROOT)
        if media.exists():
            archive.add(media, arcname=".")
    facts = {"taken_at": now.isoformat(), "postgres": queries.server_version(), "tables": sums}
    seal_backup(partial, facts)
    partial.rename(folder)
    return sums
