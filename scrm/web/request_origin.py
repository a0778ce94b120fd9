"""Gives each request a name that its answer, its log lines and its audit entries carry."""

import re
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address
from typing import Final

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from scrm.core.ids import uuid7
from scrm.core.origin import Origin, coming_from

_SHAPE: Final = re.compile(r"[A-Za-z0-9_-]{8,64}")


class OriginMiddleware:
    """Behind `ProxyMiddleware`, so that the address is the sender's.

    A name given by a proxy that we trust is kept; anybody else could make theirs equal to another's.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.trusted: int = settings.TRUSTED_PROXIES

    def __call__(self, request: HttpRequest) -> HttpResponse:
        where = Origin(ip=_ip(request), request_id=self._name(request))
        with coming_from(where), structlog.contextvars.bound_contextvars(request_id=where.request_id):
            answer = self.get_response(request)
        answer["X-Request-ID"] = where.request_id
        return answer

    def _name(self, request: HttpRequest) -> str:
        given = request.headers.get("X-Request-ID", "")
        return given if self.trusted and _SHAPE.fullmatch(given) else uuid7().hex


def _ip(request: HttpRequest) -> str:
    with suppress(ValueError):
        return str(ip_address(request.META.get("REMOTE_ADDR", "")))
    return ""
