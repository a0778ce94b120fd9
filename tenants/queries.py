"""SQL about schemas."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django_tenants.clone import CloneSchema

_CLONE_LOCK = 7_120_001
"""Advisory lock: who clones shares it, who migrates has it alone, so that no clone is half-migrated."""
_FUNCTION_LOCK = 7_120_002
"""Advisory lock: two who clone at once can't both make the function that clones."""


def make_schema(schema_name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema_name}"')


@contextmanager
def migrations_lock() -> Iterator[None]:
    """Wait until nobody else clones or migrates, and keep it so.

    A connection of its own holds it: whatever the work commits, rolls back or reconnects, the lock stays. Not inside a
    transaction that has cloned: that one would be waited for.
    """
    holder = connection.copy()
    try:
        with holder.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_CLONE_LOCK])
        yield
    finally:
        holder.close()


def clone_schema(source: str, target: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_CLONE_LOCK])
    _Cloner().clone_schema(source, target)
    _refer_from_children(source, target)
    _name_constraints(source, target)
    _carry_sequences(source, target)


def _refer_from_children(source: str, target: str) -> None:
    """Give a clone's inheriting tables the foreign keys of their templates: CloneSchema leaves those out."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT format('ALTER TABLE %%I.%%I ADD CONSTRAINT %%I %%s', %(target)s::text, child.relname, meant.conname,
                          regexp_replace(pg_get_constraintdef(meant.oid), 'REFERENCES ([^ (]+[.])?',
                                         format('REFERENCES %%I.', %(target)s::text)))
            FROM pg_inherits
            JOIN pg_class child ON child.oid = inhrelid AND child.relkind = 'r'
                AND child.relnamespace = %(source)s::regnamespace
            JOIN pg_constraint meant ON meant.conrelid = child.oid AND meant.contype = 'f'
            """,
            {"source": source, "target": target},
        )
        references = [row[0] for row in cursor.fetchall()]
        if references:
            cursor.execute(";".join(references))


def _name_constraints(source: str, target: str) -> None:
    """Call the clone's constraints as its template's: PostgreSQL chose names, and migrations go by name."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT format('ALTER TABLE %%I.%%I RENAME CONSTRAINT %%I TO %%I',
                          %(target)s, cloned.relname, chosen.conname, meant.conname)
            FROM pg_constraint meant
            JOIN pg_class original ON original.oid = meant.conrelid
            JOIN pg_class cloned ON cloned.relname = original.relname
                AND cloned.relnamespace = %(target)s::regnamespace
            JOIN pg_constraint chosen ON chosen.conrelid = cloned.oid AND chosen.contype = meant.contype
                AND pg_get_constraintdef(chosen.oid) = pg_get_constraintdef(meant.oid)
            WHERE meant.connamespace = %(source)s::regnamespace AND meant.contype IN ('u', 'p')
                AND chosen.conname <> meant.conname
            """,
            {"source": source, "target": target},
        )
        renames = [row[0] for row in cursor.fetchall()]
        if renames:
            cursor.execute(";".join(renames))


def _carry_sequences(source: str, target: str) -> None:
    """The clone has its template's rows, and its numbers go on after them; of the same width, too."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT format('ALTER SEQUENCE %%I.%%I AS %%s', %(target)s, meant.sequencename, meant.data_type)
            FROM pg_sequences meant JOIN pg_sequences made USING (sequencename)
            WHERE meant.schemaname = %(source)s AND made.schemaname = %(target)s AND made.data_type <> meant.data_type
            """,
            {"source": source, "target": target},
        )
        statements = [row[0] for row in cursor.fetchall()]
        if statements:
            cursor.execute(";".join(statements))
        cursor.execute(
            "SELECT setval(format('%%I.%%I', %s::text, sequencename)::regclass, last_value) FROM pg_sequences "
            "WHERE schemaname = %s AND last_value IS NOT NULL",
            [target, source],
        )


def make_clone_function() -> None:
    """Early, by itself: made inside a long transaction, it would hold up everybody else who clones."""
    _Cloner()._create_clone_schema_function()


class _Cloner(CloneSchema):
    """Leaves the function alone once it is there; replaced each time, one of two at once would fail."""

    def _create_clone_schema_function(self) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            if self._is_there(cursor):
                return
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_FUNCTION_LOCK])
            if not self._is_there(cursor):
                super()._create_clone_schema_function()

    def _is_there(self, cursor: CursorWrapper) -> bool:
        cursor.execute("SELECT to_regproc('public.clone_schema') IS NOT NULL")
        return cursor.fetchone() == (True,)
