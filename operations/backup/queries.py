"""SQL of backups: a snapshot that several connections share, and a checksum of every table."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

PAUSE = "UPDATE public.tenants_tenant SET status = 'paused' WHERE status = 'active';"
"""Part of the restoring transaction: nobody ever sees a restored tenant that sends."""
LEAVE_OUT_PAST = """
DO $$
DECLARE
    of_tenant name;
BEGIN
    FOR of_tenant IN SELECT schemaname FROM pg_catalog.pg_tables WHERE tablename = 'campaigns_lane' LOOP
        EXECUTE pg_catalog.format('UPDATE %I.campaigns_lane SET past_before = pg_catalog.clock_timestamp()', of_tenant);
    END LOOP;
END $$;
"""
"""`leave_out_past` for every tenant, part of the same transaction: what went out after the backup waits in it as if
it had not, and a restore that is killed must not come to stand without this."""
_WITHOUT = {"tenants_tenant": "status", "campaigns_lane": "past_before"}
"""What a restore changes on purpose is not compared."""
_PLAIN = (
    "SET LOCAL DateStyle = 'ISO'; SET LOCAL TimeZone = 'UTC'; SET LOCAL extra_float_digits = 1; "
    "SET LOCAL bytea_output = 'hex'; SET LOCAL IntervalStyle = 'postgres'; SET LOCAL search_path = ''"
)
"""What a row looks like as text must not depend on the server's settings."""


@contextmanager
def snapshot() -> Iterator[tuple[str, CursorWrapper]]:
    """A snapshot's name, for pg_dump, and a cursor that sees it."""
    own = connection.copy()
    try:
        with own.cursor() as cursor:
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            yield cursor.fetchone()[0], cursor
            cursor.execute("ROLLBACK")
    finally:
        own.close()


def table_sums(cursor: CursorWrapper) -> dict[str, list[Any]]:
    """Rows and checksum of each table by `schema.table`, those of a child table not in its parent's too.

    The sum of two hashes of every row: any order of rows gives the same, and no table has to fit into memory.
    """
    cursor.execute(_PLAIN)
    sums: dict[str, list[Any]] = {}
    for schema, tables in _tables(cursor).items():
        each = " UNION ALL ".join(_sum_of(schema, table) for table in tables)
        cursor.execute(each)
        sums |= {name: [rows, f"{first}:{second}"] for name, rows, first, second in cursor.fetchall()}
    return sums


def _tables(cursor: CursorWrapper) -> Mapping[str, list[str]]:
    cursor.execute(
        "SELECT schemaname, array_agg(tablename::text ORDER BY tablename) FROM pg_catalog.pg_tables "
        "WHERE schemaname NOT IN ('pg_catalog', 'information_schema') GROUP BY schemaname ORDER BY schemaname"
    )
    return dict(cursor.fetchall())


def _sum_of(schema: str, table: str) -> str:
    name = f"{schema}.{table}"
    row = f"(pg_catalog.to_jsonb(t) - '{_WITHOUT[table]}')::text" if table in _WITHOUT else "t::text"
    return (
        f"SELECT '{name}', count(*), COALESCE(sum(hashtextextended({row}, 0)::numeric), 0)::text, "
        f'COALESCE(sum(hashtextextended({row}, 1)::numeric), 0)::text FROM ONLY "{schema}"."{table}" t'
    )


def server_version() -> int:
    """Such as 18."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        return int(cursor.fetchone()[0]) // 10_000


def is_empty() -> bool:
    """Whether the database has no table of anybody's."""
    with connection.cursor() as cursor:
        return not _tables(cursor)


def sums_now() -> dict[str, list[Any]]:
    with snapshot() as (_name, cursor):
        return table_sums(cursor)


def count_paused() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM public.tenants_tenant WHERE status = 'paused'")
        return int(cursor.fetchone()[0])
