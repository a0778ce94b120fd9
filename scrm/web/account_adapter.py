"""Who may log in, and what a log-in leaves behind; nobody signs up by themselves."""

from typing import Any, ClassVar, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.second_factor import needs_second_factor
from accounts.services import record_audit
from accounts.services_attempts import LockedOut
from accounts.services_log_in import change_password
from accounts.services_sessions import clear_ended_sessions
from accounts.session_store import ABSOLUTE, ADDRESS, AGENT, IDLE
from scrm.core import clock
from scrm.core.tenancy import schema_name
from scrm.web.account.known_browsers import remember_browser
from scrm.web.account.lock_page import locked_page

_AGENT_LENGTH = 300


class ClosedAccountAdapter(DefaultAccountAdapter):
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("No account has this name and password."),
        "username_password_mismatch": _("No account has this name and password."),
        "incorrect_password": _("This is not your password."),
        "enter_current_password": _("This is not your password."),
        "incorrect_code": _("This code is not right. Take the newest one."),
        "rate_limited": _("That was too often. Wait a few minutes."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Attempts are counted where the password is checked: `scrm.web.account.backend`."""

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        lock = getattr(request, "lock", None)
        if isinstance(lock, LockedOut):
            raise ImmediateHttpResponse(locked_page(request, lock.until, clock.now()))

    def login(self, request: HttpRequest, user: Any) -> None:
        super().login(request, user)
        request.session[AGENT] = self.get_http_user_agent(request)[:_AGENT_LENGTH]
        request.session[ADDRESS] = request.META.get("REMOTE_ADDR", "")
        if needs_second_factor(user.role, is_operator=schema_name() == "public"):
            request.session[IDLE] = settings.STRONG_SESSION_IDLE_SECONDS
            request.session[ABSOLUTE] = settings.STRONG_SESSION_SECONDS
        clear_ended_sessions()
        steps = [record["method"] for record in get_authentication_records(request, user)]
        record_audit(action="login.succeeded", actor=user, subject=user, details={"steps": steps})

    def post_login(self, request: HttpRequest, user: Any, **hints: Any) -> HttpResponse:
        answer = super().post_login(request, user, **hints)
        remember_browser(answer, user, clock.now())
        return answer

    def set_password(self, user: Any, password: str) -> None:
        own = self.request.user == user
        change_password(
            user=user, password=password, by=user, besides=self.request.session.session_key if own else None
        )

    def is_reauthentication_required(self, *, app: str, **hints: Any) -> bool:
        """Who has just logged in need not say so again."""
        return super().is_reauthentication_required(app=app, **hints) and not self._has_just_logged_in()

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Representatives begin on their phone page, operators of the platform in its admin."""
        if schema_name() == "public":
            return reverse("admin:index")
        return reverse("ops:home") if cast(User, request.user).may("desk.open") else reverse("rep:today")

    def _has_just_logged_in(self) -> bool:
        records = get_authentication_records(self.request, self.request.user)
        latest = max((record["at"] for record in records), default=0.0)
        return bool(clock.now().timestamp() - latest < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)
