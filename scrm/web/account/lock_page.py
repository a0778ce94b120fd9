"""What somebody sees who tried too often: that it goes on, and when."""

from datetime import datetime
from math import ceil
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

_LONG: Final = 120
"""Minutes, from which on a day says more than their number."""


def locked_page(request: HttpRequest, until: datetime, now: datetime, *, step: str = "password") -> HttpResponse:
    """`step` is what was tried: who gets as far as the code knows the password."""
    seconds = max(ceil((until - now).total_seconds()), 1)
    minutes = ceil(seconds / 60)
    context = {"until": until, "minutes": minutes, "is_long": minutes > _LONG, "step": step}
    answer = render(request, "account/locked.html", context, status=429)
    answer["Retry-After"] = str(seconds)
    answer["Cache-Control"] = "no-store"
    return answer
