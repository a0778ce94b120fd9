"""Rows of a model by a statement of ours, for what is asked at every request or arrival.

Django takes many times as long to put such a question as PostgreSQL to answer it.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model

from scrm.core.postgres.statements import Statement

Row = TypeVar("Row", bound=Model)


def stored_rows(
    model: type[Row], rest: str, params: Sequence[Any] = (), *, also: Mapping[str, str] | None = None
) -> list[Row]:
    """The rows that the statement finds, which is kept ready; `rest` is what follows FROM and the table's name.

    `also` are further expressions, each of which the row has under its name.
    """
    more = dict(also or {})
    statement, names, readers = _selection(model, rest, tuple(more.values()))
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        found = cursor.fetchall()
    rows = []
    for cells in found:
        values = [read(cell) if read else cell for cell, read in zip(cells, readers, strict=False)]
        row = model.from_db(connection.alias, names, values)
        row.__dict__.update(zip(more, cells[len(readers) :], strict=True))
        rows.append(row)
    return rows


@lru_cache(maxsize=256)
def _selection(
    model: type[Model], rest: str, also: tuple[str, ...]
) -> tuple[str, list[str], list[Callable[[Any], Any] | None]]:
    """The statement, the names of its columns, and how those are read that don't come as they are."""
    fields = model._meta.concrete_fields
    table = model._meta.db_table
    columns = ", ".join([*(f"{table}.{field.column}" for field in fields), *also])
    statement = Statement(f"SELECT {columns} FROM {table} {rest}")
    return statement, [field.attname for field in fields], [_reader(field) for field in fields]


def _reader(field: Any) -> Callable[[Any], Any] | None:
    if not hasattr(field, "from_db_value"):
        return None
    return lambda cell: field.from_db_value(cell, None, connection)
