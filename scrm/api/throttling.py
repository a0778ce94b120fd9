"""So many requests a minute per caller."""

from typing import Any, Final

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle

from exchange.models import ApiKey
from scrm.api.authentication import caller_of
from scrm.core.rates import Budget, spend

_BUDGET: Final = "rate_budget"
_PERIODS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class KeyThrottle(BaseThrottle):
    """A budget per window that begins with the first request; a key's own limit, else everybody's.

    While Redis is away it lets everybody pass and the log says so: a lead refused is a lead lost.
    """

    def __init__(self) -> None:
        self.budget: Budget | None = None

    def allow_request(self, request: Request, view: Any) -> bool:
        limit, period = _rate_of(request)
        self.budget = spend(caller_of(request), limit=limit, seconds=period)
        setattr(request, _BUDGET, self.budget)
        return self.budget is None or not self.budget.is_overdrawn

    def wait(self) -> float | None:
        return float(self.budget.resets_in) if self.budget else None


def _rate_of(request: Request) -> tuple[int, int]:
    own = request.auth.rate_per_minute if isinstance(request.auth, ApiKey) else None
    return (own, 60) if own else parse_rate(str(api_settings.DEFAULT_THROTTLE_RATES["key"]))


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
