"""What makes the pages an app on the phone: manifest, service worker, offline page. No log-in needed."""

from functools import cache
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

_SCRIPT: Final = "static/js/sw.js"


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    return render(request, "rep/manifest.webmanifest", content_type="application/manifest+json")


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """Served from here because a worker rules only what lies beside or below it."""
    headers = {"Service-Worker-Allowed": "/rep/", "Cache-Control": "no-cache"}
    return HttpResponse(_script(), content_type="text/javascript; charset=utf-8", headers=headers)


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    return render(request, "rep/offline.html")


@cache
def _script() -> bytes:
    return bytes((settings.BASE_DIR / _SCRIPT).read_bytes())
