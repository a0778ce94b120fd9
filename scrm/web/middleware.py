"""What every request passes: the host's tenant, its language and time zone."""

import zoneinfo
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.middleware.locale import LocaleMiddleware
from django.utils import timezone, translation
from django_tenants.middleware.main import TenantMainMiddleware

from tenants.models import Domain, Tenant
from tenants.selectors import tenant_by_host

Answer = Callable[[HttpRequest], HttpResponse]


class ProxyMiddleware:
    """Behind proxies that we trust, the sender is whom the outermost of them saw, not the innermost proxy.

    Each proxy adds at the right whom it saw; what stands further left anybody may have made up.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response
        self.trusted: int = settings.TRUSTED_PROXIES

    def __call__(self, request: HttpRequest) -> HttpResponse:
        seen = request.headers.get("X-Forwarded-For", "").split(",")
        if self.trusted and len(seen) >= self.trusted:
            with suppress(ValueError):
                request.META["REMOTE_ADDR"] = str(ip_address(seen[-self.trusted].strip()))
        return self.get_response(request)


class HostMiddleware(TenantMainMiddleware):
    """Finds the tenant by host: any legal spelling of the name, and only an active tenant's."""

    @staticmethod
    def hostname_from_request(request: HttpRequest) -> str:
        host = request.get_host().lower()
        name = host if host.endswith("]") else host.rsplit(":", 1)[0] if ":" in host else host
        return name.removesuffix(".")

    def get_tenant(self, domain_model: type[Domain], hostname: str) -> Tenant:
        if hostname == settings.PUBLIC_HOST:
            return Tenant(schema_name="public", name="SCRM")
        tenant = tenant_by_host(hostname)
        if tenant is None:
            raise domain_model.DoesNotExist
        return tenant

    def no_tenant_found(self, request: HttpRequest, hostname: str) -> HttpResponse:
        return HttpResponseNotFound("There is nothing at this address.", content_type="text/plain")


class LanguageMiddleware(LocaleMiddleware):
    """The reader's choice, else the browser's, else the business's own language."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        chosen = settings.LANGUAGE_COOKIE_NAME in request.COOKIES
        own: str = getattr(getattr(request, "tenant", None), "language", "")
        if own and not chosen and "HTTP_ACCEPT_LANGUAGE" not in request.META:
            translation.activate(own)
            request.LANGUAGE_CODE = translation.get_language()


class TimeZoneMiddleware:
    """Times are shown in the business's zone."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        zone: str = getattr(getattr(request, "tenant", None), "zone", "") or "UTC"
        with timezone.override(zoneinfo.ZoneInfo(zone)):
            return self.get_response(request)
