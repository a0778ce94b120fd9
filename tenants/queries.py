"""SQL about schemas."""

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django_tenants.clone import CloneSchema

_CLONE_LOCK = 7_120_001
"""Advisory lock: a clone never runs beside a migration of its template."""
_FUNCTION_LOCK = 7_120_002
"""Advisory lock: two who clone at once can't both make the function that clones."""


def make_schema(schema_name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema_name}"')


def clone_schema(source: str, target: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_CLONE_LOCK])
    _Cloner().clone_schema(source, target)


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
