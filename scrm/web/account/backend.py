"""The one way to check a password: each attempt is counted first, whichever door it came through."""

from typing import Any
from uuid import UUID

from allauth.account.auth_backends import AuthenticationBackend
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts.secrets import fingerprint
from accounts.selectors_log_in import user_ids_named
from accounts.services_attempts import LockedOut, begin_attempt, forgive_attempt
from accounts.services_log_in import note_failed_log_in
from scrm.core import clock
from scrm.web.account.known_browsers import known_browser


class CountedBackend(AuthenticationBackend):
    """Too many attempts are refused before the password is looked at; `request.lock` then says until when."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> Any:
        typed = credentials.get("email") or credentials.get("username")
        if not typed or not credentials.get("password"):
            return None
        if request is None:
            raise PermissionDenied("A password is only taken from a request, so that attempts can be counted.")
        now = clock.now()
        users = user_ids_named(typed)
        try:
            attempt = begin_attempt(
                users=users,
                typed=fingerprint(typed),
                address=request.META.get("REMOTE_ADDR", ""),
                known=known_browser(request, now),
                now=now,
            )
        except LockedOut as lock:
            vars(request)["lock"] = lock
            raise PermissionDenied from lock
        self._checked: set[UUID] = set()
        user = super().authenticate(request, **credentials)
        if user is None:
            note_failed_log_in(users=users, locks=attempt.locks, step="password", now=now)
        else:
            forgive_attempt(attempt)
        return user

    def _check_password(self, user: Any, password: str) -> Any:
        """Each account once, by whatever names it was found: twice takes longer, and so says that there is one."""
        if user is None or user.pk in self._checked:
            return None
        self._checked.add(user.pk)
        return super()._check_password(user, password)
