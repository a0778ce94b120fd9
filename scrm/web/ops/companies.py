"""Companies: the list, and one with its people, parts and numbers."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from accounts.selectors import user_list_visible
from commerce.selectors import order_list, order_totals
from contacts.company_names import read_domains
from contacts.enums import CompanyRole, CompanySize, FieldSubject
from contacts.models import Company, Contact
from contacts.selectors import (
    company_doubles,
    company_get,
    company_ids_with_parts,
    company_industries,
    company_list,
    company_merge_get,
    company_merges,
    company_named,
    company_parts,
    company_people,
    contact_detail,
    fields_grouped,
    fields_shown,
    fields_visible,
    fields_writable,
)
from contacts.services import save_company
from leads.selectors import (
    interaction_totals_of_companies,
    lead_counts_of_companies,
    opportunity_list_of_companies,
    opportunity_totals,
    opportunity_worth,
)
from scrm.core import clock
from scrm.flows.companies import companies_merged, companies_parted, person_placed
from scrm.web.access import Visit, found, may
from scrm.web.ops.field_filters import FieldFilters, tidy_address
from scrm.web.ops.filters import FilterForm, offer, page_of, sorted_by
from scrm.web.ops.lead_forms import owner_choices
from scrm.web.ops.replies import first_message, form_page, page_or_part, take_errors
from scrm.web.ops.reports import today
from scrm.web.own_fields import OwnInputs
from tenants.selectors import tenant_zone

SORTS = {"name": "name", "people": "seen", "industry": "industry", "since": "created_at"}


class CompanyFilter(FilterForm):
    def __init__(self, request: Visit) -> None:
        super().__init__(request)
        industries = [(each, each) for each in company_industries()]
        self.choose("industry", gettext_lazy("Industry"), gettext_lazy("Any industry"), industries)
        self.choose("size", gettext_lazy("Size"), gettext_lazy("Any size"), CompanySize.choices)


class CompanyForm(OwnInputs):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    parent = forms.CharField(
        label=pgettext_lazy("company", "Part of"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("The name of the company above it."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    industry = forms.CharField(label=gettext_lazy("Industry"), max_length=80, required=False)
    size = forms.ChoiceField(label=gettext_lazy("Size"), choices=[("", "–"), *CompanySize.choices], required=False)
    domains = forms.CharField(
        label=gettext_lazy("Domains"),
        max_length=2000,
        required=False,
        help_text=gettext_lazy("Such as example.com; several with commas."),
    )
    owner = forms.ChoiceField(label=gettext_lazy("Owner"), required=False)
    note = forms.CharField(
        label=gettext_lazy("Note"), max_length=4000, required=False, widget=forms.Textarea({"rows": 3})
    )

    def __init__(self, *args: Any, viewer: Any, company: Company | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "owner", [("", gettext_lazy("Nobody")), *owner_choices(viewer)])
        self.ask_for(fields_writable(viewer.role, FieldSubject.COMPANY), company.fields if company else None)

    def clean_domains(self) -> list[str]:
        try:
            return read_domains(self.cleaned_data["domains"])
        except ValueError as error:
            raise ValidationError(_("“%(text)s” is no domain.") % {"text": str(error)}) from error

    def clean_parent(self) -> Company | None:
        return _company_said(self.cleaned_data["parent"])


class PlaceForm(forms.Form):
    company = forms.CharField(label=gettext_lazy("Company"), max_length=200, required=False)
    job_title = forms.CharField(label=gettext_lazy("Job title"), max_length=80, required=False)
    company_role = forms.ChoiceField(
        label=gettext_lazy("Role in buying"), choices=[("", "–"), *CompanyRole.choices], required=False
    )


class MergeForm(forms.Form):
    into = forms.CharField(
        label=gettext_lazy("Merge into"), max_length=200, help_text=gettext_lazy("The name of the company that stays.")
    )

    def clean_into(self) -> Company:
        return found(_company_said(self.cleaned_data["into"]))


@may("company.view")
def index(request: Visit) -> HttpResponse:
    fields = fields_visible(request.user.role, FieldSubject.COMPANY)
    if "narrow" in request.GET:
        return redirect(tidy_address(request.GET, fields))
    own = FieldFilters(request, fields)
    filters = CompanyFilter(request)
    chosen = filters.chosen
    rows = company_list(
        request.user, q=chosen.get("q", ""), industry=chosen.get("industry", ""), size=chosen.get("size", "")
    )
    rows = own.narrowed(rows)
    by_field = own.ordered(rows)
    page = page_of(request, sorted_by(request, rows, SORTS, "name") if by_field is None else by_field)
    context = {
        "filters": filters,
        "page": page,
        "rows": [(company, own.cells(company)) for company in page],
        "own": own,
        "chips": [*filters.chips, *own.chips],
        "filtered": bool(chosen or own.where),
    }
    return page_or_part(request, "ops/company_list.html", "list", context)


@may("company.edit")
def create(request: Visit) -> HttpResponse:
    form = CompanyForm(request.POST or None, viewer=request.user)
    saved = _save(request, form, None)
    if saved:
        messages.success(request, _("Company saved."))
        return redirect("ops:company_detail", saved.pk)
    return form_page(request, "ops/company_form.html", form, {})


@may("company.view")
def detail(request: Visit, company_id: UUID) -> HttpResponse:
    company = found(company_get(company_id))
    if company.merged_into_id:
        return redirect("ops:company_detail", company.merged_into_id)
    return _detail(request, company)


@require_POST
@may("company.edit")
def edit(request: Visit, company_id: UUID) -> HttpResponse:
    company = found(company_get(company_id))
    form = CompanyForm(request.POST, viewer=request.user, company=company, auto_id="company-%s")
    if not company.merged_into_id and _save(request, form, company):
        messages.success(request, _("Company saved."))
        return redirect("ops:company_detail", company.pk)
    return _detail(request, found(company_get(company_id)), form=form)


@require_POST
@may("company.merge")
def merge(request: Visit, company_id: UUID) -> HttpResponse:
    company = found(company_get(company_id))
    form = MergeForm(request.POST, auto_id="merge-%s")
    try:
        if form.is_valid():
            into = form.cleaned_data["into"]
            merged = companies_merged(company=company, into=into, by=request.user, now=clock.now())
            said = _("Merged with %(people)s people. It can be taken back here.") % {"people": len(merged.people)}
            messages.success(request, said)
            return redirect("ops:company_detail", into.pk)
    except ValidationError as error:
        take_errors(form, error)
    return _detail(request, company, merge_form=form)


@require_POST
@may("company.merge")
def undo(request: Visit, company_id: UUID, merge_id: UUID) -> HttpResponse:
    merged = found(company_merge_get(merge_id))
    try:
        companies_parted(merge=merged, by=request.user, now=clock.now())
    except ValidationError as error:
        messages.error(request, first_message(error))
        return redirect("ops:company_detail", company_id)
    messages.success(request, _("The merge was taken back."))
    return redirect("ops:company_detail", merged.company_id)


@require_POST
@may("company.edit")
def place(request: Visit, contact_id: UUID) -> HttpResponse:
    """Where somebody works, as what, and what they do when their company buys."""
    contact = found(contact_detail(request.user, contact_id))
    form = PlaceForm(request.POST)
    try:
        if form.is_valid():
            person_placed(contact=contact, by=request.user, now=clock.now(), **form.cleaned_data)
            messages.success(request, _("Saved."))
        else:
            messages.error(request, _("This is too long to be kept: shorten it."))
    except ValidationError as error:
        messages.error(request, first_message(error))
    return redirect("ops:contact_detail", contact.pk)


def place_form_of(contact: Contact) -> PlaceForm:
    """The form on a contact's page, as things are."""
    said = {
        "company": contact.company.name if contact.company else "",
        "job_title": contact.job_title,
        "company_role": contact.company_role,
    }
    return PlaceForm(initial=said, auto_id="place-%s")


