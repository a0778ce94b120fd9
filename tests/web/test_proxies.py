"""Whom a request comes from, behind proxies and without."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from scrm.web.middleware import ProxyMiddleware


@pytest.mark.parametrize(
    ("trusted", "forwarded", "sender"),
    [
        (0, "203.0.113.7", "10.0.0.1"),
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "6.6.6.6, 203.0.113.7", "203.0.113.7"),
        (2, "6.6.6.6, 203.0.113.7, 10.0.0.2", "203.0.113.7"),
        (2, "203.0.113.7", "10.0.0.1"),
        (1, "unknown", "10.0.0.1"),
        (1, "", "10.0.0.1"),
        (1, "2001:db8::7", "2001:db8::7"),
    ],
)
def test_sender_is_whom_the_outermost_trusted_proxy_saw(settings, trusted, forwarded, sender):
    settings.TRUSTED_PROXIES = trusted
    seen = []
    middleware = ProxyMiddleware(lambda request: seen.append(request.META["REMOTE_ADDR"]) or HttpResponse())

    middleware(RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", headers={"x-forwarded-for": forwarded}))

    assert seen == [sender]
