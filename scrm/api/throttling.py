"""So many requests a minute per caller, counted in Redis so that every web process counts together."""

import functools
from dataclasses import dataclass
from typing import Any, Final

import redis
import structlog
from django.conf import settings
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle

from scrm.api.authentication import caller_of
from tenants.selectors import tenant_current

logger = structlog.get_logger(__name__)

_BUDGET: Final = "rate_budget"
_PERIODS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True, slots=True)
class Budget:
    limit: int
    left: int
    resets_in: int


class KeyThrottle(BaseThrottle):
    """A budget per window that begins with the first request; Redis keeps the time."""

    def __init__(self) -> None:
        self.budget: Budget | None = None

    def allow_request(self, request: Request, view: Any) -> bool:
        limit, period = parse_rate(str(api_settings.DEFAULT_THROTTLE_RATES["key"]))
        try:
            spent, resets_in = _spend(f"{tenant_current().schema_name}:throttle:{caller_of(request)}", period)
        except redis.RedisError as error:
            # Without Redis the product works on: only this guard sleeps.
            logger.warning("throttle_unavailable", error=type(error).__name__)
            return True
        self.budget = Budget(limit=limit, left=max(0, limit - spent), resets_in=resets_in)
        setattr(request, _BUDGET, self.budget)
        return spent <= limit

    def wait(self) -> float | None:
        return float(self.budget.resets_in) if self.budget else None


def add_budget_headers(request: Request, response: Response) -> None:
    budget: Budget | None = getattr(request, _BUDGET, None)
    if budget is not None:
        response["RateLimit-Limit"] = str(budget.limit)
        response["RateLimit-Remaining"] = str(budget.left)
        response["RateLimit-Reset"] = str(budget.resets_in)


def parse_rate(text: str) -> tuple[int, int]:
    """Requests and seconds of a rate such as `1200/min`."""
    count, _, period = text.partition("/")
    return int(count), _PERIODS[period[0]]


@functools.cache
def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1)


def _spend(name: str, period: int) -> tuple[int, int]:
    with _client(settings.REDIS_URL).pipeline(transaction=True) as together:
        together.incr(name)
        together.expire(name, period, nx=True)
        together.ttl(name)
        spent, _set, left = together.execute()
    return spent, max(1, left)
