"""SQL about the audit trail: one statement per line, and the chain's lock."""

import json
from collections.abc import Sequence
from typing import Any, Final

from django.db import connection

from accounts.chain import Line, Link
from accounts.models import AuditEntry, AuditSeal, UnsealedEntry
from scrm.core.postgres.statements import Statement

ENTRIES: Final = AuditEntry._meta.db_table
SEALS: Final = AuditSeal._meta.db_table
UNSEALED: Final = UnsealedEntry._meta.db_table

_COLUMNS: Final = "at, actor_id, actor_label, action, subject_type, subject_id, details, ip, request_id"
_SAID: Final = ", ".join(f"e.{name}" for name in ("id", *_COLUMNS.split(", ")))

_INSERTION: Final = Statement(
    f"WITH entry AS (INSERT INTO {ENTRIES} ({_COLUMNS}) "
    f"VALUES (%s, %s, %s, %s, %s, %s, %s::jsonb, %s::inet, %s) RETURNING id) "
    f"INSERT INTO {UNSEALED} (entry_id) SELECT id FROM entry",
    is_awaited=False,
)

_SEAL_LOCK: Final = 7_120_018
"""Advisory lock: one sealer per schema."""

SEALS_NEXT_DUE: Final = f"""
    SELECT min(e.at) + interval '5 seconds' FROM {UNSEALED} u JOIN {ENTRIES} e ON e.id = u.entry_id
"""
"""A few seconds late, so that what a busy moment writes is sealed together."""


def insert_entry(values: Sequence[Any]) -> None:
    """Add an entry and note that it waits for its link: one statement, no lock that anybody else wants."""
    with connection.cursor() as cursor:
        cursor.execute(_INSERTION, values)


def try_seal_lock() -> bool:
    """Hold this schema's chain until the transaction ends; False when another sealer does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, hashtext(current_schema()))", [_SEAL_LOCK])
        return bool(cursor.fetchone()[0])


def unsealed_lines(limit: int) -> list[Line]:
    """Entries that wait, in the order they were begun."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_SAID} FROM {UNSEALED} u JOIN {ENTRIES} e ON e.id = u.entry_id ORDER BY e.id LIMIT %s", [limit]
        )
        return [_line(row) for row in cursor.fetchall()]


def links_after(number: int, limit: int) -> list[Link]:
    """The next links of the chain with their entries, or without those that are gone."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT s.number, s.entry_id, s.hash, {_SAID} FROM {SEALS} s LEFT JOIN {ENTRIES} e ON e.id = s.entry_id "
            f"WHERE s.number > %s ORDER BY s.number LIMIT %s",
            [number, limit],
        )
        return [
            Link(row[0], row[1], bytes(row[2]), _line(row[3:]) if row[3] is not None else None)
            for row in cursor.fetchall()
        ]


def loose_entries(limit: int) -> list[int]:
    """Entries that have no link though none is on its way."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT e.id FROM {ENTRIES} e WHERE NOT EXISTS (SELECT FROM {SEALS} s WHERE s.entry_id = e.id) "
            f"AND NOT EXISTS (SELECT FROM {UNSEALED} u WHERE u.entry_id = e.id) ORDER BY e.id LIMIT %s",
            [limit],
        )
        return [row[0] for row in cursor.fetchall()]


def _line(row: Sequence[Any]) -> Line:
    # Django asks psycopg for JSON as text.
    pk, at, actor_id, label, action, subject_type, subject_id, details, ip, request_id = row
    return Line(pk, at, actor_id, label, action, subject_type, subject_id, json.loads(details), ip, request_id)
