"""Support access at the door: who is in by a grant, what they may do there, and that all of it is written down."""

from collections.abc import Callable
from typing import Any, Final, cast

from django.contrib.auth import login, logout
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.enums import Role
from accounts.models import User
from accounts.services import record_audit
from accounts.support import end_visit, visit_running
from accounts.support_models import SupportVisit
from scrm.core import clock
from scrm.flows.support import support_entered, support_waiting
from scrm.web.reading import changes_nothing

_KEY: Final = "support_visit"
_ALWAYS: Final = {"support:leave", "account_logout", "set_language"}
_OWN_ACCOUNT: Final = ("account_", "mfa_")
_CARRIES_OUT: Final = {"ops:audit_export", "ops:import_errors"}
"""Files of lines by the thousand, or of customers' numbers in the clear: a guest looks, and takes nothing along."""

Answer = Callable[[HttpRequest], HttpResponse]


class SupportBackend(ModelBackend):
    """Knows whoever is in by support access; nobody logs in through it."""

    def authenticate(self, request: HttpRequest | None, *args: Any, **credentials: Any) -> None:
        return None

    def get_user(self, user_id: Any) -> User | None:
        user = super().get_user(user_id)
        return user if isinstance(user, User) and user.operator else None


class SupportMiddleware:
    """Behind authentication. A visit ends by time, by revocation and by log-out; a grant that only lets read is
    held here, at the door, for every address."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not (user.is_authenticated and user.operator):
            return self.get_response(request)
        now = clock.now()
        visit = visit_running(str(request.session.get(_KEY, "")), user, now=now)
        if visit is None:
            logout(request)
            return self.get_response(request)
        vars(request)["support"] = visit
        if not visit.grant.read_only:
            # For this request alone: the row stays one that only reads.
            user.role = Role.OPS
        answer = self.get_response(request)
        if not request.user.is_authenticated:
            visit.user = user
            end_visit(visit=visit, now=now)
        elif not getattr(request, "support_refused", False):
            changed = not changes_nothing(request)
            _record("support.page_changed" if changed else "support.page_opened", request, user, answer.status_code)
        return answer

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        visit = support_visit(request)
        name = _page_of(request)
        if visit is None or name in _ALWAYS:
            return None
        barred = name.startswith(_OWN_ACCOUNT) or name in _CARRIES_OUT
        if barred or (visit.grant.read_only and not changes_nothing(request)):
            vars(request)["support_refused"] = True
            _record("support.change_refused", request, cast(User, request.user), 403)
            return _refusal(request)
        return None


def support_visit(request: HttpRequest) -> SupportVisit | None:
    """The visit that this request belongs to, if it is one."""
    return cast(SupportVisit | None, getattr(request, "support", None))


@require_http_methods(["GET", "POST"])
@never_cache
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """The link: it works once, and within a minute. Looking at it spends nothing: scanners of links and previews do."""
    now = clock.now()
    if request.method == "GET":
        waits = support_waiting(token, now=now)
        answer = render(request, "support/enter.html") if waits else _spent(request)
    elif visit := support_entered(token, now=now):
        login(request, visit.user, backend="scrm.web.support.SupportBackend")
        request.session[_KEY] = visit.pk.hex
        request.session.set_expiry(int((visit.grant.ends_at - now).total_seconds()))
        answer = redirect("ops:home")
    else:
        answer = _spent(request)
    # The address is a way in: no other site learns it. Without any referrer browsers would hide where the form is from.
    answer["Referrer-Policy"] = "same-origin"
    return answer


def _spent(request: HttpRequest) -> HttpResponse:
    return render(request, "support/spent.html", status=403)


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """End the visit; the middleware writes it down."""
    if support_visit(request) is not None:
        logout(request)
    return redirect("account_login")


def _record(action: str, request: HttpRequest, user: User, status: int) -> None:
    found = request.resolver_match
    ids = {name: str(value) for name, value in found.kwargs.items() if name.endswith("_id")} if found else {}
    details = {"page": _page_of(request), "method": request.method, "status": status, **ids}
    record_audit(action=action, actor=user, details=details, now=clock.now())


def _page_of(request: HttpRequest) -> str:
    # Not the address: a search or a token may stand in it.
    return request.resolver_match.view_name if request.resolver_match else ""


def _refusal(request: HttpRequest) -> HttpResponse:
    if request.path.startswith("/api/"):
        reason, fix = _("This support session may only read."), _("Ask the business for a grant that lets you change.")
        error = {"field": "", "code": "support_reads_only", "reason": reason, "fix": fix}
        return JsonResponse({"errors": [error]}, status=403)
    return render(request, "support/refused.html", status=403)


app_name = "support"
urlpatterns = [
    path("enter/<str:token>/", enter, name="enter"),
    path("leave/", leave, name="leave"),
]
