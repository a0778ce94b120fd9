"""Migrating many tenants: django-tenants' own command, ours, and SQL as plain as it gets, on the same schemas.

bin/bench migrations [TENANTS] [--full]: tenants carry the few tables that a change touches, with --full all.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.stack import Stack

_MIGRATION = """
from django.db import migrations, models
class Migration(migrations.Migration):
    dependencies = [("content", {last!r})]
    operations = [
        migrations.AddField("material", {name!r}, models.IntegerField(null=True)),
        migrations.AddIndex("material", models.Index(fields=[{name!r}], name={name!r} + "_index")),
    ]
"""
_LIGHT = ("django_migrations", "django_content_type", "auth_permission", "content_material")


def main() -> None:
    options = argparse.ArgumentParser(prog="bin/bench migrations", description=__doc__)
    options.add_argument("tenants", nargs="?", type=int, default=241)
    options.add_argument("--full", action="store_true")
    chosen = options.parse_args()
    with Stack("bench-migrations") as stack:
        stack.manage("migrate_all")
        stack.enter_django()
        _make_tenants(chosen.tenants, full=chosen.full)
        kind = "full clones" if chosen.full else f"tenants of {len(_LIGHT)} tables"
        print(f"{chosen.tenants} {kind}")
        _print("nothing to do", _nothing())
        _print("a column and an index", _change())


def _make_tenants(count: int, *, full: bool) -> None:
    from django.db import connection, transaction

    from scrm.core import clock
    from tenants.models import Tenant
    from tenants.queries import clone_schema
    from tenants.services import TEMPLATE_SCHEMA

    names = [f"bench{number}" for number in range(count)]
    for name in names:
        with transaction.atomic(), connection.cursor() as cursor:
            if full:
                clone_schema(TEMPLATE_SCHEMA, name)
                continue
            cursor.execute(f"CREATE SCHEMA {name}")
            for table in _LIGHT:
                meant = f"{TEMPLATE_SCHEMA}.{table}"
                cursor.execute(f"CREATE TABLE {name}.{table} (LIKE {meant} INCLUDING ALL)")
                cursor.execute(f"INSERT INTO {name}.{table} SELECT * FROM {meant}")
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('{name}.{table}', 'id'), 10000) "
                    f"WHERE pg_get_serial_sequence('{name}.{table}', 'id') IS NOT NULL"
                )
    now = clock.now()
    Tenant.objects.bulk_create(Tenant(schema_name=name, name=name, created_at=now) for name in names)


def _nothing() -> dict[str, float]:
    # The first time it records the migrations of the public apps, too.
    _theirs()
    return {"django-tenants": _timed(_theirs), "ours": _timed(_ours), "plain SQL": _timed(_ask_plainly)}


def _change() -> dict[str, float]:
    """Each way gets a change of its own, so that all three change the very same tables."""
    from django.conf import settings

    folder = Path(tempfile.mkdtemp())
    sys.path.insert(0, str(folder))
    taken: dict[str, float] = {}
    ways: list[tuple[str, Callable[[], Any]]] = [
        ("django-tenants", _theirs),
        ("ours", _ours),
        ("plain SQL", _change_plainly),
    ]
    bodies: list[str] = []
    for number, (way, run) in enumerate(ways):
        bodies.append(f"bench_{number}")
        settings.MIGRATION_MODULES = {**settings.MIGRATION_MODULES, "content": _package(folder, number, bodies)}
        taken[way] = _timed(run)
    return taken


def _package(folder: Path, number: int, names: list[str]) -> str:
    """The app's own migrations and ours after them; a new name each time, as Python keeps what it has read."""
    import content.migrations

    package = folder / f"bench_content_{number}"
    package.mkdir()
    (package / "__init__.py").touch()
    last = ""
    for own in sorted(Path(content.migrations.__path__[0]).glob("[0-9]*.py")):
        (package / own.name).write_text(own.read_text())
        last = own.stem
    for name in names:
        (package / f"{name}.py").write_text(_MIGRATION.format(last=last, name=name))
        last = name
    return package.name


def _theirs() -> None:
    from django.core.management import call_command

    call_command("migrate_schemas", tenant=True, verbosity=0, interactive=False)


def _ours() -> None:
    from tenants.migrating import migrate_schemas
    from tenants.queries import migrations_lock
    from tenants.services import TEMPLATE_SCHEMA

    with migrations_lock():
        report = migrate_schemas(template=TEMPLATE_SCHEMA)
    if report.failures:
        raise SystemExit("\n".join(str(failure) for failure in report.failures))


def _ask_plainly() -> None:
    from django.db import connection

    from tenants.selectors import tenant_schemas

    each = " UNION ALL ".join(f"SELECT count(*) FROM {schema}.django_migrations" for schema in tenant_schemas())
    with connection.cursor() as cursor:
        cursor.execute(each)
        cursor.fetchall()


def _change_plainly() -> None:
    from django.db import connection, transaction

    from tenants.selectors import tenant_schemas

    for schema in tenant_schemas():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"ALTER TABLE {schema}.content_material ADD COLUMN bench_2 integer;"
                f"CREATE INDEX bench_2_index ON {schema}.content_material (bench_2);"
                f"INSERT INTO {schema}.django_migrations (app, name, applied) VALUES ('content', 'bench_2', now())"
            )


def _timed(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _print(what: str, taken: dict[str, float]) -> None:
    figures = ", ".join(f"{way} {seconds:.2f} s" for way, seconds in taken.items())
    ours = taken["ours"]
    print(f"{what}: {figures}; ours is {taken['django-tenants'] / ours:.0f} times faster than django-tenants", end=" ")
    print(f"and takes {ours / taken['plain SQL']:.1f} times as long as plain SQL")


if __name__ == "__main__":
    main()
