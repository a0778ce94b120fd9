"""Makes a tenant's own site the admin that rooms register on."""

from django.contrib.admin.apps import AdminConfig


class HouseAdminConfig(AdminConfig):
    default_site = "scrm.web.admin_site.TenantAdminSite"
