"""SQL over whatever tables the inventory names: a person's rows counted, read, emptied and deleted."""

from collections.abc import Iterator, Sequence
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

from scrm.flows.personal.inventory import FIELDS, PERSON, TOKEN, Inventory, Mark, Rows, Table, Way

_AT_ONCE: Final = 1000
_TEXTS: Final = (models.CharField, models.TextField, models.FileField)

Found = dict[str, list[Any]]
"""Ids of rows that are told to be a person's by what is sealed in them, by table."""


def columns_there() -> dict[str, list[str]]:
    """Every table of this schema with its columns."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT owner.relname, array_agg(part.attname::text ORDER BY part.attnum) FROM pg_class owner "
            "JOIN pg_attribute part ON part.attrelid = owner.oid AND part.attnum > 0 AND NOT part.attisdropped "
            "WHERE owner.relnamespace = current_schema()::regnamespace AND owner.relkind IN ('r', 'p') "
            "GROUP BY owner.relname ORDER BY owner.relname"
        )
        return dict(cursor.fetchall())


def count_rows(table: Table, contact_id: UUID, found: Found) -> int:
    where, values = _theirs(table, contact_id, found)
    return int(_all(f"SELECT count(*) FROM {_name(table.name)} WHERE {where}", values)[0][0])


def rows_of(table: Table, contact_id: UUID, found: Found) -> Iterator[dict[str, Any]]:
    """A person's rows, whole, bit by bit in the order of their key."""
    model = model_of(table.name)
    key = str(model._meta.pk.column) if model._meta.pk else "id"
    where, values = _theirs(table, contact_id, found)
    after: Any = None
    while True:
        beyond, more = (f" AND {_name(key)} > %s", [after]) if after is not None else ("", [])
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT * FROM {_name(table.name)} WHERE {where}{beyond} ORDER BY {_name(key)} LIMIT {_AT_ONCE}",
                [*values, *more],
            )
            names = [column[0] for column in cursor.description]
            batch = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        yield from batch
        if len(batch) < _AT_ONCE:
            return
        after = batch[-1][key]


def searched_rows(table: Table) -> Iterator[Any]:
    """Rows whose sealed column is to be opened and searched."""
    rows = model_of(table.name)._default_manager.exclude(**{table.searched: None}).order_by("pk")
    return rows.iterator(chunk_size=_AT_ONCE)


def erase_rows(contact_id: UUID, found: Found, *, inventory: Inventory = FIELDS) -> dict[str, int]:
    """Empty or delete all rows of a held person, those furthest from it first; gives how many of each table."""
    erased: dict[str, int] = {}
    for table in _furthest_first(inventory):
        where, values = _theirs(table, contact_id, found)
        if table.rows is Rows.DELETE:
            erased[table.name] = _run(f"DELETE FROM {_name(table.name)} WHERE {where}", values)
        elif table.emptied:
            emptied = ", ".join(f"{_name(column)} = {_nothing(table, column)}" for column in table.emptied)
            erased[table.name] = _run(f"UPDATE {_name(table.name)} SET {emptied} WHERE {where}", values)
    return {name: count for name, count in erased.items() if count}


def left_over(contact_id: UUID, found: Found, *, inventory: Inventory = FIELDS) -> dict[str, int]:
    """Rows in which something personal of an erased person still stands: none, if all went well."""
    left: dict[str, int] = {}
    for table in _furthest_first(inventory):
        where, values = _theirs(table, contact_id, found)
        if table.rows is Rows.KEEP:
            personal = table.columns(Mark.PERSONAL)
            if not personal:
                continue
            said = " OR ".join(f"{_name(column)} IS DISTINCT FROM {_nothing(table, column)}" for column in personal)
            where = f"{where} AND ({said})"
        left[table.name] = int(_all(f"SELECT count(*) FROM {_name(table.name)} WHERE {where}", values)[0][0])
    return {name: count for name, count in left.items() if count}


def files_named(contact_id: UUID, found: Found, *, inventory: Inventory = FIELDS) -> list[str]:
    """The files that an erasure of this person leaves without a row that names them."""
    names: list[str] = []
    for table in inventory.of_persons():
        gone = table.marks if table.rows is Rows.DELETE else table.emptied
        columns = [column for column in file_columns(table.name) if column in gone]
        for row in rows_of(table, contact_id, found) if columns else ():
            names += [row[column] for column in columns if row[column]]
    return names


def file_columns(name: str) -> list[str]:
    return [str(each.column) for each in model_of(name)._meta.concrete_fields if isinstance(each, models.FileField)]


def model_of(name: str) -> Any:
    return next(model for model in apps.get_models(include_auto_created=True) if model._meta.db_table == name)


def title_of(name: str) -> str:
    """What a table is called; one that only ties two others together goes by the relation it holds."""
    model = model_of(name)
    owner = model._meta.auto_created
    if not owner:
        return str(model._meta.verbose_name_plural)
    tie = next(each for each in owner._meta.many_to_many if each.remote_field.through is model)
    return f"{owner._meta.verbose_name_plural}: {tie.verbose_name}"


def field_of(name: str, column: str) -> "models.Field[Any, Any]":
    return next(field for field in model_of(name)._meta.concrete_fields if field.column == column)


def _furthest_first(inventory: Inventory) -> list[Table]:
    return sorted(inventory.of_persons(), key=lambda table: -inventory.depth(table.name))


def _theirs(table: Table, contact_id: UUID, found: Found) -> tuple[str, list[Any]]:
    """The condition that a row is the person's, and its values."""
    ways = [_by(way, contact_id) for way in table.of]
    if table.searched:
        ids = found.get(table.name, [])
        ways.append(("id = ANY(%s)", [ids]) if ids else ("false", []))
    text = " OR ".join(where for where, _values in ways)
    return f"({text})", [value for _where, values in ways for value in values]


def _by(way: Way, contact_id: UUID) -> tuple[str, list[Any]]:
    if way.table == PERSON:
        return f"{_name(way.column)} = %s", [contact_id]
    # What is searched for in the other table says nothing of this one.
    where, values = _theirs(FIELDS.tables[way.table], contact_id, {})
    return f"{_name(way.column)} IN (SELECT {_name(way.key)} FROM {_name(way.table)} WHERE {where})", values


def _nothing(table: Table, column: str) -> str:
    """What stands in an emptied column."""
    kind = field_of(table.name, column)
    if table.leaves.get(column) == TOKEN:
        in_bytes = isinstance(kind, models.BinaryField)
        return "uuid_send(gen_random_uuid())" if in_bytes else "'erased:' || gen_random_uuid()"
    if kind.null:
        return "NULL"
    if isinstance(kind, models.JSONField):
        return f"CASE jsonb_typeof({_name(column)}) WHEN 'array' THEN '[]'::jsonb ELSE '{{}}'::jsonb END"
    if isinstance(kind, ArrayField):
        return "'{}'"
    if isinstance(kind, _TEXTS):
        return "''"
    raise TypeError(f"[{table.name}] does not say what it leaves in {column}")


def _name(name: str) -> str:
    return f'"{name}"'


def _all(text: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _run(text: str, values: Sequence[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return int(cursor.rowcount)
