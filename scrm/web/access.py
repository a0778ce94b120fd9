"""Who may open a page: log-in, role, the door that a role belongs to, and what is not there for them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar, cast

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django_htmx.middleware import HtmxDetails

from accounts.models import User
from accounts.permissions import ACTIONS
from scrm.web.searches import address_without_search
from tenants.models import Tenant

Args = ParamSpec("Args")
Row = TypeVar("Row")


class Visit(HttpRequest):
    """A request whose sender has logged in, on a tenant's host."""

    user: User
    tenant: Tenant
    htmx: HtmxDetails


@dataclass(frozen=True, slots=True)
class Needs:
    """What a page asks of its reader; the list of routes reads it from the page."""

    action: str
    door: str


Page = Callable[Concatenate[Visit, Args], HttpResponseBase]
Guarded = Callable[Concatenate[HttpRequest, Args], HttpResponseBase]


def may(action: str, *, door: str = "desk.open") -> Callable[[Page[Args]], Guarded[Args]]:
    """The page is for those who may do `action` and enter the door; representatives go to their own."""
    for each in (action, door):
        if each not in ACTIONS:
            raise KeyError(f"{each} stands in no line of accounts/permissions.py.")

    def decorate(page: Page[Args]) -> Guarded[Args]:
        @wraps(page)
        def guarded(request: HttpRequest, /, *args: Args.args, **kwargs: Args.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _to_login(request)
            visit = cast(Visit, request)
            if not visit.user.may(door) and visit.method == "GET" and visit.user.may("task.work"):
                return redirect("rep:today")
            if not (visit.user.may(door) and visit.user.may(action)):
                return render(visit, "ops/denied.html", status=403)
            return page(visit, *args, **kwargs)

        # Decorators around this one copy it, so that the page as it stands in the resolver has it.
        vars(guarded)["needs"] = Needs(action, door)
        return guarded

    return decorate


def needs_of(page: object) -> Needs | None:
    """What `may` declared of a page; None for one that it does not guard."""
    declared = getattr(page, "needs", None)
    return declared if isinstance(declared, Needs) else None


def found(row: Row | None) -> Row:
    """The row; what does not exist and what the reader may not see are the same 404."""
    if row is None:
        raise Http404
    return row


def _to_login(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request") != "true":
        return redirect_to_login(address_without_search(request))
    # A partial answer must not be the log-in page: the whole page goes there.
    answer = HttpResponse()
    answer["HX-Redirect"] = resolve_url("account_login")
    return answer
