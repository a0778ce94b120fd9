"""Rules asked of the database: whom one matches, and what many need to know about some."""

import json
from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from contacts.custom.values import Shape
from contacts.enums import FieldKind, FieldSubject
from contacts.field_facts import LISTED, PREFIX, field_sql
from contacts.models import Contact
from scrm.core.bulk import array
from scrm.core.conditions import Condition, Leaf, Not, Sql, Use, compile_sql, compile_values, uses, widened
from scrm.core.conditions.plain import Plain, plain
from scrm.core.postgres.statements import Statement

Quicker = Callable[[Condition, datetime], Sql | None]
"""A SELECT of the ids of those for whom a rule holds; None where it can't tell."""
_quicker: Final[list[Quicker]] = []
_LOCK: Final = Statement("SELECT pg_advisory_xact_lock(number) FROM unnest(%s::bigint[]) AS given(number)")


def contact_ids_matching(condition: Condition, now: datetime, *, among: Collection[UUID] | None = None) -> list[UUID]:
    """The contacts for whom the rule holds; `among` narrows it to some."""
    found = compile_sql(condition, now)
    text = f"SELECT c.id FROM contacts_contact c WHERE c.erased_at IS NULL AND {found.text}"
    params = found.params
    if among is not None:
        text += " AND c.id = ANY(%s)"
        params = (*params, list(among))
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        return [row[0] for row in cursor.fetchall()]


def next_contact_ids_matching(condition: Condition, now: datetime, *, after: UUID | None, limit: int) -> list[UUID]:
    """The first of those for whom the rule holds, by id, behind one of them."""
    found = compile_sql(condition, now)
    text = f"SELECT c.id FROM contacts_contact c WHERE c.erased_at IS NULL AND {found.text}"
    params = found.params
    if after is not None:
        text += " AND c.id > %s"
        params = (*params, after)
    with connection.cursor() as cursor:
        cursor.execute(f"{text} ORDER BY c.id LIMIT %s", (*params, limit))
        return [row[0] for row in cursor.fetchall()]


def ask_quicker(way: Quicker) -> None:
    """Called once at start-up by a room that can tell more quickly for whom of all contacts a rule holds."""
    if way not in _quicker:
        _quicker.append(way)


def holds_of_everybody(condition: Condition, now: datetime, *, holds: bool = True) -> Sql:
    """Whether a rule holds, or does not, for the contact `c`, where it is asked about everybody at once."""
    for way in _quicker:
        if (ids := way(condition, now)) is not None:
            found = f"EXISTS (SELECT FROM ({ids.text}) AS found(id) WHERE found.id = c.id)"
            return Sql(found if holds else f"NOT {found}", ids.params)
    return compile_sql(widened(condition if holds else Not(condition), now), now)


def count_matching(condition: Condition, now: datetime) -> int:
    found = compile_sql(condition, now)
    with connection.cursor() as cursor:
        statement = f"SELECT count(*) FROM contacts_contact c WHERE c.erased_at IS NULL AND {found.text}"
        cursor.execute(statement, found.params)
        count: int = cursor.fetchone()[0]
        return count


def fact_values(
    conditions: Iterable[Condition], contact_ids: Collection[UUID], now: datetime
) -> dict[UUID, dict[Use, Any]]:
    """All that the rules need to know about these contacts, in one statement: for `Snapshot`."""
    used = uses(*conditions)
    columns = compile_values(used, now)
    text = ", ".join(filter(None, ["c.id", columns.text]))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {text} FROM contacts_contact c WHERE c.id = ANY(%s)", [*columns.params, list(contact_ids)]
        )
        return {row[0]: dict(zip(used, row[1:], strict=True)) for row in cursor.fetchall()}


def field_rule_holds(condition: Condition, of: FieldSubject, now: datetime) -> RawSQL:
    """Whether a condition over `listed_facts` holds for a row of a list: asked of the row, which is read anyway."""
    if isinstance(condition, Leaf) and condition.fact.has_rows:
        return _keys_hold(condition, plain(condition, now), LISTED[of])
    found = compile_sql(condition, now)
    return RawSQL(f"({found.text})", found.params, output_field=BooleanField())  # nosec B611


