"""Where I am logged in, and ending it."""

from typing import Any, NamedTuple

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.selectors_log_in import session_list
from accounts.services_log_in import end_own_session, end_own_sessions
from accounts.session_store import row_key
from scrm.web.account.agents import browser_of, device_of, is_phone


class Place(NamedTuple):
    """A session as its owner knows it."""

    session: Any
    browser: str
    device: str
    icon: str
    is_here: bool


@never_cache
@login_required
def sessions(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    here = row_key(str(request.session.session_key))
    places = [
        Place(
            session=each,
            browser=browser_of(each.agent),
            device=device_of(each.agent),
            icon="device-mobile" if is_phone(each.agent) else "device-desktop",
            is_here=each.session_key == here,
        )
        for each in session_list(user)
    ]
    places.sort(key=lambda place: not place.is_here)
    return render(request, "account/sessions.html", {"places": places})


@require_POST
@login_required
def end(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    if end_own_session(user=user, key=request.POST.get("session", "")):
        messages.success(request, _("Ended: that browser has to log in again."))
    return redirect("account_sessions")


@require_POST
@login_required
def end_others(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    count = end_own_sessions(user=user, besides=str(request.session.session_key))
    text = ngettext("Ended %(count)s other session.", "Ended %(count)s other sessions.", count)
    messages.success(request, text % {"count": count})
    return redirect("account_sessions")
