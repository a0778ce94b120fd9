"""What somebody sees who tried too often: that it goes on, and when."""

from datetime import datetime
from math import ceil

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def locked_page(request: HttpRequest, until: datetime, now: datetime) -> HttpResponse:
    seconds = max(ceil((until - now).total_seconds()), 1)
    answer = render(request, "account/locked.html", {"until": until, "minutes": ceil(seconds / 60)}, status=429)
    answer["Retry-After"] = str(seconds)
    answer["Cache-Control"] = "no-store"
    return answer
