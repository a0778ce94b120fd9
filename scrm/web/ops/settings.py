"""Settings: one's own account, colleagues, and the keys of other systems."""

from uuid import UUID

from django import forms
from django.conf import settings as django_settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.selectors import user_list_all
from accounts.services import set_language
from exchange.enums import ApiScope
from exchange.keys import create_api_key, revoke_api_key
from exchange.selectors import api_key_detail, api_key_list
from scrm.core import clock
from scrm.web.access import Visit, found, may
from scrm.web.ops.filters import page_of
from scrm.web.ops.replies import form_page, take_errors


class LanguageForm(forms.Form):
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=django_settings.LANGUAGES)


class ApiKeyForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=80, help_text=gettext_lazy("Which system will use it.")
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("It may"), choices=ApiScope.choices, widget=forms.CheckboxSelectMultiple
    )


@may("desk.open")
def account(request: Visit) -> HttpResponse:
    form = LanguageForm(request.POST or None, initial={"language": request.LANGUAGE_CODE})
    if request.method == "POST" and form.is_valid():
        language = form.cleaned_data["language"]
        set_language(user=request.user, language=language)
        messages.success(request, _("Saved."))
        answer = redirect("ops:settings")
        answer.set_cookie(
            django_settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=365 * 24 * 3600,
            samesite="Lax",
            secure=request.is_secure(),
        )
        return answer
    return form_page(request, "ops/settings.html", form, {})


@may("user.edit")
def users(request: Visit) -> HttpResponse:
    return render(request, "ops/settings_users.html", {"page": page_of(request, user_list_all())})


@may("api_key.edit")
def api_keys(request: Visit) -> HttpResponse:
    """The keys; a new one's token is shown in the answer that makes it, and never again."""
    form = ApiKeyForm(request.POST or None)
    token = ""
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            token = create_api_key(name=values["name"], scopes=values["scopes"], by=request.user, now=clock.now()).token
            form = ApiKeyForm()
        except ValidationError as error:
            take_errors(form, error)
    context = {"page": page_of(request, api_key_list()), "token": token, "scopes": dict(ApiScope.choices)}
    answer = form_page(request, "ops/settings_keys.html", form, context)
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
@may("api_key.edit")
def revoke(request: Visit, key_id: UUID) -> HttpResponse:
    key = found(api_key_detail(key_id))
    if revoke_api_key(key=key, now=clock.now(), by=request.user):
        messages.success(request, _("Revoked: the key opens nothing from now on."))
    return redirect("ops:settings_keys")
