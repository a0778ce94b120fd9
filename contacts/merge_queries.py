"""SQL of merges: the rows that point to one contact become another's, and go back. Tables are told by their models."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final, cast
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import CASCADE, NOT_PROVIDED, ForeignKey, Model

from contacts.merging import Follow, Key, Marked, Numbered, OneStays, Paired, Record, Rule
from contacts.models import Contact

_TAKEN: Final = (
    "(SELECT jsonb_object_agg(said.key, said.value) FROM jsonb_each(to_jsonb(f)) said WHERE said.key = ANY(%s))"
)

_SINCE: Final = "SELECT 1 FROM jsonb_each(%s::jsonb) said WHERE to_jsonb(kept) -> said.key IS DISTINCT FROM said.value"
"""What a row, `kept`, does not say any more."""

Pointer = tuple[type[Model], str]
"""A model and its column that points to a contact."""


def try_lock_numbers(numbers: Collection[int]) -> bool:
    """Hold these advisory locks until the transaction ends; False when somebody has one of them."""
    rows = _rows("SELECT pg_try_advisory_xact_lock(number) FROM unnest(%s::bigint[]) AS given(number)", [list(numbers)])
    return all(row[0] for row in rows)


def row_of(contact_id: UUID) -> str:
    """The contact's own row as JSON."""
    text: str = _rows("SELECT to_jsonb(c)::text FROM contacts_contact c WHERE c.id = %s", [contact_id])[0][0]
    return text


def values_of(contact_id: UUID, columns: Collection[str]) -> dict[str, Any]:
    """Columns of the contact's row as JSON holds them."""
    said = json.loads(row_of(contact_id))
    return {name: said[name] for name in columns}


def fold(pointer: Pointer, rule: Rule, *, survivor: UUID, folded: UUID, record: Record) -> None:
    """Make the folded contact's rows of one table the survivor's, as its rule says; what happens is noted."""
    match rule:
        case OneStays():
            _set_aside(pointer, rule, survivor, folded, record)
        case Numbered():
            _number(pointer, rule, survivor, folded, record)
        case Marked():
            _mark(pointer, rule, survivor, folded, record)
        case Paired():
            _unpair(pointer, rule, survivor, folded, record)
        case Follow():
            pass
    model, column = pointer
    table, pk = model._meta.db_table, _pk(model)
    moved = _rows(f'UPDATE "{table}" SET "{column}" = %s WHERE "{column}" = %s RETURNING "{pk}"', [survivor, folded])
    if moved:
        record.moved.append((table, column, sorted(_key(row[0]) for row in moved)))


def move_back(pointer: Pointer, keys: Sequence[Key], *, survivor: UUID, folded: UUID) -> int:
    """Rows that went along become the folded contact's again, as far as they are the survivor's still."""
    model, column = pointer
    kind = model._meta.pk.rel_db_type(connection) if model._meta.pk else "text"
    return _changed(
        f'UPDATE "{model._meta.db_table}" SET "{column}" = %s '
        f'WHERE "{_pk(model)}" = ANY(%s::{kind}[]) AND "{column}" = %s',
        [folded, list(keys), survivor],
    )


def count_left(pointer: Pointer, keys: Sequence[Key], survivor: UUID) -> int:
    """How many of the rows that went along are the survivor's still."""
    model, column = pointer
    kind = model._meta.pk.rel_db_type(connection) if model._meta.pk else "text"
    table = model._meta.db_table
    where = f'"{_pk(model)}" = ANY(%s::{kind}[]) AND "{column}" = %s'
    count: int = _rows(f'SELECT count(*) FROM "{table}" WHERE {where}', [list(keys), survivor])[0][0]
    return count


def count_pointing(pointer: Pointer, contact_id: UUID) -> int:
    model, column = pointer
    count: int = _rows(f'SELECT count(*) FROM "{model._meta.db_table}" WHERE "{column}" = %s', [contact_id])[0][0]
    return count


def change(model: type[Model], key: Key, values: str, record: Record) -> None:
    """Set columns of one row to these values, a JSON object, and note what they were and are."""
    columns = list(json.loads(values))
    before = _values(model, columns, key)
    _patch(model, columns, key, values)
    record.changed.append((model._meta.db_table, key, before, _values(model, columns, key)))


def _values(model: type[Model], columns: Sequence[str], key: Key) -> str:
    said = "SELECT jsonb_object_agg(said.key, said.value) FROM jsonb_each(to_jsonb(kept)) said WHERE said.key = ANY(%s)"
    sql = f'SELECT ({said})::text FROM "{model._meta.db_table}" kept WHERE kept."{_pk(model)}" = %s'
    text: str = _rows(sql, [columns, key])[0][0]
    return text


