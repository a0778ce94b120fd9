"""What every page for customers shares: its language, its headers, and the one page for all that is not there."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt

from tenants.models import Tenant

Args = ParamSpec("Args")


class Visit(HttpRequest):
    """A request of somebody unknown, on a tenant's host."""

    tenant: Tenant


Page = Callable[Concatenate[Visit, Args], HttpResponse]
Open = Callable[Concatenate[HttpRequest, Args], HttpResponse]


def for_everybody(page: Page[Args]) -> Open[Args]:
    """A page without log-in or cookie. What it is asked to do is proved by a signed token, not by a session."""

    @wraps(page)
    def open_page(request: HttpRequest, /, *args: Args.args, **kwargs: Args.kwargs) -> HttpResponse:
        asked = request.GET.get("lang", "")
        if asked in dict(settings.LANGUAGES):
            # The middleware chooses anew for each request, so this one ends with the answer.
            translation.activate(asked)
        answer = page(cast(Visit, request), *args, **kwargs)
        answer["Cache-Control"] = "no-store"
        return answer

    return csrf_exempt(open_page)


def look_of(request: Visit) -> str:
    """`light` or `dark` in a frame whose page around it has no other; empty where it follows the visitor's system."""
    look = request.GET.get("look", "")
    return look if look in ("light", "dark") else ""


def show(request: Visit, template: str, context: dict[str, Any] | None = None, *, status: int = 200) -> HttpResponse:
    other = next(code for code, _name in settings.LANGUAGES if code != translation.get_language())
    query = request.GET.copy()
    query["lang"] = other
    frame: dict[str, Any] = {"other_language": other, "other_language_url": f"?{query.urlencode()}"}
    frame["embedded"] = request.GET.get("embed") == "1"
    frame["look"] = look_of(request)
    return render(request, template, {**frame, **(context or {})}, status=status)


def not_there(request: Visit) -> HttpResponse:
    """Nothing at this address; why is nobody's business."""
    return show(request, "public/not_there.html", status=404)
