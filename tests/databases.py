"""One template database with the tenants acme and globex inside; each run and each need gets a copy."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
from django.db import connection, connections

from scrm.embedded import stamps
from scrm.embedded.paths import ROOT
from tests.servers import state_folder

_PREFIX = "stencil_"


def own_name() -> str:
    return os.environ["DATABASE_URL"].rpartition("/")[2]


def url(name: str) -> str:
    return f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{name}"


def make(name: str) -> None:
    """A copy of the template, in place of any older one of this name."""
    template = _template()
    with _cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')


def drop(name: str) -> None:
    with _cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def copy(purpose: str) -> Iterator[str]:
    name = f"{own_name()}_{purpose}"
    make(name)
    try:
        yield name
    finally:
        drop(name)


@contextmanager
def connected_to(name: str) -> Iterator[None]:
    """Django's connections, in every thread, go to this database."""
    settings = connection.settings_dict
    before = settings["NAME"]
    connections.close_all()
    settings["NAME"] = name
    try:
        yield
    finally:
        connections.close_all()
        settings["NAME"] = before


def _template() -> str:
    name = _PREFIX + _fingerprint()[:16]
    with (Path(state_folder()) / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        existing = _existing()
        if name not in existing:
            _build(name)
            for old in existing:
                drop(old)
    return name


def _fingerprint() -> str:
    """What the template is made from: migrations, settings, packages and what makes a tenant."""
    files = [*ROOT.glob("*/migrations/*.py"), *ROOT.glob("tenants/*.py"), *ROOT.glob("scrm/core/postgres/*.py")]
    return stamps.of_files(
        [*files, ROOT / "tests/template.py", ROOT / "scrm" / "settings.py", ROOT / "requirements.txt"]
    )


def _build(name: str) -> None:
    """Under another name until it is whole, so that a broken-off build is never copied."""
    drop(f"building_{name}")
    with _cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "building_{name}"')
    env = {**os.environ, "DATABASE_URL": url(f"building_{name}"), "DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [sys.executable, "-m", "tests.template"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"The template database could not be built:\n{done.stdout}{done.stderr}")
    with _cursor() as cursor:
        cursor.execute(f'ALTER DATABASE "building_{name}" RENAME TO "{name}"')


def _existing() -> list[str]:
    with _cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{_PREFIX}%"])
        return [row[0] for row in cursor.fetchall()]


@contextmanager
def _cursor() -> Iterator[psycopg2.extensions.cursor]:
    folder = os.environ["DATABASE_URL"].partition("@/")[2].rpartition("/")[0]
    connection = psycopg2.connect(host=folder, user="scrm", dbname="postgres")
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()
