"""The two admin sites: a tenant's own, and the platform's on the bare host."""

from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from accounts.services import record_audit
from scrm.core.admin import RecordingSite, RoomAdmin
from scrm.web.platform_support import support


class HouseAdminSite(RecordingSite):
    """Entered by role, through the log-in of the house, and written into the audit trail."""

    site_url: str | None = None
    enable_nav_sidebar = True

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return user.is_authenticated and user.is_staff and user.may("admin.open")

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Rooms only: an installed package's tables (second factors, lock-outs) are not shown here."""
        if admin_class is not None and issubclass(admin_class, RoomAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.user.is_authenticated and not self.has_permission(request):
            # Sending somebody who is logged in to the log-in page would send them back here.
            raise PermissionDenied
        after = request.GET.get("next", reverse("admin:index"))
        return redirect_to_login(after, login_url=reverse("account_login"))

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """On the house's own page: attempts at the old one are counted there, and the trail is told."""
        return redirect("account_change_password")

    def record(self, request: HttpRequest, verb: str, subject: Model, details: dict[str, Any]) -> None:
        actor = request.user if request.user.is_authenticated else None
        record_audit(action=verb, actor=actor, subject=subject, details={**details, "by": "admin"})


class TenantAdminSite(HouseAdminSite):
    site_header = _("Administration")
    site_title = _("SCRM administration")
    index_title = _("Everything of this business")
    site_url = "/"


class PlatformAdminSite(HouseAdminSite):
    site_header = _("SCRM platform")
    site_title = _("SCRM platform")
    index_title = _("Tenants and operators")

    def get_urls(self) -> list[Any]:
        page = path("support/", self.admin_view(support), {"site": self}, name="support")
        return [page, *super().get_urls()]


platform_site = PlatformAdminSite(name="admin")
