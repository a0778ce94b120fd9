"""Settings: by what the business recognises people, and how much each kind of identity says."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from contacts.selectors.kinds import kind_names
from contacts.selectors.recognition import recognition_rules
from contacts.services.recognition import forget_recognition, save_recognition
from scrm.core import clock
from scrm.web.access import Visit, may
from scrm.web.ops.replies import form_page, take_errors


class RecognitionForm(forms.Form):
    """A confidence for each kind; the order is that of the fields named `kind`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rules = recognition_rules()
        names = kind_names(rule.kind for rule in self.rules)
        for rule in self.rules:
            self.fields[rule.kind] = forms.IntegerField(
                label=names[rule.kind], min_value=1, max_value=100, initial=rule.confidence
            )


@may("recognition.edit")
def index(request: Visit) -> HttpResponse:
    form = RecognitionForm(request.POST or None, auto_id="confidence-%s")
    if request.method == "POST" and request.POST.get("action") == "reset":
        forget_recognition(by=request.user, now=clock.now())
        messages.success(request, _("The order is as it was in the beginning."))
        return redirect("ops:settings_recognition")
    if request.method == "POST" and form.is_valid():
        order = [kind for kind in request.POST.getlist("kind") if kind in form.cleaned_data]
        moved = _moved(order, request.POST.get("up", ""), -1) or _moved(order, request.POST.get("down", ""), 1)
        try:
            save_recognition(order=moved or order, confidence=form.cleaned_data, by=request.user, now=clock.now())
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Saved: it counts for whoever comes in from now on."))
            return redirect("ops:settings_recognition")
    rows = [(rule, form[rule.kind]) for rule in form.rules]
    return form_page(request, "ops/settings_recognition.html", form, {"rows": rows})


def _moved(order: list[str], kind: str, by: int) -> list[str] | None:
    if kind not in order:
        return None
    place = order.index(kind)
    rest = [each for each in order if each != kind]
    rest.insert(max(0, place + by), kind)
    return rest
