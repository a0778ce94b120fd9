"""Lets every log line of a request name the person by id, once something has asked who it is."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from scrm.core import logs


class LogContextMiddleware:
    """Behind the authentication, which looks the person up only when a page asks: a log line never does."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        mark = logs.person.set(lambda: _known(request))
        try:
            return self.get_response(request)
        finally:
            logs.person.reset(mark)


def _known(request: HttpRequest) -> str | None:
    user = getattr(request, "_cached_user", None)
    return None if user is None or user.pk is None else str(user.pk)
