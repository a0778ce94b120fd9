"""Knows a browser again that somebody logged in with, so that strangers can't lock its owner out."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from accounts.secrets import host_signer
from scrm.core import signing

COOKIE: Final = "known_browser"
_PURPOSE: Final = "known-browser"
_FOR: Final = timedelta(days=180)


def remember_browser(answer: HttpResponseBase, user: UUID, now: datetime) -> None:
    answer.set_cookie(
        COOKIE,
        host_signer(_PURPOSE).sign(str(user), signed_at=now),
        max_age=_FOR,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )


def known_user(request: HttpRequest, now: datetime) -> UUID | None:
    """Who logged in here before; None for a stranger's browser."""
    token = request.COOKIES.get(COOKIE)
    if not token:
        return None
    try:
        return UUID(host_signer(_PURPOSE).unsign(token, max_age=_FOR, now=now))
    except signing.TokenError:
        return None
