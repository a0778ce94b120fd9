"""The SQL of tags."""

import json
from collections.abc import Collection, Sequence
from typing import Any, Final
from uuid import UUID

from django.db import connection

from scrm.core.bulk import array
from scrm.core.postgres.statements import Statement

_RULES: Final = Statement(
    "SELECT r.id, r.tag_id, r.event_type, r.condition, r.name FROM tagging_tagrule r "
    "JOIN tagging_tag t ON t.id = r.tag_id AND NOT t.archived "
    "WHERE r.active AND r.event_type = ANY(%s::text[]) ORDER BY r.id"
)


def tag_ids_by_name(names: Collection[str]) -> dict[str, UUID]:
    """The tags in use that are called or coded so, whatever the case; of several the first in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT ON (given.name) given.name, t.id
            FROM unnest(%s::text[]) AS given(name)
            JOIN tagging_tag t ON lower(t.name) = lower(given.name) OR t.code = lower(given.name)
            JOIN tagging_taggroup g ON g.id = t.group_id
            WHERE NOT t.archived
            ORDER BY given.name, g.position, t.position, t.id
            """,
            [list(names)],
        )
        return dict(cursor.fetchall())


def tag_rules(event_types: Collection[str]) -> list[tuple[UUID, UUID, str, Any, str]]:
    """(rule, tag, type of event, condition, name) of the active rules on these types, of tags in use, in order."""
    with connection.cursor() as cursor:
        cursor.execute(_RULES, [array(event_types)])
        return [(*row[:3], json.loads(row[3]), row[4]) for row in cursor.fetchall()]


def delete_rivals(pairs: Sequence[tuple[UUID, UUID]], groups: Sequence[UUID]) -> list[tuple[UUID, UUID]]:
    """Take from each contact the other tags of an exclusive group; gives (contact, tag) of those taken."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM tagging_tagassignment held
            USING unnest(%s::uuid[], %s::uuid[], %s::uuid[]) AS given(contact_id, tag_id, group_id), tagging_tag t
            WHERE held.contact_id = given.contact_id AND held.tag_id <> given.tag_id
              AND t.id = held.tag_id AND t.group_id = given.group_id
            RETURNING held.contact_id, held.tag_id
            """,
            [[str(contact) for contact, _tag in pairs], [str(tag) for _contact, tag in pairs], [*map(str, groups)]],
        )
        return cursor.fetchall()


def delete_assignments(pairs: Sequence[tuple[UUID, UUID]]) -> list[tuple[UUID, UUID]]:
    """Take tags from contacts; gives (contact, tag) of those that were there."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM tagging_tagassignment held
            USING unnest(%s::uuid[], %s::uuid[]) AS given(contact_id, tag_id)
            WHERE held.contact_id = given.contact_id AND held.tag_id = given.tag_id
            RETURNING held.contact_id, held.tag_id
            """,
            [[str(contact) for contact, _tag in pairs], [str(tag) for _contact, tag in pairs]],
        )
        return cursor.fetchall()
