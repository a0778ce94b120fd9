"""PostgreSQL's own programs: where they are and how they reach the database, without a password on a command line."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from django.db import connection

from scrm.embedded.console import Trouble
from scrm.embedded.postgres import binaries


class ProgramFailed(RuntimeError):
    """What a program said last."""


def program(name: str) -> str:
    """From SCRM_PG_BIN, else the wheel's, else the path's."""
    try:
        return str(binaries() / name)
    except Trouble as trouble:
        found = shutil.which(name)
        if found is None:
            raise ProgramFailed(str(trouble)) from None
        return found


def start(
    name: str, *arguments: str | Path, stdin: int | None = None, stdout: int | IO[bytes] | None = None
) -> subprocess.Popen[bytes]:
    command = [program(name), *map(str, arguments)]
    return subprocess.Popen(command, env=_environment(), stdin=stdin, stdout=stdout, stderr=subprocess.PIPE)


def run(name: str, *arguments: str | Path) -> None:
    process = start(name, *arguments, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    _out, complaint = process.communicate()
    check(name, process.returncode, complaint)


def check(name: str, code: int, complaint: bytes) -> None:
    if code:
        lines: Sequence[str] = complaint.decode(errors="replace").strip().splitlines() or ["it said nothing"]
        raise ProgramFailed(f"{name}: {lines[-1]}")


def _environment() -> Mapping[str, str]:
    settings = connection.settings_dict
    given = {
        "PGHOST": settings["HOST"],
        "PGPORT": settings["PORT"],
        "PGUSER": settings["USER"],
        "PGPASSWORD": settings["PASSWORD"],
        "PGDATABASE": settings["NAME"],
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, **{name: str(value) for name, value in given.items() if value}}