def _company_said(name: str) -> Company | None:
    company = company_named(name) if name.strip() else None
    if name.strip() and company is None:
        raise ValidationError(_("There is no company of this name."))
    return company


def _save(request: Visit, form: CompanyForm, company: Company | None) -> Company | None:
    if request.method != "POST" or not form.is_valid():
        return None
    values = {name: form.cleaned_data[name] for name in CompanyForm.base_fields}
    owner = user_list_visible(request.user).filter(pk=values.pop("owner")).first() if values["owner"] else None
    values.pop("owner", None)
    try:
        said: dict[str, Any] = {"by": request.user, "now": clock.now(), "fields": form.own_values}
        return save_company(company=company, owner=owner, **said, **values)
    except ValidationError as error:
        take_errors(form, error)
        return None


def _detail(
    request: Visit, company: Company, *, form: CompanyForm | None = None, merge_form: MergeForm | None = None
) -> HttpResponse:
    below = company_ids_with_parts(company)
    whole = request.GET.get("with") == "parts"
    ids = below if whole else {company.pk}
    people = company_people(request.user, ids)
    orders = order_list(request.user).filter(contact__company__in=ids)
    said = {
        "name": company.name,
        "parent": company.parent.name if company.parent else "",
        "industry": company.industry,
        "size": company.size,
        "domains": ", ".join(company.domains),
        "owner": str(company.owner_id or ""),
        "note": company.note,
    }
    own = fields_shown(company, of=FieldSubject.COMPANY, role=request.user.role, zone=tenant_zone())
    context = {
        "company": company,
        "field_groups": fields_grouped(own),
        "page": page_of(request, people),
        "parts": company_parts(company),
        "whole": whole,
        "has_parts": len(below) > 1,
        "leads": lead_counts_of_companies(request.user, ids),
        "orders": orders.count(),
        "talks": interaction_totals_of_companies(request.user, ids),
        "deals": opportunity_totals(opportunity_list_of_companies(request.user, ids), today()),
        "worth": opportunity_worth(opportunity_list_of_companies(request.user, ids).filter(settled_at=None)),
        "totals": order_totals(orders),
        "doubles": company_doubles(company),
        "merges": company_merges(company),
        "merge_form": merge_form or MergeForm(auto_id="merge-%s"),
    }
    form = form or CompanyForm(viewer=request.user, company=company, initial=said, auto_id="company-%s")
    answer = form_page(request, "ops/company_detail.html", form, context)
    if merge_form is not None and merge_form.errors:
        answer.status_code = 422
    return answer
