"""Shows something in clear, once: after the second step where the role asks for it, and no more than the role may."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.selectors_log_in import user_has_factor
from contacts.selectors import reveal_limit
from contacts.services import RevealsSpent
from scrm.web.access import Visit
from scrm.web.account.step_up import has_shown_factor


def shown_in_clear(
    request: Visit, open_value: Callable[[], str], template: str, context: dict[str, Any]
) -> HttpResponseBase:
    """The template with the `value` that is opened; or the way to the second step; or when there is more to see."""
    limit = reveal_limit(request.user)
    if limit.needs_factor and not has_shown_factor(request):
        return _to_factor(request)
    try:
        answer = render(request, template, {**context, "value": open_value()})
    except RevealsSpent as spent:
        context = {"until": spent.until, "never": not limit.per_day}
        answer = render(request, "components/reveals_spent.html", context, status=422)
    answer["Cache-Control"] = "no-store"
    return answer


def _to_factor(request: Visit) -> HttpResponseBase:
    if not user_has_factor(request.user):
        messages.info(request, _("To see this you need a second step: set one up, then look again."))
        where = reverse("mfa_index")
    else:
        here = urlsplit(request.headers.get("HX-Current-URL", "")).path or "/"
        where = f"{reverse('mfa_reauthenticate')}?{urlencode({'next': here})}"
    if not request.htmx:
        return redirect(where)
    answer = HttpResponse(status=403)
    answer["HX-Redirect"] = where
    return answer
