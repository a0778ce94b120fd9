"""What sources cost: typed, or from a file that is checked first."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from leads.cost_file import check_cost_file
from leads.costs import AMOUNT_MOST, Cost
from leads.enums import CostOrigin
from leads.selectors import source_detail
from leads.selectors.sources import source_ids_named
from leads.services.costs import remove_source_cost, set_source_costs
from scrm.core import clock
from scrm.web.access import Visit, found, may
from scrm.web.ops.replies import form_page, take_errors
from scrm.web.ops.sheet_upload import SheetForm
from tenants.selectors import tenant_current

SHOWN_PROBLEMS = 50


class CostForm(forms.Form):
    first = forms.DateField(
        label=gettext_lazy("Day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    last = forms.DateField(
        label=gettext_lazy("Until"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=gettext_lazy("Spread evenly over the days up to this one."),
    )
    amount = forms.DecimalField(
        label=gettext_lazy("Amount"),
        min_value=Decimal(0),
        max_value=AMOUNT_MOST,
        max_digits=14,
        decimal_places=2,
        widget=forms.NumberInput({"step": "0.01", "inputmode": "decimal"}),
    )
    item = forms.CharField(
        label=gettext_lazy("Item"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("Such as agency fee. Costs of different items stand beside each other."),
    )
    currency = forms.RegexField(
        "^[A-Za-z]{3}$",
        label=gettext_lazy("Currency"),
        required=False,
        error_messages={"invalid": gettext_lazy("Write its three letters, such as CNY.")},
        help_text=gettext_lazy("Empty: the business's own."),
    )
    rate = forms.DecimalField(
        label=gettext_lazy("Rate"),
        required=False,
        max_digits=18,
        decimal_places=8,
        min_value=Decimal(0),
        help_text=gettext_lazy("What one of another currency is worth in the business's own."),
    )

    def cost(self, own: str) -> Cost:
        values = self.cleaned_data
        return Cost(
            first=values["first"],
            last=values["last"] or values["first"],
            amount=values["amount"],
            currency=values["currency"].upper() or own,
            rate=values["rate"],
            item=values["item"],
        )


def saved_cost(request: Visit, source_id: UUID, form: CostForm) -> bool:
    """Keep what the form says; False, with errors at its fields, where it can't be kept."""
    if not form.is_valid():
        return False
    currency = tenant_current().currency
    costs = [(source_id, form.cost(currency))]
    try:
        days = set_source_costs(costs=costs, currency=currency, by=request.user, now=clock.now())
    except ValidationError as error:
        take_errors(form, error)
        return False
    _say_saved(request, days)
    return True


@require_POST
@may("source.edit")
def remove_cost(request: Visit, source_id: UUID) -> HttpResponse:
    source = found(source_detail(source_id))
    try:
        on = date.fromisoformat(request.POST.get("on", ""))
    except ValueError:
        return redirect("ops:source_detail", source.pk)
    item = request.POST.get("item", "")
    remove_source_cost(source=source, on=on, item=item, by=request.user, now=clock.now())
    return redirect("ops:source_detail", source.pk)


@may("source.edit")
def import_costs(request: Visit) -> HttpResponse:
    """Check a file of costs, show what is wrong with it, and take its good rows when told so."""
    form = SheetForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"checked": None}
    if request.method == "POST" and form.is_valid():
        own, named = tenant_current().currency, source_ids_named()
        checked = form.check(lambda file: check_cost_file(file, sources=named, currency=own))
        if checked and request.POST.get("action") == "take" and _taken(request, form, checked.made, own):
            return redirect("ops:source_list")
        if checked:
            context = {"checked": checked, "problems": checked.problems[:SHOWN_PROBLEMS], "carried": form.carried}
    return form_page(request, "ops/source_costs_import.html", form, context)


def _taken(request: Visit, form: SheetForm, costs: list[tuple[UUID, Cost]], currency: str) -> bool:
    try:
        days = set_source_costs(
            costs=costs, currency=currency, came_by=CostOrigin.FILE, by=request.user, now=clock.now()
        )
    except ValidationError as error:
        take_errors(form, error)
        return False
    _say_saved(request, days)
    return True


def _say_saved(request: Visit, days: int) -> None:
    said = ngettext("Cost of %(days)s day saved.", "Cost of %(days)s days saved.", days)
    messages.success(request, said % {"days": days})
