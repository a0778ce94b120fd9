"""The SQL of rules that are asked about everybody: whom they give their tag, and from whom they take it."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from contacts.models import Contact
from contacts.queries import holds_of_everybody
from scrm.core.conditions import Condition, Sql

TAG_RULES_NEXT_DUE = "SELECT min(due_at) FROM tagging_tagrule WHERE due_at IS NOT NULL"
TAGS_END_NEXT_DUE = "SELECT min(expires_at) FROM tagging_tagassignment WHERE expires_at IS NOT NULL"

_WITHOUT = """NOT EXISTS (
    SELECT 1 FROM tagging_tagassignment a
    WHERE a.contact_id = c.id AND a.tag_id = %s AND (a.expires_at IS NULL OR a.expires_at > %s))"""
_NOT_TAKEN = """NOT EXISTS (
    SELECT 1 FROM tagging_tagchange h
    WHERE h.contact_id = c.id AND h.tag_id = %s AND NOT h.added AND h.source = 'hand' AND NOT EXISTS (
        SELECT 1 FROM tagging_tagchange later
        WHERE later.contact_id = h.contact_id AND later.tag_id = h.tag_id AND (later.at, later.id) > (h.at, h.id)))"""
_NO_RIVAL = """NOT EXISTS (
    SELECT 1 FROM tagging_tagassignment a
    JOIN tagging_tag other ON other.id = a.tag_id AND other.group_id = %s AND other.id <> %s
    WHERE a.contact_id = c.id AND a.source = 'hand' AND (a.expires_at IS NULL OR a.expires_at > %s))"""


def to_give(condition: Condition, tag_id: UUID, now: datetime, *, exclusive_group: UUID | None, over_hand: bool) -> Sql:
    """The ids of those who match and don't have the tag, as far as nobody decided otherwise by hand."""
    rule = holds_of_everybody(condition, now)
    texts, params = ["c.erased_at IS NULL", rule.text, _WITHOUT], [*rule.params, tag_id, now]
    if not over_hand:
        texts.append(_NOT_TAKEN)
        params.append(tag_id)
        if exclusive_group is not None:
            texts.append(_NO_RIVAL)
            params += [exclusive_group, tag_id, now]
    return Sql(f"SELECT c.id FROM contacts_contact c WHERE {' AND '.join(texts)}", tuple(params))


def to_take(condition: Condition, rule_id: UUID, tag_id: UUID, now: datetime, *, over_hand: bool) -> Sql:
    """The ids of those who have the tag, by this rule or, `over_hand`, from anywhere, and don't match any more."""
    rule = holds_of_everybody(condition, now, holds=False)
    text = (
        "SELECT c.id FROM tagging_tagassignment a JOIN contacts_contact c ON c.id = a.contact_id "
        "WHERE a.tag_id = %s AND (a.expires_at IS NULL OR a.expires_at > %s) AND c.erased_at IS NULL AND "
    )
    params: tuple[object, ...] = (tag_id, now)
    if not over_hand:
        text += "a.source = 'rule' AND a.rule_id = %s AND "
        params = (*params, rule_id)
    return Sql(text + rule.text, (*params, *rule.params))


def holders(tag_id: UUID) -> Sql:
    return Sql("SELECT a.contact_id FROM tagging_tagassignment a WHERE a.tag_id = %s", (tag_id,))


def ids_seen(ids: Sql, seen: QuerySet[Contact] | None) -> Sql:
    """Those of the ids whose contacts are among these; None: all of them."""
    if seen is None:
        return ids
    text, params = seen.order_by().values("pk").query.sql_with_params()
    return Sql(f"SELECT id FROM ({ids.text}) AS those(id) WHERE id IN ({text})", (*ids.params, *params))


def ids_counted(ids: Sql) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({ids.text}) AS found(id)", ids.params)
        return int(cursor.fetchone()[0])


