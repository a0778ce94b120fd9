"""The two admin sites: a tenant's own, and the platform's on the bare host."""

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import SimpleAdminConfig
from django.utils.translation import gettext_lazy as _


class TenantAdminSite(AdminSite):
    site_header = _("Administration")
    site_title = _("SCRM administration")
    index_title = _("Everything of this business")


class PlatformAdminSite(AdminSite):
    site_header = _("SCRM platform")
    site_title = _("SCRM platform")
    index_title = _("Tenants and operators")


platform_site = PlatformAdminSite(name="admin")


class PlatformAwareAdminConfig(SimpleAdminConfig):
    """Django's admin with our own site as the default; each room registers in its admin.py."""

    default_site = "scrm.web.admin_site.TenantAdminSite"

    def ready(self) -> None:
        super().ready()
        self.module.autodiscover()
