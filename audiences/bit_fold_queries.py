"""The SQL that keeps bit strings: begun, folded, made anew."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.utils import OperationalError
from psycopg2 import errors

from audiences.bit_models import CHUNK
from audiences.bit_queries import NOBODY, read_family
from scrm.core.conditions import Family, Sql, facts

KEPT_FROM: Final = 20_000
"""A business with fewer contacts is counted by SQL as fast."""
FOLD_SECONDS: Final = 15
_AT_ONCE: Final = 20_000
"""Notes that one fold takes: a statement holds what it changes."""
_PATIENCE: Final = "100ms"

_ALIVE: Final = Family("", f"SELECT a.id, '{UUID(int=0)}'::uuid FROM contacts_contact a WHERE a.erased_at IS NULL")
"""Everybody who is somebody."""

_IS_GROWN: Final = f"""
SELECT EXISTS (SELECT FROM pg_class WHERE oid = to_regclass('contacts_contact') AND reltuples >= {KEPT_FROM})
"""
BITS_NEXT_DUE: Final = f"""
SELECT min(at) FROM (
    SELECT CASE WHEN as_of IS NULL THEN clock_timestamp()
        WHEN EXISTS (SELECT FROM audiences_bitnote) THEN as_of + interval '{FOLD_SECONDS} seconds'
        ELSE as_of + interval '1 hour' END FROM audiences_bitfold
    UNION ALL
    SELECT clock_timestamp() WHERE NOT EXISTS (SELECT FROM audiences_bitfold) AND ({_IS_GROWN.strip()})
) AS due(at)
"""

_BIT: Final = f"bit_or(set_bit({NOBODY}, p.spot, 1))"
# One statement sees one moment: the notes that it takes are those of the changes that it reads. OFFSET 0 has each
# contact looked up by its indexes: PostgreSQL, which doesn't know how few were noted, would read all tags there are.
_FOLD: Final = f"""
WITH taken AS (
    DELETE FROM audiences_bitnote WHERE id IN (SELECT n.id FROM audiences_bitnote n ORDER BY n.id LIMIT {_AT_ONCE})
    RETURNING contact_id
), touched AS MATERIALIZED (
    SELECT DISTINCT t.contact_id FROM taken t {{turning}}
), fresh AS (
    INSERT INTO audiences_bitplace (contact_id, chunk, spot)
    SELECT n.id, n.place / {CHUNK}, n.place %% {CHUNK} FROM (
        SELECT c.id, f.next_place - 1 + row_number() OVER (ORDER BY c.id) AS place
        FROM audiences_bitfold f, touched t JOIN contacts_contact c ON c.id = t.contact_id
        WHERE NOT EXISTS (SELECT FROM audiences_bitplace p WHERE p.contact_id = c.id)) n
    RETURNING contact_id, chunk, spot
), places AS MATERIALIZED (
    SELECT p.contact_id, p.chunk, p.spot FROM touched t JOIN audiences_bitplace p ON p.contact_id = t.contact_id
    UNION ALL SELECT contact_id, chunk, spot FROM fresh
), wanted AS MATERIALIZED (
    SELECT r.family, r.key, p.chunk, {_BIT} AS bits
    FROM places p CROSS JOIN LATERAL (
        SELECT all_of_them.family, all_of_them.key FROM ({{rows}}) AS all_of_them(family, contact_id, key)
        WHERE all_of_them.contact_id = p.contact_id OFFSET 0) AS r
    GROUP BY r.family, r.key, p.chunk
), masks AS MATERIALIZED (
    SELECT p.chunk, {_BIT} AS bits FROM places p GROUP BY p.chunk
), mended AS (
    UPDATE audiences_bitchunk b SET bits = m.bits FROM (
        SELECT old.id, (old.bits & ~k.bits) | coalesce(w.bits, {NOBODY}) AS bits
        FROM masks k JOIN audiences_bitchunk old ON old.chunk = k.chunk
        LEFT JOIN wanted w ON w.family = old.family AND w.key = old.key AND w.chunk = old.chunk) m
    WHERE m.id = b.id AND m.bits <> b.bits
), added AS (
    INSERT INTO audiences_bitchunk (family, key, chunk, bits)
    SELECT w.family, w.key, w.chunk, w.bits FROM wanted w WHERE NOT EXISTS (
        SELECT FROM audiences_bitchunk b WHERE b.family = w.family AND b.key = w.key AND b.chunk = w.chunk)
), gone AS (
    DELETE FROM audiences_bitplace p USING touched t WHERE p.contact_id = t.contact_id
    AND NOT EXISTS (SELECT FROM contacts_contact c WHERE c.id = t.contact_id)
)
UPDATE audiences_bitfold SET as_of = %s, next_place = next_place + (SELECT count(*) FROM fresh)
RETURNING (SELECT count(*) FROM taken) = {_AT_ONCE}
"""

_FORGET_NOTES: Final = "DELETE FROM audiences_bitnote"
_REMOVE_PLACES: Final = """
DELETE FROM audiences_bitplace p WHERE NOT EXISTS (SELECT FROM contacts_contact c WHERE c.id = p.contact_id)
"""
_GIVE_PLACES: Final = f"""
WITH fresh AS (
    INSERT INTO audiences_bitplace (contact_id, chunk, spot)
    SELECT n.id, n.place / {CHUNK}, n.place %% {CHUNK} FROM (
        SELECT c.id, f.next_place - 1 + row_number() OVER (ORDER BY c.id) AS place
        FROM audiences_bitfold f, contacts_contact c
        WHERE NOT EXISTS (SELECT FROM audiences_bitplace p WHERE p.contact_id = c.id)) n
    RETURNING 1
)
UPDATE audiences_bitfold SET as_of = %s, next_place = next_place + (SELECT count(*) FROM fresh)
"""
_FORGET_BITS: Final = "DELETE FROM audiences_bitchunk"
_MAKE_BITS: Final = f"""
INSERT INTO audiences_bitchunk (family, key, chunk, bits)
SELECT r.family, r.key, p.chunk, {_BIT}
FROM ({{rows}}) AS r(family, contact_id, key) JOIN audiences_bitplace p ON p.contact_id = r.contact_id
GROUP BY r.family, r.key, p.chunk
"""


def families() -> list[Family]:
    """All of which bit strings are kept."""
    return [_ALIVE, *dict.fromkeys(fact.kept.family for fact in facts.by_key.values() if fact.kept)]


def is_grown() -> bool:
    """Whether the business has so many contacts that bits are faster; as PostgreSQL last counted them."""
    with connection.cursor() as cursor:
        cursor.execute(_IS_GROWN)
        return cursor.fetchone() == (True,)


def begin_notes() -> bool:
    """From its commit on whatever changes is noted; False when somebody writes just now and must not be waited for.

    The lock is the proof: who wrote without noting has committed before it is given, and is seen by whoever reads
    after it. Who comes later waits, and then sees the row.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [_PATIENCE])
        try:
            cursor.execute("LOCK TABLE audiences_bitfold IN ACCESS EXCLUSIVE MODE")
        except OperationalError as error:
            if isinstance(error.__cause__, errors.LockNotAvailable):
                return False
            raise
        cursor.execute("INSERT INTO audiences_bitfold (id, next_place) VALUES (1, 0) ON CONFLICT DO NOTHING")
        return True


