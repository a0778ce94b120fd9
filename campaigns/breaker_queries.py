"""SQL of breakers: whoever changes one that is shut holds its probe, so that two never speak for it."""

from datetime import datetime
from uuid import UUID

from campaigns.queries import rows_changed, rows_of


def take_probe(*, channel: str, token: UUID, now: datetime, until: datetime) -> int | None:
    """Hold the one probe of a shut channel until then; its failures in a row, or None when it is not to be had."""
    rows = rows_of(
        """
        UPDATE campaigns_breaker SET probe_token = %s, probe_until = %s
        WHERE channel = %s AND reopen_at <= %s AND COALESCE(probe_until <= %s, TRUE) RETURNING failures
        """,
        [token, until, channel, now, now],
    )
    return rows[0][0] if rows else None


def give_back_probe(*, channel: str, token: UUID) -> int:
    return rows_changed(
        "UPDATE campaigns_breaker SET probe_token = NULL, probe_until = NULL WHERE channel = %s AND probe_token = %s",
        [channel, token],
    )


def write(*, channel: str, token: UUID, failures: int, closure: str = "", reopen_at: datetime | None = None) -> int:
    """What a worker heard of a channel, unless it is shut and another holds the probe; open without `reopen_at`."""
    return rows_changed(
        """
        INSERT INTO campaigns_breaker AS breaker (channel, failures, closure, reopen_at) VALUES (%s, %s, %s, %s)
        ON CONFLICT (channel) DO UPDATE SET failures = EXCLUDED.failures, closure = EXCLUDED.closure,
            reopen_at = EXCLUDED.reopen_at, probe_token = NULL, probe_until = NULL
        WHERE breaker.reopen_at IS NULL OR breaker.probe_token = %s
        """,
        [channel, failures, closure, reopen_at, token],
    )
