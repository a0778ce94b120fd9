"""Rows of a model by a statement of ours, for what is asked at every request or arrival.

Django takes many times as long to put such a question as PostgreSQL to answer it.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model

from scrm.core.postgres.statements import Statement

Row = TypeVar("Row", bound=Model)


def stored_rows(model: type[Row], rest: str, params: Sequence[Any] = ()) -> list[Row]:
    """The rows that the statement finds, which is kept ready; `rest` is what follows FROM and the table's name."""
    statement, names, readers = _selection(model, rest)
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        found = cursor.fetchall()
    return [
        model.from_db(
            connection.alias,
            names,
            [read(cell) if read else cell for cell, read in zip(row, readers, strict=True)],
        )
        for row in found
    ]


@lru_cache(maxsize=256)
def _selection(model: type[Model], rest: str) -> tuple[str, list[str], list[Callable[[Any], Any] | None]]:
    """The statement, the names of its columns, and how those are read that don't come as they are."""
    fields = model._meta.concrete_fields
    table = model._meta.db_table
    columns = ", ".join(f"{table}.{field.column}" for field in fields)
    statement = Statement(f"SELECT {columns} FROM {table} {rest}")
    return statement, [field.attname for field in fields], [_reader(field) for field in fields]


def _reader(field: Any) -> Callable[[Any], Any] | None:
    if not hasattr(field, "from_db_value"):
        return None
    return lambda cell: field.from_db_value(cell, None, connection)
