"""Counts what all processes do together, in Redis and at best effort: a lost count is no lost work."""

from typing import Any

import redis
from django.conf import settings

from scrm.core import clock
from scrm.core.redis_client import shared_client

_KEY = "scrm:tallies"
_PATIENCE = 5.0
_silent_until = 0.0


def add(name: str, amount: int = 1, **labels: str) -> None:
    """Count under a name such as `ticks`; labels are few and name no tenant and no person."""
    if not amount:
        return
    global _silent_until
    if clock.boot_seconds() < _silent_until:
        return
    field = ",".join([name, *(f"{label}={value}" for label, value in sorted(labels.items()))])
    try:
        _client().hincrby(_KEY, field, amount)
    except redis.RedisError:
        # Work goes on without waiting for it each time.
        _silent_until = clock.boot_seconds() + _PATIENCE


def tallied() -> list[tuple[str, dict[str, str], int]]:
    """Every name with its labels and count; nothing when Redis does not answer."""
    try:
        found: Any = _client().hgetall(_KEY)
    except redis.RedisError:
        return []
    return [_parsed(field.decode(), int(count)) for field, count in sorted(found.items())]


def _parsed(field: str, count: int) -> tuple[str, dict[str, str], int]:
    name, *labels = field.split(",")
    return name, dict(label.split("=", 1) for label in labels), count


def _client() -> redis.Redis:
    return shared_client(settings.REDIS_URL, patience=0.5)
