"""Where an operator of the platform asks for the way into a business, and ends what a business granted."""

from typing import Any, cast
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from scrm.core import clock
from scrm.flows.support import support_asked, support_given_up, support_listed, support_sent_away
from tenants.enums import OPEN
from tenants.models import Tenant
from tenants.selectors import tenant_by_name


class AskForm(forms.Form):
    tenant = forms.CharField(label=_("Short name of the business"), max_length=48)


def support(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """A link that works once, where the business grants it; else 403, and its trail says who tried.

    Below it what the business grants now and who is in, to be ended from here, too.
    """
    form = AskForm(request.POST or None)
    context: dict[str, Any] = {**site.each_context(request), "title": _("Support access"), "form": form}
    status = 200
    if request.method == "POST" and form.is_valid():
        tenant = tenant_by_name(form.cleaned_data["tenant"].strip())
        if tenant is None or tenant.status not in OPEN:
            form.add_error("tenant", _("No business of this name answers."))
        else:
            context |= _done(request, tenant)
            status = 403 if context.get("refused") else 200
            context |= {"business": tenant, "grants": support_listed(tenant, now=clock.now())}
    answer = TemplateResponse(request, "admin/support.html", context, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def _done(request: HttpRequest, tenant: Tenant) -> dict[str, Any]:
    """Do what the button says; what the page shows of it."""
    operator, now = cast(User, request.user), clock.now()
    match request.POST.get("do", "ask"):
        case "revoke":
            done = support_given_up(tenant, _id(request), operator=operator, now=now)
            return {"told": _("Revoked: whoever was in is out.") if done else _("That was over already.")}
        case "end":
            done = support_sent_away(tenant, _id(request), operator=operator, now=now)
            return {"told": _("Ended: whoever was in is out.") if done else _("That was over already.")}
        case "look":
            return {}
    way = support_asked(tenant, operator=operator, now=now)
    if way is None:
        return {"refused": True}
    return {"link": way.base_url + reverse("support:enter", args=[way.token], urlconf=settings.ROOT_URLCONF)}


def _id(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("id", ""))
    except ValueError:
        raise Http404 from None
