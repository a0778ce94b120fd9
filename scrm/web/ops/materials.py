"""The content library: materials, what their links brought, and a look as a reader."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from content.models import Material
from content.selectors import material_detail, material_get, material_list, material_visitors
from content.upkeep import ensure_preview_link, save_material
from scrm.core import clock
from scrm.web.access import Visit, found, may
from scrm.web.ops.filters import FilterForm, page_of, sorted_by
from scrm.web.ops.replies import form_page, take_errors

SORTS = {"title": "title", "views": "views", "visitors": "visitors", "sends": "sends", "created": "created_at"}


class MaterialFilter(FilterForm):
    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        states = [("active", gettext_lazy("Active")), ("off", gettext_lazy("Off"))]
        self.choose("state", gettext_lazy("State"), gettext_lazy("Any state"), states)


class MaterialForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("Title"), max_length=120)
    summary = forms.CharField(
        label=gettext_lazy("Summary"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("One or two sentences; shown above the text."),
    )
    body = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=50_000,
        required=False,
        widget=forms.Textarea({"rows": 12}),
        help_text=gettext_lazy("A blank line begins a new paragraph."),
    )
    url = forms.CharField(
        label=gettext_lazy("Page elsewhere"),
        max_length=500,
        required=False,
        validators=[
            URLValidator(schemes=["https"], message=gettext_lazy("Give an address that begins with https://."))
        ],
        widget=forms.TextInput({"inputmode": "url", "placeholder": "https://"}),
        help_text=gettext_lazy("Leave it empty to show the text on a page of ours."),
    )
    topic = forms.SlugField(
        label=gettext_lazy("Topic"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("A word in lower case, such as test-drive; rules can ask which topic somebody opened."),
    )
    active = forms.BooleanField(label=gettext_lazy("Active"), required=False, initial=True)


@may("material.view")
def index(request: Visit) -> HttpResponse:
    filters = MaterialFilter(request)
    chosen = filters.chosen
    rows = material_list(request.user, search=chosen.get("q", ""), state=chosen.get("state", ""))
    page = page_of(request, sorted_by(request, rows, SORTS, "-created_at"))
    return render(request, "ops/material_list.html", {"page": page, "filters": filters, "filtered": bool(chosen)})


@may("material.view")
def detail(request: Visit, material_id: UUID) -> HttpResponse:
    material = found(material_detail(request.user, material_id))
    context = {"material": material, "page": page_of(request, material_visitors(request.user, material))}
    return render(request, "ops/material_detail.html", context)


@may("material.edit")
def create(request: Visit) -> HttpResponse:
    return _material_page(request, None, {})


@may("material.edit")
def edit(request: Visit, material_id: UUID) -> HttpResponse:
    material = found(material_get(material_id))
    return _material_page(request, material, {name: getattr(material, name) for name in MaterialForm.base_fields})


@require_POST
@may("material.view")
def preview(request: Visit, material_id: UUID) -> HttpResponse:
    """Open the material's page as a reader sees it, by a link that belongs to no contact."""
    link = ensure_preview_link(material=found(material_get(material_id)), now=clock.now())
    return redirect(f"/t/{link.code}")


def _material_page(request: Visit, material: Material | None, initial: dict[str, Any]) -> HttpResponse:
    form = MaterialForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            saved = save_material(material=material, **form.cleaned_data, by=request.user, now=clock.now())
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Material saved."))
            return redirect("ops:material_detail", saved.pk)
    return form_page(request, "ops/material_form.html", form, {"material": material})