def change_back(model: type[Model], key: Key, before: str, after: str) -> None:
    """Set a changed row to what it was, unless it has become something else since.

    Where what it referred to is gone meanwhile it fares as a row that had the reference then: without it, or gone too.
    """
    values, unchanged = json.loads(before), f"NOT EXISTS ({_SINCE})"
    for field in _references(model):
        name = field.column
        if values.get(name) is None or _is_there(field, values[name]):
            continue
        if field.null:
            values[name] = None
            continue
        if field.remote_field.on_delete is CASCADE:
            table = model._meta.db_table
            _changed(f'DELETE FROM "{table}" kept WHERE kept."{_pk(model)}" = %s AND {unchanged}', [key, after])
        return
    _patch(model, list(values), key, json.dumps(values), unchanged, [after])


def _references(model: type[Model]) -> Iterator[ForeignKey[Any, Any]]:
    """Foreign keys that the database holds to what they say."""
    for each in model._meta.concrete_fields:
        if isinstance(each, ForeignKey) and getattr(each, "db_constraint", True):
            yield each


def _is_there(field: ForeignKey[Any, Any], value: Any) -> bool:
    table, column = field.target_field.model._meta.db_table, field.target_field.column
    return bool(_rows(f'SELECT 1 FROM "{table}" target WHERE target."{column}" = %s', [value]))


def _patch(
    model: type[Model], columns: Sequence[str], key: Key, values: str, where: str = "true", params: Sequence[Any] = ()
) -> int:
    names = ", ".join(f'"{name}"' for name in columns)
    return _changed(
        f'UPDATE "{model._meta.db_table}" kept SET ({names}) = '
        f'(SELECT {names} FROM jsonb_populate_record(kept, %s::jsonb)) WHERE kept."{_pk(model)}" = %s AND {where}',
        [values, key, *params],
    )


def put_back(model: type[Model], rows: Sequence[str]) -> int:
    """Insert rows as they were; gives how many came back.

    A reference to what is gone meanwhile becomes empty where it may be, else the row does not come back. Columns that
    the table got since take their default.
    """
    defaults, columns, there, params = {}, [], [], []
    references = set(_references(model))
    for each in model._meta.concrete_fields:
        name = cast(str, each.column)
        if getattr(each, "generated", False):
            continue
        if each.default is not NOT_PROVIDED and not each.null and not each.primary_key:
            defaults[name] = each.get_default()
        selected = f'said."{name}"'
        if each in references:
            target = each.target_field.model._meta.db_table
            found = f'SELECT target."{each.target_field.column}" FROM "{target}" target WHERE '
            found += f'target."{each.target_field.column}" = said."{name}"'
            if each.null:
                selected = f"({found})"
            else:
                there.append(f"EXISTS ({found})")
        columns.append((name, selected))
    params = [json.dumps(defaults, cls=DjangoJSONEncoder), f"[{','.join(rows)}]"]
    table = model._meta.db_table
    return _changed(
        f'INSERT INTO "{table}" ({", ".join(_quoted(name) for name, _selected in columns)}) '
        f'SELECT {", ".join(selected for _name, selected in columns)} FROM jsonb_populate_recordset(NULL::"{table}", '
        "(SELECT jsonb_agg(%s::jsonb || each) FROM jsonb_array_elements(%s::jsonb) each)) said "
        f"WHERE {' AND '.join(there) or 'true'}",
        params,
    )


def remove(model: type[Model], keys: Collection[Key]) -> int:
    return _changed(
        f'DELETE FROM "{model._meta.db_table}" WHERE "{_pk(model)}"::text = ANY(%s)', [[str(key) for key in keys]]
    )


def withdraw_where_either_did(*, survivor: UUID, folded: UUID, now: Any, record: Record) -> None:
    """Bar the channels that one of the two withdrew last and the other allowed later: the stricter word counts."""
    rows = _rows(
        """
        WITH last AS (
            SELECT DISTINCT ON (contact_id, channel) contact_id, channel, given, at FROM contacts_consent
            WHERE contact_id IN (%s, %s) ORDER BY contact_id, channel, at DESC, id DESC)
        INSERT INTO contacts_donotcontact (contact_id, channel, reason, since)
        SELECT %s, no.channel, 'merge', %s FROM last no
        JOIN last yes ON yes.channel = no.channel AND yes.contact_id <> no.contact_id AND yes.given AND yes.at >= no.at
        WHERE NOT no.given ORDER BY no.channel
        ON CONFLICT DO NOTHING RETURNING id
        """,
        [survivor, folded, survivor, now],
    )
    record.added += [("contacts_donotcontact", row[0]) for row in rows]


def share_marks_since(*, survivor: UUID, folded: UUID, since: Any) -> int:
    """The folded contact, back again, gets the marks set while the two were one: it may have been their word."""
    return _changed(
        """
        INSERT INTO contacts_donotcontact (contact_id, channel, reason, since)
        SELECT %s, channel, reason, since FROM contacts_donotcontact WHERE contact_id = %s AND since > %s
        ON CONFLICT DO NOTHING
        """,
        [folded, survivor, since],
    )


