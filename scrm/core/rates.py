"""How often something may be done, counted in Redis so that every web process counts together.

A budget is so many times in a window; a bucket holds so many and is filled again bit by bit, without a window's edges.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import Final

import redis
import structlog
from django.conf import settings

from scrm.core.redis_client import shared_client
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


# One script is a third of the work of three commands in a transaction, and every request of the API asks.
_SPEND: Final = """
local spent = redis.call('INCR', KEYS[1])
redis.call('EXPIRE', KEYS[1], ARGV[1], 'NX')
return {spent, redis.call('TTL', KEYS[1])}
"""


def spend(name: str, *, limit: int, seconds: int) -> Budget | None:
    """Take one from the current tenant's budget of that name; None while Redis is away."""
    key = f"{schema_name()}:throttle:{name}"
    try:
        spent, left = _client().eval(_SPEND, 1, key, str(seconds))
    except redis.RedisError as error:
        # Without Redis the product works on: only this guard sleeps.
        logger.warning("throttle_unavailable", error=type(error).__name__)
        return None
    return Budget(limit=limit, spent=spent, resets_in=max(1, left))


@dataclass(frozen=True, slots=True)
class Bucket:
    """So many at once, and so many more each minute."""

    size: int
    per_minute: int


# Redis's own clock, so that no process's is trusted; one script, so that two at once take two.
_TAKE: Final = """
local size, rate = tonumber(ARGV[1]), tonumber(ARGV[2]) / 60
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local kept = redis.call('HMGET', KEYS[1], 'left', 'at')
local left = tonumber(kept[1] or size) + math.max(0, now - tonumber(kept[2] or now)) * rate
left = math.min(size, left)
local wait = 0
if left >= 1 then left = left - 1 else wait = (1 - left) / rate end
redis.call('HSET', KEYS[1], 'left', string.format('%.6f', left), 'at', string.format('%.6f', now))
redis.call('EXPIRE', KEYS[1], math.ceil(size / rate) + 1)
return string.format('%.6f', wait)
"""


def seconds_until_one(name: str, bucket: Bucket, *, otherwise: Callable[[], int] = lambda: 0) -> int:
    """0 when one was taken from the current tenant's bucket of that name; else when to ask.

    While Redis is away, what `otherwise` says.
    """
    try:
        wait = _client().eval(_TAKE, 1, f"{schema_name()}:bucket:{name}", str(bucket.size), str(bucket.per_minute))
    except redis.RedisError as error:
        logger.warning("throttle_unavailable", error=type(error).__name__)
        return otherwise()
    return ceil(float(wait))


def _client() -> redis.Redis:
    return shared_client(settings.REDIS_URL, patience=1.0)
