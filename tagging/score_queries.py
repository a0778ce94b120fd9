"""The SQL of scores: what the rules give many contacts, in a few statements."""

import json
import re
from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from django.db import connection

from scrm.core.bulk import array, uuid_array
from scrm.core.postgres.statements import Statement
from tagging.enums import Band, ScoreKind
from tagging.scoring import HALF_LIVES, Part, Scoring

SCORES_NEXT_DUE = "SELECT min(due_at) FROM tagging_contactscore WHERE due_at IS NOT NULL"

_LEFT = """
    r.points * CASE WHEN r.half IS NULL THEN 1
        ELSE power(0.5::float8, (extract(epoch FROM %(now)s::timestamptz - at) / (r.half * 86400))::float8) END"""
_FRESH = f"at <= %(now)s AND (r.half IS NULL OR at > %(now)s::timestamptz - r.half * interval '{HALF_LIVES} days')"
_RULES = """unnest(%(ids)s::uuid[], %(of)s::text[], %(points)s::float8[], %(half)s::int[], %(most)s::int[])
    AS r(id, of, points, half, most)"""
_EVENTS = f"""
SELECT c.id, r.id, sum({_LEFT}), count(*), max(at)
FROM unnest(%(contacts)s::uuid[]) AS c(id)
CROSS JOIN {_RULES}
JOIN events_eventtype t ON t.code = r.of
CROSS JOIN LATERAL (
    SELECT e.occurred_at AS at FROM events_event e
    WHERE e.contact_id = c.id AND e.type_id = t.id AND e.occurred_at <= %(now)s
        AND (r.half IS NULL OR e.occurred_at > %(now)s::timestamptz - r.half * interval '{HALF_LIVES} days')
    ORDER BY e.occurred_at DESC LIMIT r.most
) counted
GROUP BY c.id, r.id
"""
_TAGS = f"""
SELECT a.contact_id, r.id, {_LEFT}, 1, at
FROM {_RULES}
JOIN (SELECT contact_id, tag_id, at, expires_at FROM tagging_tagassignment) a ON a.tag_id = r.of::uuid
WHERE a.contact_id = ANY(%(contacts)s::uuid[]) AND (a.expires_at IS NULL OR a.expires_at > %(now)s) AND {_FRESH}
"""

_FEW: Final = 10
"""Of so few contacts the statement is kept ready: to plan it takes three times as long as to carry it out."""
_VALUE: Final = re.compile(r"%\((\w+)\)s")
_SCORED_AGAIN: Final = """
INSERT INTO tagging_contactscore (contact_id, points, band, parts, due_at)
SELECT c.id, 0, 'cold', '[]', %(now)s::timestamptz FROM contacts_contact c
WHERE c.id = ANY(%(contacts)s::uuid[]) AND EXISTS (
    SELECT 1 FROM tagging_scorerule r WHERE r.active AND (%(anything)s::boolean OR r.kind = 'condition'
        OR r.kind = 'event' AND r.event_type = ANY(%(types)s::text[])
        OR r.kind = 'tag' AND r.tag_id = ANY(%(tags)s::uuid[])))
ORDER BY c.id
ON CONFLICT (contact_id) DO UPDATE SET due_at = EXCLUDED.due_at
    WHERE tagging_contactscore.due_at IS NULL OR tagging_contactscore.due_at > EXCLUDED.due_at
RETURNING 1"""


