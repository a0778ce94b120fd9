"""Settings: kinds of identity of the business's own, made, changed and put away."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from contacts.enums import Spelling
from contacts.models import CustomKind
from contacts.selectors.kinds import kind_get, kind_list
from contacts.services.kinds import CODE_MAX, archive_kind, save_kind
from scrm.core import clock
from scrm.web.access import Visit, found, may
from scrm.web.ops.replies import form_page, take_errors


class IdentityKindForm(forms.Form):
    label = forms.CharField(label=gettext_lazy("Label"), max_length=80)
    label_zh = forms.CharField(label=gettext_lazy("Label in Chinese"), max_length=80, required=False)
    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=CODE_MAX,
        required=False,
        help_text=gettext_lazy("For the API; it stays whatever the kind is called. Empty: made out of the label."),
    )
    spelling = forms.ChoiceField(
        label=gettext_lazy("Compared"),
        choices=Spelling.choices,
        help_text=gettext_lazy("How ids are kept and found, however somebody writes them. It can't be changed later."),
    )
    pattern = forms.CharField(
        label=gettext_lazy("Looks like"),
        max_length=200,
        required=False,
        help_text=gettext_lazy(
            "# is a digit, @ a letter, * either, anything else itself; several with commas. Such as LC######. "
            "It is asked of what comes in from now on."
        ),
    )
    help_text = forms.CharField(label=gettext_lazy("Help"), max_length=200, required=False)
    matches = forms.BooleanField(
        label=gettext_lazy("Tells who somebody is"),
        required=False,
        initial=True,
        help_text=gettext_lazy("If not, two customers with the same are shown under Duplicates, and people decide."),
    )
    several = forms.BooleanField(
        label=gettext_lazy("A customer may have several"),
        required=False,
        initial=True,
        help_text=gettext_lazy("If not, the first one stays, and whoever brings another is told."),
    )
    masked = forms.BooleanField(
        label=gettext_lazy("Shown masked"),
        required=False,
        initial=True,
        help_text=gettext_lazy("If not, whoever sees the customer sees it in clear. It is kept sealed in any case."),
    )

    def __init__(self, *args: Any, kind: CustomKind | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind is not None:
            del self.fields["code"], self.fields["spelling"]


@may("recognition.edit")
def index(request: Visit) -> HttpResponse:
    form = IdentityKindForm(request.POST or None)
    return _kept(request, form, None) or _page(request, form, None)


@may("recognition.edit")
def edit(request: Visit, kind_id: UUID) -> HttpResponse:
    kind = found(kind_get(kind_id))
    said = {name: getattr(kind, name) for name in IdentityKindForm.base_fields}
    form = IdentityKindForm(request.POST or None, kind=kind, initial=said)
    return _kept(request, form, kind) or _page(request, form, kind)


@require_POST
@may("recognition.edit")
def archive(request: Visit, kind_id: UUID) -> HttpResponse:
    archived = request.POST.get("archived") == "yes"
    archive_kind(kind=found(kind_get(kind_id)), archived=archived, by=request.user, now=clock.now())
    said = _("Archived. What is known stays, and is found.") if archived else _("Customers come in by it again.")
    messages.success(request, said)
    return redirect("ops:settings_kinds")


def _kept(request: Visit, form: IdentityKindForm, kind: CustomKind | None) -> HttpResponse | None:
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        save_kind(kind=kind, by=request.user, now=clock.now(), **form.cleaned_data)
    except ValidationError as error:
        take_errors(form, error)
        return None
    messages.success(request, _("Saved: it counts for whoever comes in from now on."))
    return redirect("ops:settings_kinds")


def _page(request: Visit, form: IdentityKindForm, kind: CustomKind | None) -> HttpResponse:
    context = {"kind": kind, "kinds": kind_list(), "archived": kind_list(archived=True)}
    return form_page(request, "ops/settings_kinds.html", form, context)
