"""Sources: what each brings and costs, and the cost of each day."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from leads.enums import SourceKind
from leads.models import Source
from leads.selectors import source_choices, source_costs, source_detail, source_rows
from leads.upkeep import remove_source_cost, save_source, set_source_costs
from scrm.core import clock
from scrm.web.access import Visit, found, may
from scrm.web.ops.filters import offer
from scrm.web.ops.replies import form_page, take_errors
from tenants.selectors import tenant_current, tenant_zone

PERIODS = (7, 28, 90)


class SourceForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=SourceKind.choices)
    parent = forms.ChoiceField(label=gettext_lazy("Part of"), required=False)
    active = forms.BooleanField(
        label=gettext_lazy("Active"), required=False, help_text=gettext_lazy("Only active sources are offered.")
    )

    def __init__(self, *args: Any, source: Source | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = str(source.pk) if source else ""
        offer(self, "parent", [("", gettext_lazy("Nothing")), *(one for one in source_choices() if one[0] != own)])


class CostForm(forms.Form):
    on = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    amount = forms.DecimalField(
        label=gettext_lazy("Amount"),
        min_value=Decimal(0),
        max_digits=14,
        decimal_places=2,
        widget=forms.NumberInput({"step": "0.01", "inputmode": "decimal"}),
    )


@may("source.view")
def index(request: Visit) -> HttpResponse:
    asked = request.GET.get("days", "")
    days = int(asked) if asked in map(str, PERIODS) else 28
    began = clock.now().astimezone(tenant_zone()).replace(hour=0, minute=0, second=0, microsecond=0)
    since = began - timedelta(days=days - 1)
    rows = source_rows(request.user, since=since, first_day=since.date())
    context = {"rows": rows, "days": days, "periods": PERIODS, "currency": tenant_current().currency}
    return render(request, "ops/source_list.html", context)


@may("source.edit")
def create(request: Visit) -> HttpResponse:
    form = SourceForm(request.POST or None, initial={"active": True})
    saved = _save(request, form, None)
    if saved:
        messages.success(request, _("Source saved."))
        return redirect("ops:source_detail", saved.pk)
    return form_page(request, "ops/source_form.html", form, {})


@may("source.view")
def detail(request: Visit, source_id: UUID) -> HttpResponse:
    """A source with its costs; those who may also change it here."""
    source = found(source_detail(source_id))
    initial = {"name": source.name, "kind": source.kind, "parent": str(source.parent_id or ""), "active": source.active}
    editing = request.method == "POST" and request.user.may("source.edit")
    form = SourceForm(request.POST if editing else None, source=source, initial=initial)
    if editing and _save(request, form, source):
        messages.success(request, _("Source saved."))
        return redirect("ops:source_detail", source.pk)
    return _detail(request, source, form, CostForm(initial={"on": _today()}, auto_id="cost-%s"))


@require_POST
@may("source.edit")
def set_cost(request: Visit, source_id: UUID) -> HttpResponse:
    source = found(source_detail(source_id))
    form = CostForm(request.POST, auto_id="cost-%s")
    if not form.is_valid():
        initial = {"name": source.name, "kind": source.kind, "parent": source.parent_id, "active": source.active}
        return _detail(request, source, SourceForm(source=source, initial=initial), form)
    values = form.cleaned_data
    currency = tenant_current().currency
    amounts = {values["on"]: values["amount"]}
    set_source_costs(source=source, amounts=amounts, currency=currency, by=request.user, now=clock.now())
    messages.success(request, _("Cost saved."))
    return redirect("ops:source_detail", source.pk)


@require_POST
@may("source.edit")
def remove_cost(request: Visit, source_id: UUID) -> HttpResponse:
    source = found(source_detail(source_id))
    try:
        on = date.fromisoformat(request.POST.get("on", ""))
    except ValueError:
        return redirect("ops:source_detail", source.pk)
    remove_source_cost(source=source, on=on, by=request.user, now=clock.now())
    return redirect("ops:source_detail", source.pk)


def _save(request: Visit, form: SourceForm, source: Source | None) -> Source | None:
    if request.method != "POST" or not form.is_valid():
        return None
    values = form.cleaned_data
    parent = found(source_detail(UUID(values["parent"]))) if values["parent"] else None
    try:
        return save_source(
            source=source,
            name=values["name"],
            kind=values["kind"],
            parent=parent,
            active=values["active"],
            by=request.user,
            now=clock.now(),
        )
    except ValidationError as error:
        take_errors(form, error)
        return None


def _detail(request: Visit, source: Source, form: SourceForm, cost_form: CostForm) -> HttpResponse:
    costs = source_costs(source.pk)
    context = {
        "source": source,
        "costs": costs,
        "cost_form": cost_form,
        "trend": [float(cost.amount) for cost in reversed(costs)],
    }
    answer = form_page(request, "ops/source_detail.html", form, context)
    if cost_form.errors:
        answer.status_code = 422
    return answer


def _today() -> str:
    return clock.now().astimezone(tenant_zone()).date().isoformat()
