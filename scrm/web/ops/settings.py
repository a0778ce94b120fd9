"""Settings: one's own account, and colleagues."""

from django import forms
from django.conf import settings as django_settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.selectors import user_list_all
from accounts.services import set_language
from scrm.web.access import Visit, may
from scrm.web.ops.filters import page_of
from scrm.web.ops.replies import form_page


class LanguageForm(forms.Form):
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=django_settings.LANGUAGES)


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
