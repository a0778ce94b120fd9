"""Writes many rows of one table in one statement, as columns: what `bulk_create` does, several times as fast."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, cast
from uuid import UUID

from django.db import connection
from django.db.models import Field, Model

from scrm.core.copying import copy_rows
from scrm.core.postgres.statements import Statement

# From here on COPY is faster; below, a statement that shows in a log as any other.
COPIED_FROM = 50

_encode = json.JSONEncoder(ensure_ascii=False).encode

Columns = Mapping[str, Sequence[Any]]
Constants = Mapping[str, Any]


def insert_columns(
    model: type[Model],
    columns: Columns,
    constants: Constants | None = None,
    *,
    on_conflict: str = "",
    returning: str = "",
) -> list[tuple[Any, ...]]:
    """Insert one row per place in the columns, keyed by column name; constants are the same in each row.

    Columns that neither names take the model's default. `on_conflict` is what follows ON CONFLICT.
    """
    rows = _length(columns)
    if not rows:
        return []
    said = constants or {}
    given = {str(field.column): field.get_default() for field in _left_out(model, (*columns, *said))} | dict(said)
    if rows >= COPIED_FROM and not on_conflict and not returning:
        names = [*columns, *given]
        kinds = [_kind(model, name) for name in names]
        copy_rows(model._meta.db_table, names, kinds, list(columns.values()), list(given.values()))
        return []
    text = _insertion(model, tuple(columns), tuple(given), rows == 1, on_conflict, returning)
    if rows == 1:
        row = {name: values[0] for name, values in columns.items()} | given
        return _run(text, [_value(_kind(model, name), value) for name, value in row.items()], rows=bool(returning))
    # The select list comes before FROM, so the constants come before the columns.
    params = [*(_value(_kind(model, name), value) for name, value in given.items()), *_arrays(model, columns)]
    return _run(text, params, rows=bool(returning))


def update_columns(model: type[Model], columns: Columns, constants: Constants | None = None) -> None:
    """Set columns of the rows whose `id` is given as a column. Lock the rows first, in one order."""
    rows = _length(columns)
    if not rows:
        return
    said = constants or {}
    if rows == 1:
        row = (
            {name: values[0] for name, values in columns.items() if name != "id"}
            | dict(said)
            | {"id": columns["id"][0]}
        )
        _run(_single_change(model, tuple(row)), [_value(_kind(model, name), value) for name, value in row.items()])
        return
    text = _change(model, tuple(columns), tuple(said))
    _run(text, [*(_value(_kind(model, name), value) for name, value in said.items()), *_arrays(model, columns)])


def _run(text: str, params: Sequence[Any], *, rows: bool = False) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        return cursor.fetchall() if rows else []


def _length(columns: Columns) -> int:
    lengths = {len(values) for values in columns.values()}
    if len(lengths) != 1:
        raise ValueError(f"columns of different lengths: { {name: len(each) for name, each in columns.items()} }")
    return lengths.pop()


# A program writes the same few columns of its tables again and again: their statements are made once.
@lru_cache(maxsize=1024)
def _insertion(
    model: type[Model],
    columns: tuple[str, ...],
    constants: tuple[str, ...],
    single: bool,
    on_conflict: str,
    returning: str,
) -> str:
    names = [*columns, *constants]
    begin = f"INSERT INTO {model._meta.db_table} ({', '.join(names)})"
    end = f" ON CONFLICT {on_conflict}" if on_conflict else ""
    end += f" RETURNING {returning}" if returning else ""
    if single:
        return Statement(f"{begin} VALUES ({', '.join(['%s'] * len(names))}){end}", is_awaited=bool(returning))
    selected = [*(_selected(model, name) for name in columns), *(f"%s::{_kind(model, name)}" for name in constants)]
    return f"{begin} SELECT {', '.join(selected)} FROM {_unnested(model, columns)} ORDER BY place{end}"


@lru_cache(maxsize=1024)
def _change(model: type[Model], columns: tuple[str, ...], constants: tuple[str, ...]) -> str:
    settings = [f"{name} = {_selected(model, name)}" for name in columns if name != "id"]
    settings += [f"{name} = %s::{_kind(model, name)}" for name in constants]
    return (
        f"UPDATE {model._meta.db_table} AS kept SET {', '.join(settings)} FROM {_unnested(model, columns)} "
        f"WHERE kept.id = {_selected(model, 'id')}"
    )


@lru_cache(maxsize=1024)
def _single_change(model: type[Model], columns: tuple[str, ...]) -> str:
    """The last column is the id."""
    settings = ", ".join(f"{name} = %s" for name in columns[:-1])
    text = f"UPDATE {model._meta.db_table} SET {settings} WHERE {columns[-1]} = %s"
    return Statement(text, is_kept=False, is_awaited=False)


@lru_cache(maxsize=1024)
def _left_out(model: type[Model], names: tuple[str, ...]) -> "list[Field[Any, Any]]":
    """Columns that take the model's default."""
    fields = model._meta.concrete_fields
    return [each for each in fields if each.column and each.column not in names and not each.primary_key]


