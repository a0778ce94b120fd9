"""SQL of migrations over many schemas."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

LOCK_TIMEOUT = "2s"
"""How long a migration may keep a table's readers waiting behind it, before it steps back and tries again."""
_SCHEMAS_AT_ONCE = 200


def schemas_migrated() -> set[str]:
    """Schemas that keep a record of their migrations."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT schemaname FROM pg_tables WHERE tablename = 'django_migrations'")
        return {row[0] for row in cursor.fetchall()}


def migrations_missing(expected: Sequence[str], schemas: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """What each schema lacks of the expected `app.name`s; a schema that lacks nothing is left out."""
    lacking: dict[str, tuple[str, ...]] = {}
    with connection.cursor() as cursor:
        for first in range(0, len(schemas), _SCHEMAS_AT_ONCE):
            each = " UNION ALL ".join(
                f"SELECT {position}, ARRAY(SELECT unnest(%(expected)s) EXCEPT "
                f"SELECT app || '.' || name FROM \"{schema}\".django_migrations ORDER BY 1)"
                for position, schema in enumerate(schemas[first : first + _SCHEMAS_AT_ONCE], first)
            )
            cursor.execute(
                f"SELECT position, names FROM ({each}) AS schemas(position, names) WHERE names <> '{{}}'",
                {"expected": list(expected)},
            )
            lacking |= {schemas[position]: tuple(names) for position, names in cursor.fetchall()}
    return lacking


def limit_lock_waits(*, limited: bool) -> None:
    """For this connection, from now on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [LOCK_TIMEOUT if limited else "0"])


@contextmanager
def recorded() -> Iterator[list[str]]:
    """What Django's schema editors run meanwhile on this connection, complete with values."""
    statements: list[str] = []
    wrapper: Any = connection
    plain = wrapper.SchemaEditorClass

    def execute(editor: Any, sql: Any, params: Any = ()) -> None:
        text = str(sql) if params is None else editor.connection.ops.compose_sql(str(sql), params)
        statements.append(text)
        plain.execute(editor, text, None)

    wrapper.SchemaEditorClass = type("RecordingSchemaEditor", (plain,), {"execute": execute})
    try:
        yield statements
    finally:
        wrapper.SchemaEditorClass = plain


def repeat_migration(*, schema: str, app: str, name: str, statements: Iterable[str], words_from: str | None) -> None:
    """Run recorded statements in a schema and record the migration there, in one transaction.

    With `words_from` also what Django keeps about models, as that schema has it.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'SET LOCAL search_path = "{schema}", public')
        # One message for all of them; without parameters the driver leaves percent signs alone.
        if text := ";\n".join(statements):
            cursor.execute(text)
        cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, now())", [app, name])
        if words_from:
            copy_words(source=words_from, target=schema)


def copy_words(*, source: str, target: str) -> None:
    """Content types and permissions that the source has and the target lacks: what Django makes after migrating."""
    if source == target:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO "{target}".django_content_type (app_label, model)
            SELECT app_label, model FROM "{source}".django_content_type
            EXCEPT SELECT app_label, model FROM "{target}".django_content_type;
            INSERT INTO "{target}".auth_permission (name, content_type_id, codename)
            SELECT meant.name, own.id, meant.codename
            FROM "{source}".auth_permission meant
            JOIN "{source}".django_content_type kind ON kind.id = meant.content_type_id
            JOIN "{target}".django_content_type own USING (app_label, model)
            WHERE NOT EXISTS (SELECT FROM "{target}".auth_permission there
                              WHERE there.content_type_id = own.id AND there.codename = meant.codename)
            """
        )


def drop_broken_indexes(names: Iterable[str]) -> None:
    """Those of the names that a broken-off CREATE INDEX CONCURRENTLY has left in the current schema."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid "
            "WHERE NOT indisvalid AND relnamespace = current_schema()::regnamespace AND relname = ANY(%s)",
            [list(names)],
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP INDEX CONCURRENTLY "{name}"')


def wait(seconds: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(%s)", [seconds])
