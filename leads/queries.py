"""The SQL of enquiries."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from django.db import connection

from leads.models import AssignmentRule, ResponseRule
from scrm.core.bulk import array
from scrm.core.postgres.statements import Statement
from scrm.core.rows import stored_rows

_SOURCES: Final = Statement(
    "SELECT given.name, coalesce(s.merged_into_id, s.id) FROM unnest(%s::text[]) AS given(name) "
    "JOIN leads_source s ON lower(s.name) = lower(given.name)"
)
ARRIVALS_NEXT_DUE = "SELECT min(arrived_at) + interval '7 days' FROM leads_leadarrival WHERE payload IS NOT NULL"
TALKS_NEXT_DUE = "SELECT min(deleted_at) + interval '1 day' FROM leads_interaction WHERE deleted_at IS NOT NULL"

POOL_NEXT_DUE = (
    "SELECT least((SELECT min(next_look_at) FROM leads_poolpolicy), (SELECT min(due_at) FROM leads_poolwarning))"
)
RESPONSES_NEXT_DUE = "SELECT min(next_at) FROM leads_responseclock WHERE next_at IS NOT NULL"

_PAUSED_BY_IT: Final = (
    "EXISTS (SELECT 1 FROM leads_responseclock c WHERE c.rule_id = leads_responserule.id AND c.paused_at IS NOT NULL)"
)


def leads_by_key(keys: Collection[str]) -> list[tuple[str, UUID, UUID, memoryview | None]]:
    """(key, lead, contact, digest) of the leads that have one of these keys."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT dedupe_key, id, contact_id, input_digest FROM leads_lead WHERE dedupe_key = ANY(%s::text[])",
            [array(keys)],
        )
        return cursor.fetchall()


def source_ids_by_name(names: Collection[str]) -> dict[str, UUID]:
    """The sources of these names, whatever their case, by the name as given."""
    with connection.cursor() as cursor:
        cursor.execute(_SOURCES, [array(names)])
        return dict(cursor.fetchall())


def referrers_above(program_id: UUID, contact_id: UUID) -> set[UUID]:
    """By whom a contact was brought in a program, by whom they were, and so on."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE above AS (
                SELECT %(contact)s::uuid AS contact_id
                UNION
                SELECT b.contact_id FROM above a
                JOIN leads_referral r ON r.contact_id = a.contact_id AND r.program_id = %(program)s AND r.refusal = ''
                JOIN leads_referrallink b ON b.id = r.by_id AND b.contact_id IS NOT NULL
            )
            SELECT contact_id FROM above WHERE contact_id <> %(contact)s
            """,
            {"program": program_id, "contact": contact_id},
        )
        return {row[0] for row in cursor.fetchall()}


def open_counts(user_ids: Collection[UUID], at_most: int) -> dict[UUID, int]:
    """Open leads of each of these users; a count ends at `at_most`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT u.id, (SELECT count(*) FROM (SELECT 1 FROM leads_lead l WHERE l.owner_id = u.id "
            "AND l.status IN ('new', 'assigned', 'working') LIMIT %s) AS few) FROM unnest(%s::uuid[]) AS u(id)",
            [at_most, list(map(str, user_ids))],
        )
        return dict(cursor.fetchall())


def assignment_rules_standing() -> list[AssignmentRule]:
    """Those that decide, in their order."""
    return stored_rows(AssignmentRule, "WHERE active AND archived_at IS NULL ORDER BY position, created_at")


def response_rules_standing() -> list[ResponseRule]:
    """Those that are active, and those by which a lead waits whose time stands still: `has_paused` says so."""
    return stored_rows(ResponseRule, f"WHERE active OR {_PAUSED_BY_IT}", also={"has_paused": _PAUSED_BY_IT})