def fold(now: datetime) -> bool:
    """Set the bits of those who were noted, and forget the notes; whether there may be more. The row is held."""
    kept = families()
    turning = [read_family(family.turning, now) for family in kept if family.turning]
    rows = _rows(kept, now)
    text = _FOLD.format(turning=" ".join(f"UNION {each.text}" for each in turning), rows=rows.text)
    with connection.cursor() as cursor:
        cursor.execute(text, [*(param for each in turning for param in each.params), *rows.params, now])
        return cursor.fetchone() == (True,)


def make_anew(now: datetime) -> None:
    """All bits from the truth; what is noted meanwhile stays noted, and is folded again. The row is held."""
    with connection.cursor() as cursor:
        for statement in (_FORGET_NOTES, _REMOVE_PLACES, _FORGET_BITS):
            cursor.execute(statement)
        cursor.execute(_GIVE_PLACES, [now])
        for family in families():
            rows = _rows([family], now)
            cursor.execute(_MAKE_BITS.format(rows=rows.text), rows.params)


def _rows(kept: list[Family], now: datetime) -> Sql:
    each = [(family, read_family(family.rows, now)) for family in kept]
    text = " UNION ALL ".join(f"SELECT '{family.name}', f.* FROM ({rows.text}) AS f" for family, rows in each)
    return Sql(text, tuple(param for _family, rows in each for param in rows.params))
