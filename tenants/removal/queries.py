"""SQL that takes a schema away, a few tables at a time."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from scrm.core import failpoints

_REMOVAL_LOCK = 7_120_003
"""First key of the lock of who removes a tenant; the second is the tenant."""
_BATCH = 5
"""Tables per transaction: each costs a lock per index, constraint and partner, and all tenants share the lock table."""
_PATIENCE = "2s"
"""Whoever waits longer for a table lets the others pass, and the next run goes on."""


@contextmanager
def removal_lock(tenant_id: int) -> Iterator[bool]:
    """Whether we are the one who removes it; a process that dies lets go."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_REMOVAL_LOCK, tenant_id])
        held = cursor.fetchone() == (True,)
    try:
        yield held
    finally:
        if held:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_REMOVAL_LOCK, tenant_id])


def drop_schema(schema: str) -> None:
    """Drop the schema and all it holds. Taken again after a break, it goes on where it was."""
    while names := _tables(schema):
        _drop("TABLE", ", ".join(f'"{schema}"."{name}"' for name in names))
        failpoints.passed("removal.batch_dropped")
    _drop("SCHEMA", f'"{schema}"')


def _drop(kind: str, what: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{_PATIENCE}'")
        cursor.execute(f"DROP {kind} IF EXISTS {what} CASCADE")


def _tables(schema: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY tablename LIMIT %s", [schema, _BATCH]
        )
        return [name for (name,) in cursor.fetchall()]
