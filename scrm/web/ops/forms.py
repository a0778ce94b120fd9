"""Hosted forms: the list with what they bring, their making, copying, and where their leads go."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.enums import Scope
from accounts.models import Department, User
from accounts.selectors import department_list, user_list_visible
from campaigns.form_selectors import form_route, sop_list_to_begin
from campaigns.models import Campaign, Sop
from campaigns.selectors import campaign_list
from leads.enums import OwnerRule
from leads.form_sites import checked_sites
from leads.models import Form
from leads.selectors import form_detail, form_draft, form_list, form_version_list, source_choices, source_detail
from leads.selectors.held import held_count
from leads.services import copy_form, create_form, publish_form, take_back_form
from scrm.core import clock
from scrm.flows.hosted import form_settings_saved
from scrm.web.access import Visit, found, may
from scrm.web.ops.filters import offer, offer_rows, page_of
from scrm.web.ops.form_builder import starting_content
from scrm.web.ops.replies import first_message, form_page, take_errors
from tenants.selectors import tenant_base_url, tenant_current


class NewForm(forms.Form):
    title = forms.CharField(
        label=gettext_lazy("Name"), max_length=120, help_text=gettext_lazy("In your lists; the page has a title too.")
    )
    source = forms.ChoiceField(label=gettext_lazy("Leads count for this source"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "source", [("", gettext_lazy("Choose a source")), *source_choices(active_only=True)])


class SettingsForm(NewForm):
    """What counts at once, whatever is published."""

    campaign = forms.ModelChoiceField(
        Campaign.objects.none(), label=gettext_lazy("Campaign"), required=False, empty_label=gettext_lazy("None")
    )
    sop = forms.ModelChoiceField(
        Sop.objects.none(),
        label=gettext_lazy("SOP to begin"),
        required=False,
        empty_label=gettext_lazy("None"),
        help_text=gettext_lazy("Beside those that begin with every lead. It begins while it is live."),
    )
    owner_rule = forms.ChoiceField(
        label=gettext_lazy("Whose the leads become"),
        choices=OwnerRule.choices,
        help_text=gettext_lazy("Customers whom somebody is in charge of already stay theirs; a link's own person too."),
    )
    person = forms.ModelChoiceField(
        User.objects.none(), label=gettext_lazy("This person"), required=False, empty_label=gettext_lazy("Nobody")
    )
    department = forms.ModelChoiceField(
        Department.objects.none(), label=gettext_lazy("This team"), required=False, empty_label=gettext_lazy("None")
    )
    sites = forms.CharField(
        label=gettext_lazy("Sites that may show it"),
        required=False,
        max_length=4000,
        widget=forms.Textarea({"rows": 3, "placeholder": "https://www.example.com", "spellcheck": "false"}),
        help_text=gettext_lazy("One to a line. Their pages embed the form by its script; no other page can."),
    )

    def clean_sites(self) -> list[str]:
        return checked_sites(self.cleaned_data["sites"])


@may("form.view")
def index(request: Visit) -> HttpResponse:
    page = page_of(request, form_list(request.user))
    # Views are everybody's: beside a part of the leads they would say nothing true.
    whole = request.user.data_scope == Scope.ALL
    rows = [(form, public_url(form), _share(form) if whole else None) for form in page]
    return render(request, "ops/form_list.html", {"page": page, "rows": rows, "held": held_count()})


@may("form.edit")
def create(request: Visit) -> HttpResponse:
    form = NewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        title = form.cleaned_data["title"]
        source = found(source_detail(UUID(form.cleaned_data["source"])))
        try:
            hosted = create_form(
                title=title, source=source, content=starting_content(title), by=request.user, now=clock.now()
            )
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Draft made. Now say what it asks."))
            return redirect("ops:form_edit", hosted.pk)
    return form_page(request, "ops/form_new.html", form, {})


@may("form.edit")
def settings(request: Visit, form_id: UUID) -> HttpResponse:
    hosted = found(form_detail(form_id))
    form = _settings(request, hosted)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        source = found(source_detail(UUID(values.pop("source"))))
        try:
            form_settings_saved(hosted, source=source, **values, by=request.user, now=clock.now())
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Settings saved."))
            return redirect("ops:form_settings", hosted.pk)
    context = {
        "hosted": hosted,
        "versions": form_version_list(hosted),
        "public_url": public_url(hosted),
        "embed_code": embed_code(hosted),
        "tab": "form_settings",
    }
    return form_page(request, "ops/form_settings.html", form, context)


@require_POST
@may("form.edit")
def switch(request: Visit, form_id: UUID) -> HttpResponse:
    """Publish or take back."""
    hosted = found(form_detail(form_id))
    if hosted.active:
        take_back_form(form=hosted, by=request.user, now=clock.now())
        return redirect("ops:form_list")
    try:
        publish_form(form=hosted, by=request.user, now=clock.now())
    except ValidationError as error:
        messages.error(request, first_message(error))
        return redirect(f"{reverse('ops:form_edit', args=[hosted.pk])}?check=1")
    return redirect("ops:form_list")


@require_POST
@may("form.edit")
def copy(request: Visit, form_id: UUID) -> HttpResponse:
    hosted = found(form_detail(form_id))
    made = copy_form(form=hosted, content=form_draft(hosted), by=request.user, now=clock.now())
    messages.success(request, _("Copied. The copy is a draft."))
    return redirect("ops:form_edit", made.pk)


def public_url(hosted: Form) -> str:
    return tenant_base_url(tenant_current()) + reverse("public:form", args=[hosted.slug])


def embed_code(hosted: Form) -> str:
    """What a page of another site holds where the form is to stand."""
    script = tenant_base_url(tenant_current()) + reverse("public:embed")
    return f'<script src="{script}" data-form="{hosted.slug}" async></script>'


def _settings(request: Visit, hosted: Form) -> SettingsForm:
    route = form_route(hosted.pk)
    initial = {
        "title": hosted.title,
        "source": str(hosted.source_id),
        "campaign": route.campaign_id,
        "sop": route.sop_id,
        "owner_rule": route.owner_rule,
        "person": route.person_id,
        "department": route.department_id,
        "sites": "\n".join(hosted.sites),
    }
    form = SettingsForm(request.POST if request.method == "POST" else None, initial=initial)
    if not hosted.source.active:
        offer(form, "source", [(str(hosted.source_id), hosted.source.name), *source_choices(active_only=True)])
    offer_rows(form, "campaign", campaign_list())
    offer_rows(form, "sop", sop_list_to_begin())
    offer_rows(form, "person", user_list_visible(request.user))
    offer_rows(form, "department", department_list())
    return form


def _share(hosted: Any) -> float | None:
    return min(hosted.submissions / hosted.views, 1) if hosted.views else None
