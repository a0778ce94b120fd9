"""Settings of privacy: how many may be seen in clear, where consent is needed, and the texts that people agree to."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from contacts.enums import ChannelKind, ConsentPurpose
from contacts.models.reveals import REVEALERS
from contacts.revealing import Limit
from contacts.selectors import channels_needing_consent, consent_text_list, reveal_limits
from contacts.services import add_consent_text, need_consent, set_reveal_limits
from scrm.core import clock
from scrm.web.access import Visit, may
from scrm.web.ops.replies import first_message, take_errors

_MOST = 100_000


class LimitsForm(forms.Form):
    """For each role: an hour, a day, and whether the second step is asked for."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for role, limit in reveal_limits().items():
            number: dict[str, Any] = {"min_value": 0, "max_value": _MOST}
            self.fields[f"{role}-hour"] = forms.IntegerField(label=_("an hour"), initial=limit.per_hour, **number)
            self.fields[f"{role}-day"] = forms.IntegerField(label=_("a day"), initial=limit.per_day, **number)
            self.fields[f"{role}-factor"] = forms.BooleanField(
                label=_("second step"), initial=limit.needs_factor, required=False
            )

    @property
    def rows(self) -> list[tuple[Any, forms.BoundField, forms.BoundField, forms.BoundField]]:
        labels = dict(REVEALERS)
        return [
            (labels[role], self[f"{role}-hour"], self[f"{role}-day"], self[f"{role}-factor"])
            for role in reveal_limits()
        ]

    @property
    def limits(self) -> dict[str, Limit]:
        said = self.cleaned_data
        return {
            role: Limit(said[f"{role}-hour"], said[f"{role}-day"], said[f"{role}-factor"]) for role in reveal_limits()
        }


class NeedForm(forms.Form):
    channels = forms.MultipleChoiceField(
        label=gettext_lazy("Only with consent"),
        choices=[(value, label) for value, label in ChannelKind.choices if value != ChannelKind.ALL],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("On the others whoever did not object is written to."),
    )


class TextForm(forms.Form):
    purpose = forms.ChoiceField(label=gettext_lazy("For"), choices=ConsentPurpose.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, name in settings.LANGUAGES:
            self.fields[f"text-{code}"] = forms.CharField(
                label=name, max_length=4000, required=False, widget=forms.Textarea({"rows": 3})
            )

    @property
    def texts(self) -> dict[str, str]:
        return {code: self.cleaned_data[f"text-{code}"] for code, _name in settings.LANGUAGES}


@may("privacy.edit")
def index(request: Visit) -> HttpResponse:
    """Limits and channels are saved together."""
    if request.method != "POST":
        return _page(request)
    limits, need = LimitsForm(request.POST), NeedForm(request.POST)
    if limits.is_valid() and need.is_valid():
        try:
            set_reveal_limits(limits=limits.limits, by=request.user, now=clock.now())
        except ValidationError as error:
            limits.add_error(None, first_message(error))
        else:
            need_consent(channels=set(need.cleaned_data["channels"]), by=request.user, now=clock.now())
            messages.success(request, _("Saved."))
            return redirect("ops:settings_privacy")
    return _page(request, limits=limits, need=need)


@require_POST
@may("privacy.edit")
def text(request: Visit) -> HttpResponse:
    """The next version of what people agree to."""
    form = TextForm(request.POST)
    if form.is_valid():
        try:
            purpose = ConsentPurpose(form.cleaned_data["purpose"])
            version = add_consent_text(purpose=purpose, texts=form.texts, by=request.user, now=clock.now())
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("%(version)s counts from now on.") % {"version": version})
            return redirect("ops:settings_privacy")
    return _page(request, words=form)


def _page(
    request: Visit,
    *,
    limits: LimitsForm | None = None,
    need: NeedForm | None = None,
    words: TextForm | None = None,
) -> HttpResponse:
    context = {
        "limits_form": limits or LimitsForm(),
        "need_form": need or NeedForm(initial={"channels": sorted(channels_needing_consent())}),
        "form": words or TextForm(),
        "texts": consent_text_list()[:50],
    }
    wrong = any(form is not None and form.errors for form in (limits, need, words))
    return render(request, "ops/settings_privacy.html", context, status=422 if wrong else 200)
