"""Hosted forms: the list with what they bring, and their making."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from accounts.enums import Scope
from leads.models import Form
from leads.selectors import form_detail, form_list, source_choices, source_detail
from leads.upkeep import CHOICES_MAX, QUESTIONS_MAX, save_form
from scrm.core import clock
from scrm.web.access import Visit, found, may
from scrm.web.ops.filters import offer, page_of
from scrm.web.ops.replies import take_errors
from tenants.selectors import tenant_base_url, tenant_current


class FormForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("Title"), max_length=120)
    intro = forms.CharField(
        label=gettext_lazy("Introduction"), max_length=2000, required=False, widget=forms.Textarea({"rows": 3})
    )
    source = forms.ChoiceField(label=gettext_lazy("Leads count for this source"))
    ask_name = forms.BooleanField(label=pgettext_lazy("person", "Name"), required=False)
    ask_phone = forms.BooleanField(label=gettext_lazy("Phone"), required=False)
    ask_email = forms.BooleanField(label=gettext_lazy("E-mail"), required=False)
    ask_city = forms.BooleanField(label=gettext_lazy("City"), required=False)
    consent_text = forms.CharField(
        label=gettext_lazy("Consent text"),
        max_length=1000,
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy("Shown with a box to tick; what they saw is kept as proof."),
    )
    thanks = forms.CharField(
        label=gettext_lazy("Thank-you text"), max_length=2000, required=False, widget=forms.Textarea({"rows": 2})
    )
    active = forms.BooleanField(label=gettext_lazy("Published"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "source", [("", gettext_lazy("Choose a source")), *source_choices(active_only=True)])


class QuestionForm(forms.Form):
    key = forms.CharField(required=False, max_length=80, widget=forms.HiddenInput)
    label = forms.CharField(label=gettext_lazy("Question"), max_length=80, required=False)
    choices = forms.CharField(
        label=gettext_lazy("Choices"),
        max_length=CHOICES_MAX * 82,
        required=False,
        help_text=gettext_lazy("Separated by commas; empty: they write their own answer."),
    )

    def question(self) -> dict[str, Any]:
        values = self.cleaned_data
        choices = values.get("choices", "").replace("，", ",").replace("、", ",").split(",")
        return {"key": values.get("key", ""), "label": values.get("label", ""), "choices": choices}


Questions = forms.formset_factory(QuestionForm, extra=2, max_num=QUESTIONS_MAX, absolute_max=QUESTIONS_MAX + 2)


@may("form.view")
def index(request: Visit) -> HttpResponse:
    page = page_of(request, form_list(request.user))
    # Views are everybody's: beside a part of the leads they would say nothing true.
    whole = request.user.data_scope == Scope.ALL
    rows = [(form, _public_url(form), _share(form) if whole else None) for form in page]
    return render(request, "ops/form_list.html", {"page": page, "rows": rows})


@may("form.edit")
def create(request: Visit) -> HttpResponse:
    initial = {"ask_name": True, "ask_phone": True, "ask_email": True, "active": True}
    return _edit(request, None, initial, [])


@may("form.edit")
def edit(request: Visit, form_id: UUID) -> HttpResponse:
    hosted = found(form_detail(form_id))
    initial = {name: getattr(hosted, name) for name in FormForm.base_fields} | {"source": str(hosted.source_id)}
    questions = [{**question, "choices": ", ".join(question.get("choices", []))} for question in hosted.questions]
    return _edit(request, hosted, initial, questions)


def _edit(
    request: Visit, hosted: Form | None, initial: dict[str, Any], questions: list[dict[str, Any]]
) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form, rows = FormForm(data, initial=initial), Questions(data, initial=questions, prefix="questions")
    if data is not None and form.is_valid() and rows.is_valid():
        values = dict(form.cleaned_data)
        values["source"] = found(source_detail(UUID(values["source"])))
        values["questions"] = [row.question() for row in rows]
        try:
            saved = save_form(form=hosted, values=values, by=request.user, now=clock.now())
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Form saved."))
            return redirect("ops:form_edit", saved.pk)
    context = {"form": form, "questions": rows, "hosted": hosted, "public_url": _public_url(hosted) if hosted else ""}
    return render(request, "ops/form_edit.html", context, status=422 if data is not None else 200)


@require_POST
@may("form.edit")
def switch(request: Visit, form_id: UUID) -> HttpResponse:
    """Publish or take back."""
    hosted = found(form_detail(form_id))
    save_form(form=hosted, values={"active": not hosted.active}, by=request.user, now=clock.now())
    return redirect("ops:form_list")


def _public_url(hosted: Form) -> str:
    return tenant_base_url(tenant_current()) + reverse("public:form", args=[hosted.slug])


def _share(hosted: Any) -> float | None:
    return min(hosted.submissions / hosted.views, 1) if hosted.views else None