def claim_due(limit: int, now: datetime) -> list[UUID]:
    """Hold the next contacts whose score must be counted again; others work on the rest beside us."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT contact_id FROM tagging_contactscore WHERE due_at <= %s ORDER BY due_at LIMIT %s "
            "FOR UPDATE SKIP LOCKED",
            [now, limit],
        )
        return [row[0] for row in cursor.fetchall()]


def parts_by_contact(rules: Sequence[Scoring], contact_ids: Collection[UUID], now: datetime) -> dict[UUID, list[Part]]:
    """What rules on events and tags give each of these contacts."""
    found: dict[UUID, list[Part]] = {contact_id: [] for contact_id in contact_ids}
    for kind, statement in ((ScoreKind.EVENT, _EVENTS), (ScoreKind.TAG, _TAGS)):
        asked = [rule for rule in rules if rule.kind == kind]
        if not asked or not found:
            continue
        with connection.cursor() as cursor:
            cursor.execute(
                statement,
                {
                    "contacts": list(found),
                    "now": now,
                    "ids": [rule.id for rule in asked],
                    "of": [rule.of for rule in asked],
                    "points": [float(rule.points) for rule in asked],
                    "half": [rule.half_life_days for rule in asked],
                    "most": [rule.most for rule in asked],
                },
            )
            for contact_id, rule_id, points, times, last in cursor.fetchall():
                found[contact_id].append(Part(rule_id, float(points), times, last))
    return found


def write_scores(rows: Sequence[tuple[UUID, Decimal, Band, list[Part], datetime | None]], now: datetime) -> None:
    """(contact, points, band, parts, when again) of claimed contacts."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE tagging_contactscore AS kept
            SET points = given.points, band = given.band, parts = given.parts, due_at = given.due_at, computed_at = %s
            FROM unnest(%s::uuid[], %s::numeric[], %s::text[], %s::jsonb[], %s::timestamptz[])
                AS given(id, points, band, parts, due_at)
            WHERE kept.contact_id = given.id
            """,
            [
                now,
                [row[0] for row in rows],
                [row[1] for row in rows],
                [row[2].value for row in rows],
                [_as_json(row[3]) for row in rows],
                [row[4] for row in rows],
            ],
        )


def mark_due(
    contact_ids: Collection[UUID],
    *,
    event_types: Collection[str],
    tag_ids: Collection[UUID],
    anything: bool,
    now: datetime,
    beside: Sequence[tuple[str, dict[str, Any]]] = (),
) -> bool:
    """Have these contacts counted again, as far as they still are, if a rule asks about what changed.

    `beside`: INSERTs that RETURN a row for each they made, with their parameters, that go along; True for theirs too.
    """
    values = {name: value for _text, params in beside for name, value in params.items()} | {
        "now": now,
        "contacts": uuid_array(contact_ids),
        "types": array(event_types),
        "tags": uuid_array(tag_ids),
        "anything": anything,
    }
    statement, names = _noting(tuple(text for text, _params in beside), len(contact_ids) <= _FEW)
    with connection.cursor() as cursor:
        cursor.execute(statement, [values[name] for name in names])
        return bool(cursor.fetchone()[0])


@lru_cache(maxsize=16)
def _noting(beside: tuple[str, ...], is_kept: bool) -> tuple[Statement, list[str]]:
    """What notes changes, and the names of its values in order."""
    riders = [f"beside_{place} AS ({text})" for place, text in enumerate(beside)]
    made = " + ".join(f"(SELECT count(*) FROM {name.split()[0]})" for name in ["scored", *riders])
    text = f"WITH {''.join(f'{rider}, ' for rider in riders)} scored AS ({_SCORED_AGAIN}) SELECT {made}"
    return Statement(_VALUE.sub("%s", text), is_kept=is_kept), _VALUE.findall(text)


def mark_all_due(now: datetime) -> int:
    """Have everybody counted again: the rules have changed."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO tagging_contactscore (contact_id, points, band, parts, due_at)
            SELECT c.id, 0, 'cold', '[]', %(now)s FROM contacts_contact c WHERE c.erased_at IS NULL ORDER BY c.id
            ON CONFLICT (contact_id) DO UPDATE SET due_at = EXCLUDED.due_at
                WHERE tagging_contactscore.due_at IS NULL OR tagging_contactscore.due_at > EXCLUDED.due_at
            """,
            {"now": now},
        )
        return int(cursor.rowcount)


def _as_json(parts: Sequence[Part]) -> str:
    return json.dumps(
        [
            {
                "rule": str(part.rule_id),
                "points": round(part.points, 1),
                "times": part.times,
                "last": part.last.isoformat() if part.last else None,
            }
            for part in parts
        ]
    )
