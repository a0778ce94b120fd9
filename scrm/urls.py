"""What a tenant's host answers."""

from django.contrib import admin
from django.urls import include, path

handler500 = "scrm.web.outage.answer_broken"
urlpatterns = [
    path("accounts/", include("scrm.web.account.urls")),
    path("admin/", admin.site.urls),
    path("i18n/", include("scrm.web.i18n_urls")),
    path("api/", include("scrm.api.urls")),
    path("hooks/", include("scrm.webhooks.urls")),
    path("support/", include("scrm.web.support")),
    path("", include("scrm.web.alert_urls")),
    path("rep/", include("scrm.web.rep.urls")),
    path("", include("scrm.web.public.urls")),
    path("", include("scrm.web.ops.urls")),
]
