"""The SQL of tags."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from scrm.core.bulk import array
from scrm.core.postgres.statements import Statement

_RULES: Final = Statement(
    "SELECT r.id, r.tag_id, r.event_type, r.condition, r.name, r.listens, r.over_hand FROM tagging_tagrule r "
    "JOIN tagging_tag t ON t.id = r.tag_id AND NOT t.archived "
    "CROSS JOIN (SELECT %s::text[] AS types) happened "
    "WHERE r.active AND (r.event_type = ANY(happened.types) OR r.listens::text[] && happened.types) "
    "UNION ALL "
    "SELECT s.id, t.group_id, s.event_type, jsonb_build_object('property', s.property, 'value', s.value), "
    "NULL, NULL, NULL "
    "FROM tagging_tagsignal s JOIN tagging_tag t ON t.id = s.tag_id AND NOT t.archived "
    "JOIN tagging_tagscoring g ON g.group_id = t.group_id AND g.active "
    "WHERE s.event_type = ANY(%s::text[]) ORDER BY 1"
)


def tag_ids_by_name(names: Collection[str]) -> dict[str, UUID]:
    """The tags in use that are called or coded so, whatever the case; of several the first in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT ON (given.name) given.name, coalesce(t.merged_into_id, t.id)
            FROM unnest(%s::text[]) AS given(name)
            JOIN tagging_tag t ON lower(t.name) = lower(given.name) OR t.code = lower(given.name)
            JOIN tagging_taggroup g ON g.id = t.group_id
            LEFT JOIN tagging_tag m ON m.id = t.merged_into_id
            WHERE NOT coalesce(m.archived, t.archived)
            ORDER BY given.name, t.archived, g.position, t.position, t.id
            """,
            [list(names)],
        )
        return dict(cursor.fetchall())


def tag_rules(event_types: Collection[str]) -> list[tuple[UUID, UUID, str, Any, str | None, list[str], bool]]:
    """(rule, tag, type of event, condition, name, types listened to, whether over what people decided) of the active
    rules that events of these types set off, of tags in use, in order.

    A signal has no name: (signal, group, type of event, what the event must say).
    """
    types = array(event_types)
    with connection.cursor() as cursor:
        cursor.execute(_RULES, [types, types])
        return [(*row[:3], json.loads(row[3]), *row[4:]) for row in cursor.fetchall()]


def kept_by_hand(pairs: Sequence[tuple[UUID, UUID]], again: Sequence[bool], now: datetime) -> set[tuple[UUID, UUID]]:
    """Those of (contact, tag) that a rule leaves alone: somebody gave another tag of an exclusive group by hand; or,
    where the rule asks `again` and again, took this one by hand and it was not given since.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT given.contact_id, given.tag_id
            FROM unnest(%s::uuid[], %s::uuid[], %s::boolean[]) AS given(contact_id, tag_id, again)
            JOIN tagging_tag t ON t.id = given.tag_id
            JOIN tagging_taggroup g ON g.id = t.group_id
            WHERE g.exclusive AND EXISTS (
                SELECT 1 FROM tagging_tagassignment a JOIN tagging_tag other ON other.id = a.tag_id
                WHERE a.contact_id = given.contact_id AND other.group_id = t.group_id AND other.id <> t.id
                  AND a.source = 'hand' AND (a.expires_at IS NULL OR a.expires_at > %s))
              OR given.again AND (
                SELECT NOT h.added AND h.source = 'hand' FROM tagging_tagchange h
                WHERE h.contact_id = given.contact_id AND h.tag_id = given.tag_id ORDER BY h.at DESC, h.id DESC LIMIT 1)
            """,
            [[str(contact) for contact, _tag in pairs], [str(tag) for _contact, tag in pairs], [*again], now],
        )
        return set(cursor.fetchall())


def prolong(pairs: Sequence[tuple[UUID, UUID]], until: Sequence[datetime]) -> None:
    """Let tags that contacts have last longer, where they end at all."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE tagging_tagassignment held SET expires_at = given.until
            FROM unnest(%s::uuid[], %s::uuid[], %s::timestamptz[]) AS given(contact_id, tag_id, until)
            WHERE held.contact_id = given.contact_id AND held.tag_id = given.tag_id AND held.expires_at < given.until
            """,
            [[str(contact) for contact, _tag in pairs], [str(tag) for _contact, tag in pairs], [*until]],
        )


def delete_rivals(
    pairs: Sequence[tuple[UUID, UUID]], groups: Sequence[UUID]
) -> dict[tuple[UUID, UUID], datetime | None]:
    """Take from each contact the other tags of an exclusive group; gives (contact, tag) of those taken, and when they
    would have ended.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM tagging_tagassignment held
            USING unnest(%s::uuid[], %s::uuid[], %s::uuid[]) AS given(contact_id, tag_id, group_id), tagging_tag t
            WHERE held.contact_id = given.contact_id AND held.tag_id <> given.tag_id
              AND t.id = held.tag_id AND t.group_id = given.group_id
            RETURNING held.contact_id, held.tag_id, held.expires_at
            """,
            [[str(contact) for contact, _tag in pairs], [str(tag) for _contact, tag in pairs], [*map(str, groups)]],
        )
        return {(contact_id, tag_id): end for contact_id, tag_id, end in cursor.fetchall()}


def delete_assignments(pairs: Sequence[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], datetime | None]:
    """Take tags from contacts; gives (contact, tag) of those that were there, and when they would have ended."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM tagging_tagassignment held
            USING unnest(%s::uuid[], %s::uuid[]) AS given(contact_id, tag_id)
            WHERE held.contact_id = given.contact_id AND held.tag_id = given.tag_id
            RETURNING held.contact_id, held.tag_id, held.expires_at
            """,
            [[str(contact) for contact, _tag in pairs], [str(tag) for _contact, tag in pairs]],
        )
        return {(contact_id, tag_id): end for contact_id, tag_id, end in cursor.fetchall()}
