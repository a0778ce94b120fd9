"""The wake-up protocol in SQL. READ COMMITTED; DESIGN.md 4.3 gives the proof and what fails.

Writer (last thing before its commit): lock the row FOR KEY SHARE, then lower it if that is earlier.
Raiser (a short transaction of its own): lock it FOR UPDATE SKIP LOCKED, then set the minimum in a
new statement, whose snapshot sees every writer that held the lock before.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from django.db import connection, transaction

from scrm.core import clock
from scrm.core.postgres.statements import Statement

FAR_FUTURE = datetime(9999, 1, 1, tzinfo=UTC)
"""Nothing is due. Not `infinity`, which Python cannot read."""


_HELD: Final = Statement(
    "SELECT due_at, clock_timestamp() FROM public.scheduler_wakeup WHERE tenant_id = %s FOR KEY SHARE"
)


def lower_wake_up(tenant_id: int, due_at: datetime) -> datetime:
    """Gives the time."""
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [tenant_id])
        found = cursor.fetchone()
        now = clock.as_told(found[1]) if found else clock.now()
        # While we hold the row nobody raises it, and others only lower it.
        if found is not None and found[0] <= due_at:
            return now
        if found is None:
            cursor.execute(
                "INSERT INTO public.scheduler_wakeup (tenant_id, due_at) VALUES (%s, %s) "
                "ON CONFLICT (tenant_id) DO UPDATE SET due_at = LEAST(scheduler_wakeup.due_at, EXCLUDED.due_at)",
                [tenant_id, due_at],
            )
            return now
        cursor.execute(
            "UPDATE public.scheduler_wakeup SET due_at = %s WHERE tenant_id = %s AND due_at > %s",
            [due_at, tenant_id, due_at],
        )
        return now


def lock_wake_up(tenant_id: int) -> bool:
    """Take the raiser's lock; False when a writer or another raiser holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM public.scheduler_wakeup WHERE tenant_id = %s FOR UPDATE SKIP LOCKED", [tenant_id])
        return cursor.fetchone() is not None


def set_wake_up_to_minimum(tenant_id: int, next_due_sqls: Sequence[str]) -> None:
    minimum = ", ".join(f"({sql})" for sql in next_due_sqls) or "NULL::timestamptz"
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE public.scheduler_wakeup SET due_at = COALESCE(LEAST({minimum}), %s) WHERE tenant_id = %s",
            [FAR_FUTURE, tenant_id],
        )


def insert_wake_up(tenant_id: int) -> None:
    """Give a tenant its row; due at once, so that the next drain sets the truth."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO public.scheduler_wakeup (tenant_id, due_at) VALUES (%s, clock_timestamp()) "
            "ON CONFLICT (tenant_id) DO NOTHING",
            [tenant_id],
        )


def write_pulses(names: Sequence[str], now: datetime) -> None:
    """Without waiting for the disk: a pulse that a crash takes along is followed by another in a second."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH soon AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', TRUE)) "
            "INSERT INTO public.scheduler_pulse (name, at) SELECT name, %s FROM soon, unnest(%s::text[]) AS name "
            "ON CONFLICT (name) DO UPDATE SET at = EXCLUDED.at",
            [now, list(names)],
        )


def try_drain_lock(tenant_id: int, slots: int) -> int | None:
    """One of `slots` session locks of the tenant, or None: so many drains of it run at once."""
    with connection.cursor() as cursor:
        for slot in range(slots):
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_DRAIN + slot, tenant_id])
            if cursor.fetchone()[0]:
                return slot
    return None


def wait_for_drains(tenant_id: int, seconds: int) -> None:
    """Until the drains that run now have ended; OperationalError when one takes longer."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{seconds}s"])
        cursor.execute(
            "SELECT DISTINCT classid::bigint FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND objid = %s "
            "AND classid BETWEEN %s AND %s "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            [tenant_id, _DRAIN, _DRAIN + _SLOTS_MAX],
        )
        for (first_key,) in cursor.fetchall():
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [first_key, tenant_id])


def release_drain_lock(tenant_id: int, slot: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_DRAIN + slot, tenant_id])


_DRAIN = 712_000
"""First key of the drain locks; the second is the tenant."""
_SLOTS_MAX = 99
