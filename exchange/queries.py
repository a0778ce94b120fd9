"""The SQL of long jobs, of the inbox and of webhooks."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection

from exchange.models import ApiKey
from scrm.core.bulk import array
from scrm.core.conditions import Sql
from scrm.core.postgres.statements import Statement
from scrm.core.rows import stored_rows

JOBS_NEXT_DUE = "SELECT min(due_at) FROM exchange_job"
INBOX_NEXT_DUE = (
    "SELECT min(due_at) FROM exchange_inboxmessage "
    "WHERE due_at IS NOT NULL AND (state <> 'received' OR endpoint_id IS NOT NULL)"
)
_LISTENING: Final = Statement(
    "SELECT id, event_types FROM exchange_webhook WHERE active AND event_types && %s::varchar[] "
    "ORDER BY id FOR KEY SHARE"
)
# A webhook that is closed for a while wakes nobody before, however much waits for it.
DELIVERIES_NEXT_DUE = """SELECT least(
    (SELECT min(greatest(hook.closed_until, first.due_at)) FROM exchange_webhook hook CROSS JOIN LATERAL (
        SELECT due_at FROM exchange_webhookdelivery
        WHERE webhook_id = hook.id AND state = 'waiting' ORDER BY due_at LIMIT 1) first WHERE hook.active),
    (SELECT min(occurred_at) + interval '30 days' FROM exchange_webhookdelivery))"""


def add_to_tally(job_id: UUID, counts: Mapping[bytes, int]) -> dict[bytes, int]:
    """Count these for the job; gives each one's count so far, these included."""
    # In one order, so that two holders of a job can't wait for each other.
    ordered = sorted(counts)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO exchange_jobtally AS kept (job_id, digest, count) "
            "SELECT %s, decode(given.digest, 'hex'), given.count FROM unnest(%s::text[], %s::int[]) "
            "AS given(digest, count) "
            "ON CONFLICT (job_id, digest) DO UPDATE SET count = kept.count + excluded.count "
            "RETURNING digest, count",
            [job_id.hex, [digest.hex() for digest in ordered], [counts[digest] for digest in ordered]],
        )
        return {bytes(digest): count for digest, count in cursor.fetchall()}


def note_found(job_id: UUID, kind: str, ids: Sql, now: datetime) -> int:
    """Note what a SELECT of ids finds as what a job is to change, in the order of the ids; gives how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO exchange_jobchange (job_id, kind, subject, why, at) "
            f"SELECT %s, %s, found.id, '', %s FROM ({ids.text}) AS found(id) ORDER BY found.id",
            [job_id, kind, now, *ids.params],
        )
        return int(cursor.rowcount)


def listening_webhooks(event_types: Collection[str]) -> list[tuple[UUID, list[str]]]:
    """The webhooks that want some of these, with what they want; none of them can be deleted before the commit."""
    with connection.cursor() as cursor:
        cursor.execute(_LISTENING, [array(sorted(event_types))])
        return cursor.fetchall()


def living_key(prefix: str) -> ApiKey | None:
    """The key of this name, unless it was revoked."""
    found = stored_rows(ApiKey, "WHERE prefix = %s AND revoked_at IS NULL", [prefix])
    return found[0] if found else None
