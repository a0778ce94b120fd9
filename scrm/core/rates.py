"""So many times in so many seconds, counted in Redis so that every web process counts together."""

import functools
from dataclasses import dataclass

import redis
import structlog
from django.conf import settings

from scrm.core.tenancy import schema_name

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Budget:
    """What somebody may do in a window that began with their first time; Redis keeps the time."""

    limit: int
    spent: int
    resets_in: int

    @property
    def left(self) -> int:
        return max(0, self.limit - self.spent)

    @property
    def is_overdrawn(self) -> bool:
        return self.spent > self.limit


def spend(name: str, *, limit: int, seconds: int) -> Budget | None:
    """Take one from the current tenant's budget of that name; None while Redis is away."""
    key = f"{schema_name()}:throttle:{name}"
    try:
        with _client(settings.REDIS_URL).pipeline(transaction=True) as together:
            together.incr(key)
            together.expire(key, seconds, nx=True)
            together.ttl(key)
            spent, _set, left = together.execute()
    except redis.RedisError as error:
        # Without Redis the product works on: only this guard sleeps.
        logger.warning("throttle_unavailable", error=type(error).__name__)
        return None
    return Budget(limit=limit, spent=spent, resets_in=max(1, left))


@functools.cache
def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1)
