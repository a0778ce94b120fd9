"""A second factor that a session has shown, or is asked for: by what its role may do, or by the page."""

from functools import wraps
from typing import ParamSpec
from urllib.parse import urlencode

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.selectors_log_in import user_has_factor
from scrm.web.access import Page, Visit

Args = ParamSpec("Args")


def has_shown_factor(request: HttpRequest) -> bool:
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, request.user))


def to_factor(request: HttpRequest, *, shows: bool) -> HttpResponseBase:
    """To where the session shows its user's factor, and back; without one (`shows` is False) to where it is set up."""
    where = reverse("mfa_reauthenticate" if shows else "mfa_index")
    if request.method == "GET" and shows:
        where = f"{where}?{urlencode({'next': request.get_full_path()})}"
    if request.headers.get("HX-Request") == "true":
        answer = HttpResponse(status=403)
        answer["HX-Redirect"] = where
        return answer
    return redirect(where)


def second_factor(page: Page[Args]) -> Page[Args]:
    """The page carries a business's data out at once: a password is not enough for it, whatever the role.

    Below `may`, which knows who asks.
    """

    @wraps(page)
    def stepped_up(request: Visit, /, *args: Args.args, **kwargs: Args.kwargs) -> HttpResponseBase:
        if not settings.SCRM_REQUIRE_MFA or has_shown_factor(request):
            return page(request, *args, **kwargs)
        shows = user_has_factor(request.user)
        if not shows:
            messages.info(request, _("For an export you need a second step: set one up, then export again."))
        return to_factor(request, shows=shows)

    return stepped_up
