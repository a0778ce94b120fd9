"""The SQL of tags told apart by points: who is to get another tag of a group, or to lose it.

One statement decides, for a few contacts in the transaction of their event and for everybody at once. Points fade by
whole days, so that three today are three all day.
"""

import re
from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from contacts.models import Contact
from scrm.core.conditions import Sql
from tagging.points import Move, Tally

POINTS_NEXT_DUE = "SELECT min(due_at) FROM tagging_tagscoring WHERE due_at IS NOT NULL"

_FADED = 10
"""Half-lives after which an event counts no more: less than a thousandth of it would be left."""

_MOVES = """
    SELECT told.contact_id, held.tag_id AS before, winner.tag_id AS after, told.tags, told.points, g.over_hand
    FROM tagging_tagscoring g
    JOIN tagging_taggroup p ON p.id = g.group_id AND p.exclusive
    CROSS JOIN LATERAL (
        SELECT each.contact_id, array_agg(each.tag_id ORDER BY each.points DESC, each.tag_id) AS tags,
               array_agg(each.points ORDER BY each.points DESC, each.tag_id) AS points
        FROM (
            SELECT e.contact_id, s.tag_id, sum(s.points * power(0.5::float8, greatest(
                floor(extract(epoch FROM %(now)s - e.occurred_at) / 86400)::float8, 0) / g.half_life_days)) AS points
            FROM tagging_tagsignal s
            JOIN tagging_tag t ON t.id = s.tag_id AND t.group_id = g.group_id AND NOT t.archived
            JOIN events_eventtype y ON y.code = s.event_type
            JOIN events_event e ON e.type_id = y.id AND (s.property = '' OR e.properties ->> s.property = s.value)
                AND e.occurred_at > %(now)s - make_interval(hours => 24 * {faded} * g.half_life_days)
            WHERE {events}
            GROUP BY 1, 2
        ) each
        GROUP BY 1
        {nobody}
    ) told
    JOIN contacts_contact c ON c.id = told.contact_id AND c.erased_at IS NULL
    LEFT JOIN LATERAL (
        SELECT a.tag_id, a.source FROM tagging_tagassignment a JOIN tagging_tag t ON t.id = a.tag_id
        WHERE a.contact_id = told.contact_id AND t.group_id = g.group_id
            AND (a.expires_at IS NULL OR a.expires_at > %(now)s)
        LIMIT 1
    ) held ON true
    LEFT JOIN LATERAL (
        SELECT told.tags[1] AS tag_id
        WHERE told.points[1] >= g.least AND told.points[1] >= g.lead::float8 * coalesce(told.points[2], 0)
    ) winner ON true
    WHERE g.group_id = %(group)s AND CASE
        WHEN winner.tag_id IS NULL THEN g.takes AND held.source = 'points'
            AND coalesce(told.points[array_position(told.tags, held.tag_id)], 0) < g.least
        ELSE winner.tag_id IS DISTINCT FROM held.tag_id AND (g.over_hand
            OR held.source IS DISTINCT FROM 'hand' AND NOT coalesce((
                SELECT NOT h.added AND h.source = 'hand' FROM tagging_tagchange h
                WHERE h.contact_id = told.contact_id AND h.tag_id = winner.tag_id
                ORDER BY h.at DESC, h.id DESC LIMIT 1), false))
        END
"""
# Of whom nothing counts any more, but who has a tag by points.
_NOBODY = """
        UNION ALL
        SELECT a.contact_id, ARRAY[]::uuid[], ARRAY[]::float8[]
        FROM tagging_tagassignment a JOIN tagging_tag t ON t.id = a.tag_id AND t.group_id = g.group_id
        WHERE g.takes AND a.source = 'points' AND {holders} AND NOT EXISTS (
            SELECT 1 FROM tagging_tagsignal s
            JOIN tagging_tag t ON t.id = s.tag_id AND t.group_id = g.group_id AND NOT t.archived
            JOIN events_eventtype y ON y.code = s.event_type
            JOIN events_event e ON e.contact_id = a.contact_id AND e.type_id = y.id
                AND (s.property = '' OR e.properties ->> s.property = s.value)
                AND e.occurred_at > %(now)s - make_interval(hours => 24 * {faded} * g.half_life_days))
"""
_NAMED: Final = re.compile(r"%\((\w+)\)s")


def moves_of(
    group_id: UUID,
    contact_ids: Collection[UUID] | None,
    now: datetime,
    *,
    seen: QuerySet[Contact] | None = None,
    limit: int | None = None,
) -> list[Move]:
    """What points say now: of these contacts, or of everybody; of those `seen` alone, and the newest so many."""
    sql = _among(_sql(group_id, contact_ids, now), seen)
    text = f"SELECT * FROM ({sql.text}) AS moves ORDER BY contact_id DESC LIMIT %s"
    with connection.cursor() as cursor:
        cursor.execute(text, [*sql.params, limit])
        return [
            Move(contact_id, before, after, tuple(zip(tags, points, strict=True)), over_hand)
            for contact_id, before, after, tags, points, over_hand in cursor.fetchall()
        ]


def moves_counted(group_id: UUID, now: datetime, *, seen: QuerySet[Contact] | None = None) -> Tally:
    sql = _among(_sql(group_id, None, now), seen)
    text = (
        "SELECT count(*) FILTER (WHERE before IS NULL), "
        "count(*) FILTER (WHERE before IS NOT NULL AND after IS NOT NULL), "
        f"count(*) FILTER (WHERE after IS NULL) FROM ({sql.text}) AS moves"
    )
    with connection.cursor() as cursor:
        cursor.execute(text, sql.params)
        return Tally(*cursor.fetchone())


def ids_moving(group_id: UUID, now: datetime, *, to_tag: bool) -> Sql:
    """The ids of those who are to get a tag, or to lose theirs."""
    sql = _sql(group_id, None, now)
    sought = "IS NOT NULL" if to_tag else "IS NULL"
    return Sql(f"SELECT contact_id FROM ({sql.text}) AS moves WHERE after {sought}", sql.params)


def _among(moves: Sql, seen: QuerySet[Contact] | None) -> Sql:
    if seen is None:
        return moves
    text, params = seen.order_by().values("pk").query.sql_with_params()
    return Sql(f"SELECT * FROM ({moves.text}) AS those WHERE contact_id IN ({text})", (*moves.params, *params))


def _sql(group_id: UUID, contact_ids: Collection[UUID] | None, now: datetime) -> Sql:
    of_some = contact_ids is not None
    nobody = _NOBODY.replace("{holders}", "a.contact_id = ANY(%(some)s)" if of_some else "true")
    text = _MOVES.replace("{events}", "e.contact_id = ANY(%(some)s)" if of_some else "true").replace("{nobody}", nobody)
    values = {"group": group_id, "now": now, "some": [*contact_ids] if contact_ids is not None else []}
    text = text.replace("{faded}", str(_FADED))
    return Sql(_NAMED.sub("%s", text), tuple(values[name] for name in _NAMED.findall(text)))
