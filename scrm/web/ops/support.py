"""Settings: who of the platform's operators may come in, for how long, to do what."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.support import grant_detail, grant_list, grant_support, revoke_support
from scrm.core import clock
from scrm.web.access import Visit, found, may
from scrm.web.ops.filters import page_of
from scrm.web.ops.replies import form_page, take_errors

_HOURS: Final = (
    (1, gettext_lazy("An hour")),
    (4, gettext_lazy("Four hours")),
    (8, gettext_lazy("Eight hours")),
    (24, gettext_lazy("A day")),
)


class GrantForm(forms.Form):
    operator = forms.CharField(
        label=gettext_lazy("Operator"),
        max_length=150,
        help_text=gettext_lazy("The user name that support has told you. Nobody else is let in."),
    )
    reason = forms.CharField(label=gettext_lazy("What for"), max_length=200)
    hours = forms.TypedChoiceField(label=gettext_lazy("For how long"), coerce=int, choices=_HOURS, initial=1)
    may_change = forms.BooleanField(
        label=gettext_lazy("May change things too"),
        required=False,
        help_text=gettext_lazy("Without this they only read. They never reach users, keys or the administration."),
    )


@may("support.grant")
def index(request: Visit) -> HttpResponse:
    form = GrantForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            grant_support(
                operator=values["operator"],
                reason=values["reason"],
                lasts=timedelta(hours=values["hours"]),
                read_only=not values["may_change"],
                by=request.user,
                now=clock.now(),
            )
            messages.success(request, _("Granted. Everything that they open is written into the audit trail."))
            return redirect("ops:settings_support")
        except ValidationError as error:
            take_errors(form, error)
    context = {"page": page_of(request, grant_list()), "now": clock.now()}
    return form_page(request, "ops/settings_support.html", form, context)


@require_POST
@may("support.grant")
def revoke(request: Visit, grant_id: UUID) -> HttpResponse:
    if revoke_support(grant=found(grant_detail(grant_id)), by=request.user, now=clock.now()):
        messages.success(request, _("Revoked: whoever was in is out."))
    return redirect("ops:settings_support")