def _unnested(model: type[Model], columns: Iterable[str]) -> str:
    arrays = ", ".join(f"%s::{_carried(_kind(model, name))}[]" for name in columns)
    names = ", ".join(f"v_{name}" for name in columns)
    return f"unnest({arrays}) WITH ORDINALITY AS given({names}, place)"


def _arrays(model: type[Model], columns: Columns) -> list[str]:
    return [_WRITERS.get(_kind(model, name), array)(each) for name, each in columns.items()]


def _selected(model: type[Model], name: str) -> str:
    # Bytes travel as hexadecimal: an array of them would be adapted one by one in Python.
    kind = _kind(model, name)
    if kind == "bytea":
        return f"decode(v_{name}, 'hex')"
    # unnest() would take the arrays of an array apart.
    return f"v_{name}::{kind}" if kind.endswith("[]") else f"v_{name}"


def _carried(kind: str) -> str:
    # Cast on the way in, varchar(n) would cut what is too long; assigned, it is refused.
    return "text" if kind == "bytea" or kind.startswith("varchar") or kind.endswith("[]") else kind


@lru_cache(maxsize=4096)
def _kind(model: type[Model], name: str) -> str:
    kind = _field(model, name).db_type(connection)
    if kind is None:
        raise ValueError(f"{model.__name__}.{name} is no column")
    return kind


def _field(model: type[Model], column: str) -> "Field[Any, Any]":
    return next(field for field in model._meta.concrete_fields if field.column == column)


def _value(kind: str, value: Any) -> Any:
    """One value as the driver takes it."""
    if kind == "jsonb":
        return None if value is None else _encode(value)
    if kind.endswith("[]"):
        return array(value)
    return value.hex if isinstance(value, UUID) else value


def array(values: Iterable[str | None]) -> str:
    """Texts as one array literal: PostgreSQL reads it many times as fast as an ARRAY of as many literals."""
    listed = list(values)
    if not listed:
        return "{}"
    if None in listed:
        return "{" + ",".join("NULL" if value is None else f'"{_escaped(value)}"' for value in listed) + "}"
    # Escaped all at once: NUL, which no text in PostgreSQL holds, keeps them apart meanwhile.
    together = "\0".join(cast(list[str], listed))
    if together.count("\0") != len(listed) - 1:
        raise ValueError("A text holds NUL, which PostgreSQL can't store.")
    return '{"' + _escaped(together).replace("\0", '","') + '"}'


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')


def _plain(values: Iterable[Any]) -> str:
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


def uuid_array(values: Iterable[UUID | None]) -> str:
    """UUIDs as one array literal: a list of them the driver would adapt one by one."""
    # `hex` takes a third of the time of str(), and PostgreSQL reads it as well.
    return "{" + ",".join(["NULL" if value is None else value.hex for value in values]) + "}"


def _json(values: Iterable[Any]) -> str:
    return array([None if value is None else _encode(value) for value in values])


def _hex(values: Iterable[bytes | None]) -> str:
    return "{" + ",".join(["NULL" if value is None else value.hex() for value in values]) + "}"


def _moments(values: Iterable[datetime | None]) -> str:
    return array([None if value is None else value.isoformat() for value in values])


_WRITERS: dict[str, Callable[[Iterable[Any]], str]] = {
    "uuid": uuid_array,
    "jsonb": _json,
    "bytea": _hex,
    "text[]": lambda values: array(map(array, values)),
    "timestamp with time zone": _moments,
    **dict.fromkeys(("boolean", "smallint", "integer", "bigint"), _plain),
}