def _keys_hold(leaf: Leaf, asked: Plain, row: str) -> RawSQL:
    # The fact's own rows would be read for each contact anew: five seconds for 200,000.
    code = leaf.fact.key.removeprefix(PREFIX)
    operator = {"has_any": "?|", "has_all": "?&"}.get(asked.op)
    text = f"{row}.fields -> '{code}' {operator} %s::text[]" if operator else f"{row}.fields ? '{code}'"
    params = [list(asked.value)] if operator else []
    return RawSQL(f"({text}) IS {'' if asked.positive else 'NOT '}TRUE", params, output_field=BooleanField())  # nosec B611


def value_of_field(code: str, shape: Shape) -> RawSQL:
    """What a field of a list's row holds, as it is compared: to sort by. Choices in the order they are offered."""
    text, keys = field_sql(code, shape.kind, row=LISTED[shape.subject]), [key for key, _label in shape.choices]
    if shape.kind == FieldKind.CHOICE:
        return RawSQL(f"array_position(%s::text[], {text})", [keys])  # nosec B611
    return RawSQL(text, [])  # nosec B611


def lock_numbers(numbers: Iterable[int]) -> None:
    """Hold these advisory locks until the transaction ends; in one order, so that no two wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, ["{" + ",".join(map(str, sorted(set(numbers)))) + "}"])


class Holders(NamedTuple):
    """Whose identities are, by kind and blind index; and what the business set: the order of kinds, and what fields
    hold in what is made without them, by what they are of."""

    held: dict[tuple[str, bytes], UUID]
    precedence: list[str]
    defaults: dict[str, dict[str, Any]]


def holders_of(keys: Collection[tuple[str, bytes]]) -> Holders:
    """Whose these identities, given as kind and blind index, are, and what else recognising people asks, at once."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT NULL, NULL, NULL, (SELECT array_agg(kind::text ORDER BY position) FROM contacts_identityrule), "
            '(SELECT json_agg(json_build_array(subject, code, "default")) FROM contacts_customfield '
            'WHERE NOT archived AND "default" IS NOT NULL) '
            "UNION ALL SELECT i.kind, i.blind, i.contact_id, NULL, NULL "
            "FROM unnest(%s::text[], %s::text[]) AS given(kind, blind) "
            "JOIN contacts_identity i ON i.kind = given.kind AND i.blind = decode(given.blind, 'hex')",
            [array(kind for kind, _blind in keys), array(blind.hex() for _kind, blind in keys)],
        )
        [(_none, _none, _none, precedence, given), *rows] = cursor.fetchall()
    defaults: dict[str, dict[str, Any]] = {}
    for subject, code, value in (json.loads(given) if isinstance(given, str) else given) or ():
        defaults.setdefault(subject, {})[code] = value
    held = {(kind, bytes(blind)): contact_id for kind, blind, contact_id, _kinds, _defaults in rows}
    return Holders(held, precedence or [], defaults)


def company_ids_by_name(names: Collection[str]) -> dict[str, UUID]:
    """The companies of these names, whatever their case, by the name as given; of a second name the one it means."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT given.name, coalesce(o.merged_into_id, o.id) FROM unnest(%s::text[]) AS given(name) "
            "JOIN contacts_company o ON lower(o.name) = lower(given.name)",
            [list(names)],
        )
        return dict(cursor.fetchall())


def zones_of(contact_ids: Collection[UUID]) -> dict[UUID, str]:
    """The time zones of these contacts; empty where they have the business's own."""
    return dict(Contact.objects.filter(pk__in=set(contact_ids)).values_list("pk", "zone"))


COPIES_NEXT_DUE = "SELECT min(file_until) FROM contacts_personrequest WHERE file_until IS NOT NULL"
"""When the next copy that somebody was given is removed."""
