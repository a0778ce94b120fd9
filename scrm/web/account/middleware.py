"""What each request of somebody who is logged in passes: they are here, and they have shown enough."""

from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _

from accounts.second_factor import needs_second_factor
from accounts.selectors_log_in import user_has_factor
from accounts.services_sessions import note_seen
from scrm.core.tenancy import schema_name
from scrm.web.account.step_up import has_shown_factor, to_factor

Answer = Callable[[HttpRequest], HttpResponse]

BY_ITSELF: Final = frozenset({"/events/", "/alerts/new"})
"""What a page asks without its reader: it does not show that somebody is there."""
_ALWAYS: Final = {"account_logout", "set_language"}
_SETTING_UP: Final = {
    *("mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "account_reauthenticate"),
    *("mfa_view_recovery_codes", "account_change_password"),
}
_SHOWING: Final = {"mfa_reauthenticate", "mfa_reauthenticate_webauthn"}


class SeenMiddleware:
    """Writes down now and then that a session is in use."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        session: Any = request.session
        if request.path not in BY_ITSELF and request.user.is_authenticated and session.is_stale():
            note_seen(session)
        return self.get_response(request)


class SecondFactorMiddleware:
    """Those for whom a password is not enough reach nothing else before they have shown a second factor.

    Asked of the session and not of the account, so that no way of logging in goes round it.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, named: Any) -> HttpResponseBase | None:
        if not lacks_second_factor(request):
            return None
        name = request.resolver_match.view_name if request.resolver_match else None
        if name in _ALWAYS:
            return None
        user: Any = request.user
        shows = user_has_factor(user)
        return None if name in (_SHOWING if shows else _SETTING_UP) else _refusal(request, shows=shows)


def lacks_second_factor(request: HttpRequest) -> bool:
    user: Any = request.user
    if not (settings.SCRM_REQUIRE_MFA and user.is_authenticated):
        return False
    if not needs_second_factor(user.role, is_operator=schema_name() == "public"):
        return False
    return not has_shown_factor(request)


def _refusal(request: HttpRequest, *, shows: bool) -> HttpResponseBase:
    if request.path.startswith("/api/"):
        error = {
            "field": "",
            "code": "second_factor_required",
            "reason": _("Your role needs a second factor."),
            "fix": _("Set up two-step log-in in the browser, or log in with it."),
        }
        return JsonResponse({"errors": [error]}, status=403)
    return to_factor(request, shows=shows)
