"""The SQL of long jobs."""

from collections.abc import Mapping
from uuid import UUID

from django.db import connection

JOBS_NEXT_DUE = "SELECT min(due_at) FROM exchange_job"


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
