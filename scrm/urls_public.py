"""What the bare host answers: the platform's own pages."""

from django.urls import include, path
from django.views.generic import RedirectView

from scrm.web.platform_admin import platform_site

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("admin/", platform_site.urls),
    path("i18n/", include("scrm.web.i18n_urls")),
    path("", RedirectView.as_view(pattern_name="admin:index")),
]
