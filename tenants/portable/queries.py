"""SQL over all tables of one schema: what they are, out by COPY, in by COPY."""

from dataclasses import dataclass
from typing import Any

from django.db import connection

_FORMS = {
    "timezone": "UTC",
    "datestyle": "ISO, YMD",
    "intervalstyle": "iso_8601",
    "bytea_output": "hex",
    "extra_float_digits": "1",
}
"""Settings that decide how COPY writes a value: the same rows must give the same bytes anywhere."""


@dataclass(frozen=True, slots=True)
class Table:
    """`columns` are pairs of name and type, in their order; `key` are the columns that order the rows."""

    name: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...]


def begin_snapshot() -> None:
    """All that this transaction reads is of one moment. First statement of it."""
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


def fix_forms() -> None:
    """For this transaction COPY writes values in one form."""
    with connection.cursor() as cursor:
        for name, value in _FORMS.items():
            cursor.execute("SELECT set_config(%s, %s, true)", [name, value])


def table_list(schema: str) -> list[Table]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT owner.relname,
                   array_agg(part.attname::text ORDER BY part.attnum),
                   array_agg(format_type(part.atttypid, part.atttypmod) ORDER BY part.attnum),
                   COALESCE(array_agg(part.attname::text ORDER BY array_position(key.indkey::int2[], part.attnum))
                            FILTER (WHERE part.attnum = ANY (key.indkey)), '{}')
            FROM pg_class owner
            JOIN pg_attribute part ON part.attrelid = owner.oid AND part.attnum > 0
                AND NOT part.attisdropped AND part.attgenerated = ''
            LEFT JOIN pg_index key ON key.indrelid = owner.oid AND key.indisprimary
            WHERE owner.relnamespace = %s::regnamespace AND owner.relkind = 'r'
            GROUP BY owner.relname ORDER BY owner.relname
            """,
            [schema],
        )
        return [
            Table(name, tuple(zip(columns, types, strict=True)), tuple(key or columns))
            for name, columns, types, key in cursor.fetchall()
        ]


def copy_out(schema: str, table: Table, sink: Any) -> int:
    """Write the table's own rows, without its children's, into `sink`, ordered by its key; how many they are."""
    columns, key = _names([name for name, _type in table.columns]), _names(table.key)
    with connection.cursor() as cursor:
        cursor.copy_expert(
            f'COPY (SELECT {columns} FROM ONLY "{schema}"."{table.name}" ORDER BY {key}) TO STDOUT', sink
        )
        return int(cursor.rowcount)


def copy_in(schema: str, table: Table, source: Any) -> None:
    columns = _names([name for name, _type in table.columns])
    with connection.cursor() as cursor:
        cursor.copy_expert(f'COPY "{schema}"."{table.name}" ({columns}) FROM STDIN', source)


def empty_tables(schema: str, tables: list[Table]) -> None:
    """What the template brought along goes: the file says what there was."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("TRUNCATE " + ", ".join(f'"{schema}"."{table.name}"' for table in tables))


def check_references() -> None:
    """Now, rather than at the commit: every foreign key finds its row."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def sequence_values(schema: str) -> dict[str, tuple[int, bool]]:
    """Each sequence's last value and whether it was given out."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind = 'S'", [schema])
        values = {}
        for (name,) in cursor.fetchall():
            cursor.execute(f'SELECT last_value, is_called FROM "{schema}"."{name}"')
            values[name] = cursor.fetchone()
        return values


def set_sequences(schema: str, values: dict[str, tuple[int, bool]]) -> None:
    with connection.cursor() as cursor:
        for name, (last, called) in values.items():
            cursor.execute("SELECT setval(%s::regclass, %s, %s)", [f'"{schema}"."{name}"', last, called])


def applied_migrations(schema: str) -> set[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT app, name FROM "{schema}".django_migrations')
        return set(cursor.fetchall())


def _names(columns: Any) -> str:
    return ", ".join(f'"{name}"' for name in columns)
