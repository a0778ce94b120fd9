"""Where an operator of the platform asks for the way into a business."""

from typing import cast

from django import forms
from django.conf import settings
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from scrm.core import clock
from scrm.flows.support import support_asked
from tenants.enums import OPEN
from tenants.selectors import tenant_by_name


class AskForm(forms.Form):
    tenant = forms.CharField(label=_("Short name of the business"), max_length=48)


def ask(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """A link that works once, where the business grants it; else 403, and its trail says who tried."""
    form = AskForm(request.POST or None)
    way, refused = None, False
    if request.method == "POST" and form.is_valid():
        tenant = tenant_by_name(form.cleaned_data["tenant"].strip())
        if tenant is None or tenant.status not in OPEN:
            form.add_error("tenant", _("No business of this name answers."))
        else:
            way = support_asked(tenant, operator=cast(User, request.user), now=clock.now())
            refused = way is None
    context = {
        **site.each_context(request),
        "title": _("Support access"),
        "form": form,
        "way": way,
        "refused": refused,
        "link": way and way.base_url + reverse("support:enter", args=[way.token], urlconf=settings.ROOT_URLCONF),
    }
    answer = TemplateResponse(request, "admin/support.html", context, status=403 if refused else 200)
    answer["Cache-Control"] = "no-store"
    return answer