def ids_sampled(ids: Sql, limit: int) -> list[UUID]:
    """The newest few."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM ({ids.text}) AS found(id) ORDER BY id DESC LIMIT %s", [*ids.params, limit])
        return [row[0] for row in cursor.fetchall()]


def ids_among(ids: Sql, contact_ids: Collection[UUID]) -> set[UUID]:
    with connection.cursor() as cursor:
        text = f"SELECT id FROM ({ids.text}) AS found(id) WHERE id = ANY(%s)"
        cursor.execute(text, [*ids.params, list(contact_ids)])
        return {row[0] for row in cursor.fetchall()}


def end_tags(now: datetime, limit: int) -> list[tuple[UUID, UUID]]:
    """Take the tags that have ended from contacts nobody works on right now; gives (contact, tag)."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH ended AS (
                SELECT a.id FROM tagging_tagassignment a JOIN contacts_contact c ON c.id = a.contact_id
                WHERE a.expires_at <= %s ORDER BY a.expires_at LIMIT %s FOR NO KEY UPDATE OF c SKIP LOCKED)
            DELETE FROM tagging_tagassignment a USING ended WHERE a.id = ended.id AND a.expires_at <= %s
            RETURNING a.contact_id, a.tag_id
            """,
            [now, limit, now],
        )
        return cursor.fetchall()


_IN_THE_WAY = """(a.tag_id = %(into)s OR a.tag_id <> %(gone)s AND EXISTS (
    SELECT 1 FROM tagging_tag its JOIN tagging_tag other ON other.group_id = its.group_id AND other.id = a.tag_id
    JOIN tagging_taggroup g ON g.id = its.group_id AND g.exclusive
    WHERE its.id = %(into)s))"""


def end_in_the_way(contact_ids: Collection[UUID], gone: UUID, into: UUID, now: datetime) -> list[tuple[UUID, UUID]]:
    """Take from contacts what has ended and would keep a tag from becoming the other; gives (contact, tag)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM tagging_tagassignment a WHERE a.contact_id = ANY(%(contacts)s) AND a.expires_at <= %(now)s "
            f"AND {_IN_THE_WAY} RETURNING a.contact_id, a.tag_id",
            {"contacts": [*contact_ids], "gone": gone, "into": into, "now": now},
        )
        return cursor.fetchall()


def move_assignments(contact_ids: Collection[UUID], gone: UUID, into: UUID) -> list[UUID]:
    """Let a tag be the other one, as it was given, of those who have not got that or a rival; gives whose."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE tagging_tagassignment held SET tag_id = %(into)s "
            "WHERE held.contact_id = ANY(%(contacts)s) AND held.tag_id = %(gone)s AND NOT EXISTS ("
            f"SELECT 1 FROM tagging_tagassignment a WHERE a.contact_id = held.contact_id AND {_IN_THE_WAY}) "
            "RETURNING held.contact_id",
            {"contacts": [*contact_ids], "gone": gone, "into": into},
        )
        return [row[0] for row in cursor.fetchall()]


def restore_assignments(changes: dict[tuple[UUID, UUID], datetime]) -> dict[tuple[UUID, UUID], datetime | None]:
    """Give contacts tags back as they had them before these moments; what they have again stays. Gives which, and
    when they end.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO tagging_tagassignment (contact_id, tag_id, source, rule_id, by_id, evidence, at, expires_at)
            SELECT given.contact_id, given.tag_id, h.source, h.rule_id, h.by_id, h.evidence, h.at,
                   taken.expires_at
            FROM unnest(%s::uuid[], %s::uuid[], %s::timestamptz[]) AS given(contact_id, tag_id, until)
            JOIN tagging_tag t ON t.id = given.tag_id AND NOT t.archived
            JOIN tagging_taggroup g ON g.id = t.group_id AND NOT (g.exclusive AND EXISTS (
                SELECT 1 FROM tagging_tagassignment a JOIN tagging_tag other ON other.id = a.tag_id
                WHERE a.contact_id = given.contact_id AND other.group_id = t.group_id))
            CROSS JOIN LATERAL (
                SELECT * FROM tagging_tagchange h
                WHERE h.contact_id = given.contact_id AND h.tag_id = given.tag_id AND h.added AND h.at <= given.until
                ORDER BY h.at DESC, h.id DESC LIMIT 1) h
            LEFT JOIN tagging_tagchange taken ON taken.contact_id = given.contact_id AND taken.tag_id = given.tag_id
                AND NOT taken.added AND taken.at = given.until
            ON CONFLICT (contact_id, tag_id) DO NOTHING RETURNING contact_id, tag_id, expires_at
            """,
            [
                [contact for contact, _tag in changes],
                [tag for _contact, tag in changes],
                list(changes.values()),
            ],
        )
        return {(contact_id, tag_id): end for contact_id, tag_id, end in cursor.fetchall()}
