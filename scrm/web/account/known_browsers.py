"""Knows a browser again that somebody logged in with, so that strangers can't lock its owner out."""

import secrets
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Final
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from accounts.lockout import KnownBrowser
from accounts.models import User
from accounts.secrets import host_signer
from accounts.selectors_log_in import session_hash_of
from scrm.core import signing

COOKIE: Final = "known_browser"
_PURPOSE: Final = "known-browser"
_FOR: Final = timedelta(days=180)


def remember_browser(answer: HttpResponseBase, user: User, now: datetime, *, name: str = "") -> None:
    """Until the password changes: who knew the old one may have logged in too, and stands outside again.

    `name`: as which of the user's browsers, if it was known before.
    """
    known = [str(user.pk), name or secrets.token_hex(8), user.get_session_auth_hash()]
    answer.set_cookie(
        COOKIE,
        host_signer(_PURPOSE).sign(known, signed_at=now),
        max_age=_FOR,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )


def known_browser(request: HttpRequest, now: datetime) -> KnownBrowser | None:
    """Who logged in here with the password of now; None for a stranger's browser."""
    token = request.COOKIES.get(COOKIE)
    if not token:
        return None
    try:
        user, name, session_hash = host_signer(_PURPOSE).unsign(token, max_age=_FOR, now=now)
        known = KnownBrowser(UUID(user), name)
    except (signing.TokenError, ValueError):
        return None
    return known if compare_digest(session_hash, session_hash_of(known.user)) else None
