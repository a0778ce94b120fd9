"""SQL over all tenants, in a few statements however many there are."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from campaigns.enums import TouchState as S

_TENANTS_AT_ONCE = 100
_MANY = 10_000
"""Beyond it a lane's backlog is not counted on: it is enough to know that it is long."""

_COUNTS = f"""
SELECT 'unknown', count(*) FROM "{{schema}}".campaigns_touchpoint WHERE state = {S.UNKNOWN:d}
UNION ALL SELECT 'claimed', count(*) FROM "{{schema}}".campaigns_touchpoint
    WHERE lease_until IS NOT NULL AND state = {S.CLAIMED:d}
UNION ALL SELECT 'sending', count(*) FROM "{{schema}}".campaigns_touchpoint
    WHERE lease_until IS NOT NULL AND state = {S.SENDING:d}
UNION ALL SELECT 'lanes_closed', count(*) FROM "{{schema}}".campaigns_lane WHERE NOT is_open
UNION ALL SELECT 'channels_shut', count(*) FROM "{{schema}}".campaigns_breaker shut WHERE EXISTS (
    SELECT FROM "{{schema}}".campaigns_lane lane WHERE lane.channel = shut.channel AND lane.is_open
    AND (SELECT due_at FROM "{{schema}}".campaigns_touchpoint WHERE lane_id = lane.id AND state = {S.PLANNED:d}
         ORDER BY due_at LIMIT 1) <= shut.reopen_at)
UNION ALL SELECT 'due', COALESCE(sum(waiting.count), 0) FROM "{{schema}}".campaigns_lane lane CROSS JOIN LATERAL (
    SELECT count(*) FROM (SELECT FROM "{{schema}}".campaigns_touchpoint
                          WHERE lane_id = lane.id AND state = {S.PLANNED:d} AND due_at <= %(now)s
                          ORDER BY due_at LIMIT {{many}}) few) waiting
    WHERE lane.is_open
UNION ALL SELECT 'failed_jobs', count(*) FROM "{{schema}}".exchange_job
    WHERE state = 'failed' AND finished_at > %(now)s - interval '1 day'
UNION ALL SELECT 'bits_waiting', count(*) FROM (SELECT FROM "{{schema}}".audiences_bitnote LIMIT {{many}}) few
"""
NAMES = ("unknown", "claimed", "sending", "lanes_closed", "channels_shut", "due", "failed_jobs", "bits_waiting")


def counts_over(schemas: Sequence[str], now: datetime) -> dict[str, int]:
    """Sums over the schemas, by name."""
    sums: Counter[str] = Counter(dict.fromkeys(NAMES, 0))
    with connection.cursor() as cursor:
        for first in range(0, len(schemas), _TENANTS_AT_ONCE):
            each = " UNION ALL ".join(
                _COUNTS.format(schema=schema, many=_MANY) for schema in schemas[first : first + _TENANTS_AT_ONCE]
            )
            cursor.execute(
                f"SELECT name, sum(count)::bigint FROM ({each}) AS counted(name, count) GROUP BY name", {"now": now}
            )
            sums.update(dict(cursor.fetchall()))
    return dict(sums)


def lag(now: datetime) -> tuple[float, int]:
    """Seconds since the oldest due work of a tenant that sends, and how many tenants have some."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COALESCE(EXTRACT(EPOCH FROM max(%(now)s - due_at)), 0)::float, count(*) "
            "FROM public.scheduler_wakeup JOIN public.tenants_tenant ON id = tenant_id "
            "WHERE status = 'active' AND due_at <= %(now)s",
            {"now": now},
        )
        seconds, tenants = cursor.fetchone()
    return seconds, tenants


def take_turns() -> None:
    """Until the transaction ends: two watchmen don't open the same alert twice."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_WATCH])


_WATCH = 7_120_010
