"""What the bare host answers: the platform's own pages."""

from django.urls import include, path
from django.views.generic import RedirectView

from scrm.web import platform_admin

handler500 = "scrm.web.outage.answer_broken"
urlpatterns = [
    path("accounts/", include("scrm.web.account.urls")),
    path("admin/", platform_admin.urls),
    path("i18n/", include("scrm.web.i18n_urls")),
    path("", RedirectView.as_view(pattern_name="admin:index")),
]
