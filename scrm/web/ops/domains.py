"""Settings: the hosts that the business answers on, and how it proves that they are its own."""

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from scrm.core import clock
from scrm.flows.hosts import host_checked, host_chosen, host_claimed, host_released
from scrm.web.access import Visit, found, may
from scrm.web.ops.replies import first_message, form_page, take_errors
from tenants.enums import DomainStatus
from tenants.hosts import proof_name, proof_text, shown_host
from tenants.models import Domain
from tenants.selectors import domain_detail, domain_list


class DomainForm(forms.Form):
    domain = forms.CharField(
        label=gettext_lazy("Host"), max_length=253, help_text=gettext_lazy("Such as shop.example.com.")
    )


@dataclass(frozen=True, slots=True)
class HostRow:
    """A host with the record that proves it."""

    claim: Domain
    host: str
    record_name: str
    record_text: str
    tone: str


_TONES = {DomainStatus.PENDING: "amber", DomainStatus.VERIFIED: "green", DomainStatus.FAILED: "red"}


@may("domain.edit")
def index(request: Visit) -> HttpResponse:
    form = DomainForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            host_claimed(request.tenant, form.cleaned_data["domain"], by=request.user, now=clock.now())
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Now set the TXT record, then check it."))
            return redirect("ops:settings_domains")
    return form_page(
        request, "ops/settings_domains.html", form, {"rows": [_row(each) for each in domain_list(request.tenant)]}
    )


@require_POST
@may("domain.edit")
def check(request: Visit, domain_id: int) -> HttpResponse:
    claim = found(domain_detail(request.tenant, domain_id))
    if host_checked(claim, by=request.user, now=clock.now()) == DomainStatus.VERIFIED:
        messages.success(request, _("%(host)s is verified: you are reached there now.") % _named(claim))
    else:
        messages.error(request, claim.get_problem_display())
    return redirect("ops:settings_domains")


@require_POST
@may("domain.edit")
def choose(request: Visit, domain_id: int) -> HttpResponse:
    return _step(request, domain_id, host_chosen, _("New links lead to %(host)s."))


@require_POST
@may("domain.edit")
def release(request: Visit, domain_id: int) -> HttpResponse:
    return _step(request, domain_id, host_released, _("%(host)s is given up."))


def _step(request: Visit, domain_id: int, story: Callable[..., object], done: str) -> HttpResponse:
    claim = found(domain_detail(request.tenant, domain_id))
    try:
        story(claim, by=request.user, now=clock.now())
        messages.success(request, done % _named(claim))
    except ValidationError as error:
        messages.error(request, first_message(error))
    return redirect("ops:settings_domains")


def _row(claim: Domain) -> HostRow:
    tone = _TONES[DomainStatus(claim.status)]
    return HostRow(claim, shown_host(claim.domain), proof_name(claim.domain), proof_text(claim.proof), tone)


def _named(claim: Domain) -> dict[str, str]:
    return {"host": shown_host(claim.domain)}