def _set_aside(pointer: Pointer, rule: OneStays, survivor: UUID, folded: UUID, record: Record) -> None:
    """Where both have a row of a key; of several of the survivor's the first is compared."""
    model, column = pointer
    table, pk = model._meta.db_table, _pk(model)
    rows = _rows(
        f"""
        SELECT DISTINCT ON (f."{pk}") f."{pk}", to_jsonb(f)::text, s."{pk}", {rule.better}, {_TAKEN}::text
        FROM "{table}" f JOIN "{table}" s ON s."{column}" = %s AND ({_of(rule.key, "s")}) = ({_of(rule.key, "f")})
        WHERE f."{column}" = %s AND {_of(rule.where, "f")} AND {_of(rule.where, "s")}
        ORDER BY f."{pk}", s."{pk}"
        """,
        [list(rule.takes), survivor, folded],
    )
    _note_set_aside(model, rows, record)


def _note_set_aside(model: type[Model], rows: Sequence[tuple[Any, ...]], record: Record) -> None:
    """Rows of (key, whole row, key of the survivor's, whether that takes over, the values that it takes)."""
    remove(model, [row[0] for row in rows])
    overtaken = set()
    for _key_of, whole, kept, better, values in rows:
        record.removed.append((model._meta.db_table, whole))
        if better and values and kept not in overtaken:
            overtaken.add(kept)
            change(model, _key(kept), values, record)


def _number(pointer: Pointer, rule: Numbered, survivor: UUID, folded: UUID, record: Record) -> None:
    model, column = pointer
    table, pk = model._meta.db_table, _pk(model)
    rows = _rows(
        f"""
        SELECT f."{pk}", jsonb_build_object('{rule.number}', highest.number
                         + row_number() OVER (PARTITION BY f.{rule.key} ORDER BY f.{rule.number}))::text
        FROM "{table}" f JOIN LATERAL (
            SELECT max(s.{rule.number}) AS number, bool_or(s."{column}" = %s) AS both FROM "{table}" s
            WHERE s.{rule.key} = f.{rule.key} AND s."{column}" IN (%s, %s)) highest ON highest.both
        WHERE f."{column}" = %s ORDER BY f."{pk}"
        """,
        [survivor, survivor, folded, folded],
    )
    for key, after in rows:
        change(model, _key(key), after, record)


def _mark(pointer: Pointer, rule: Marked, survivor: UUID, folded: UUID, record: Record) -> None:
    model, column = pointer
    table, pk = model._meta.db_table, _pk(model)
    loser = (
        f'CASE WHEN s."{rule.later}" > f."{rule.later}" THEN s."{pk}" ELSE f."{pk}" END' if rule.later else f'f."{pk}"'
    )
    rows = _rows(
        f"""
        SELECT DISTINCT {loser} FROM "{table}" f
        JOIN "{table}" s ON s."{column}" = %s AND s.{rule.key} = f.{rule.key}
        WHERE f."{column}" = %s AND {_of(rule.where, "f")} AND {_of(rule.where, "s")}
        """,
        [survivor, folded],
    )
    for (key,) in sorted(rows):
        change(model, _key(key), json.dumps({rule.column: rule.value}), record)


def _unpair(pointer: Pointer, rule: Paired, survivor: UUID, folded: UUID, record: Record) -> None:
    model, column = pointer
    table, pk, other = model._meta.db_table, _pk(model), rule.other
    rows = _rows(
        f"""
        SELECT f."{pk}", to_jsonb(f)::text, s."{pk}", {rule.better}, {_TAKEN}::text FROM "{table}" f
        LEFT JOIN "{table}" s ON (s."{column}" = %s AND s."{other}" = f."{other}")
                              OR (s."{other}" = %s AND s."{column}" = f."{other}")
        WHERE f."{column}" = %s AND (f."{other}" = %s OR s."{pk}" IS NOT NULL) ORDER BY f."{pk}"
        """,
        [list(rule.takes), survivor, survivor, folded, survivor],
    )
    _note_set_aside(model, rows, record)


def _of(sql: str, row: str) -> str:
    return sql.replace("{row}", row)


def _pk(model: type[Model]) -> str:
    return cast(str, cast(Any, model._meta.pk).column)


def _key(value: Any) -> Key:
    return value if isinstance(value, int) else str(value)


def _quoted(name: str) -> str:
    return f'"{name}"'


def _rows(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def _changed(sql: str, params: Sequence[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)


def fold_row(*, folded: UUID, record: Record) -> str:
    """Take the folded contact's own row out; gives the name that it had."""
    row = row_of(folded)
    record.removed.insert(0, (Contact._meta.db_table, row))
    _changed("DELETE FROM contacts_contact WHERE id = %s", [folded])
    name: str = json.loads(row)["name"]
    return name


def by_table(models: Collection[type[Model]]) -> Mapping[str, type[Model]]:
    return {model._meta.db_table: model for model in models}
