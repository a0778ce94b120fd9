"""Settings: the keys of other systems. A token is shown in the answer that makes it, and never again."""

from datetime import datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from exchange.enums import SCOPE_MEANINGS, ApiScope
from exchange.key_limits import FASTEST
from exchange.keys import create_api_key, revoke_api_key, rotate_api_key
from exchange.models import ApiKey
from exchange.selectors import api_key_detail, api_key_list
from scrm.core import clock
from scrm.web.access import Visit, found, may
from scrm.web.ops.filters import page_of
from scrm.web.ops.replies import form_page, take_errors

_OVERLAPS: Final = (
    (0, gettext_lazy("Not at all: it stops now")),
    (1, gettext_lazy("For an hour")),
    (24, gettext_lazy("For a day")),
    (72, gettext_lazy("For three days")),
    (168, gettext_lazy("For a week")),
)


def scope_choices() -> list[tuple[str, str]]:
    words = gettext_lazy("%(name)s (%(scope)s): %(meaning)s")
    return [
        (scope.value, str(words) % {"name": scope.label, "scope": scope.value, "meaning": meaning})
        for scope, meaning in SCOPE_MEANINGS.items()
    ]


class ApiKeyForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=80, help_text=gettext_lazy("Which system will use it.")
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("It may"), choices=scope_choices, widget=forms.CheckboxSelectMultiple
    )
    expires_at = forms.DateField(
        label=gettext_lazy("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("Empty: it works until it is revoked."),
    )
    allowed_from = forms.CharField(
        label=gettext_lazy("Only from"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Addresses or networks, one to a line. Empty: from anywhere."),
    )
    rate_per_minute = forms.IntegerField(
        label=gettext_lazy("Requests a minute"),
        required=False,
        min_value=1,
        max_value=FASTEST,
        help_text=gettext_lazy("Empty: as many as every key without a limit of its own."),
    )


class RotateForm(forms.Form):
    overlap = forms.TypedChoiceField(
        label=gettext_lazy("The old one still works"), coerce=int, choices=_OVERLAPS, initial=24
    )


@may("api_key.edit")
def index(request: Visit) -> HttpResponse:
    """The keys, and a form for another."""
    form = ApiKeyForm(request.POST or None)
    token = ""  # nosec B105
    if request.method == "POST" and form.is_valid():
        try:
            token = create_api_key(**_values(form), by=request.user, now=clock.now()).token
            form = ApiKeyForm()
        except ValidationError as error:
            take_errors(form, error)
    context = {"page": page_of(request, api_key_list()), "token": token, "scopes": dict(ApiScope.choices)}
    return _unkept(form_page(request, "ops/settings_keys.html", form, {**context, "now": clock.now()}))


@may("api_key.edit")
def detail(request: Visit, key_id: UUID) -> HttpResponse:
    return _detail(request, found(api_key_detail(key_id)), RotateForm())


@require_POST
@may("api_key.edit")
def rotate(request: Visit, key_id: UUID) -> HttpResponse:
    """A new secret for the key; the old one works as long as was chosen."""
    key, form, token = found(api_key_detail(key_id)), RotateForm(request.POST), ""
    if form.is_valid():
        overlap = timedelta(hours=form.cleaned_data["overlap"])
        made = rotate_api_key(key=key, overlap=overlap, by=request.user, now=clock.now())
        if made is None:
            messages.error(request, _("This key opens nothing any more: make a new one."))
            return redirect("ops:settings_key", key_id)
        key, token = found(api_key_detail(key_id)), made.token
    return _detail(request, key, form, token)


@require_POST
@may("api_key.edit")
def revoke(request: Visit, key_id: UUID) -> HttpResponse:
    key = found(api_key_detail(key_id))
    if revoke_api_key(key=key, now=clock.now(), by=request.user):
        messages.success(request, _("Revoked: the key opens nothing from now on."))
    return redirect("ops:settings_keys")


def _detail(request: Visit, key: ApiKey, form: RotateForm, token: str = "") -> HttpResponse:  # nosec B107
    scopes = [(scope, ApiScope(scope).label, SCOPE_MEANINGS[ApiScope(scope)]) for scope in key.scopes]
    context = {
        "key": key,
        "token": token,
        "scopes": scopes,
        "now": clock.now(),
        "default_rate": settings.API_RATE,
    }
    return _unkept(form_page(request, "ops/settings_key.html", form, context))


def _values(form: ApiKeyForm) -> dict[str, Any]:
    values = dict(form.cleaned_data)
    last = values["expires_at"]
    if last is not None:
        end = datetime.combine(last + timedelta(days=1), time(), tzinfo=get_current_timezone())
        values["expires_at"] = end
    return {**values, "allowed_from": values["allowed_from"].replace(",", "\n").splitlines()}


def _unkept(answer: HttpResponse) -> HttpResponse:
    answer["Cache-Control"] = "no-store"
    return answer
