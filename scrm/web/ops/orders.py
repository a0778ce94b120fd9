"""Orders as shop platforms report them, and products."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commerce.enums import OrderStatus
from commerce.models import Product
from commerce.selectors import (
    companion_ids_of,
    order_get,
    order_list,
    order_totals,
    platform_list,
    product_companion_choices,
    product_get,
    product_groups,
    product_list,
)
from commerce.services import save_product
from scrm.core import clock
from scrm.web.access import Visit, found, may
from scrm.web.ops.filters import FilterForm, page_of, sorted_by
from scrm.web.ops.replies import form_page, take_errors
from tenants.selectors import tenant_current

ORDER_SORTS = {"number": "number", "contact": "contact__name", "amount": "amount", "ordered": "ordered_at"}
PRODUCT_SORTS = {"name": "name", "code": "code", "group": "group", "price": "price", "orders": "orders"}
PRODUCT_FIELDS = ("code", "name", "group", "price", "private_domain", "limited", "active")


class OrderFilter(FilterForm):
    def __init__(self, request: Visit) -> None:
        super().__init__(request)
        self.choose("status", gettext_lazy("Status"), gettext_lazy("Any status"), OrderStatus.choices)
        platforms = [(name, name) for name in platform_list(request.user)]
        self.choose("platform", gettext_lazy("Platform"), gettext_lazy("Any platform"), platforms)


class ProductFilter(FilterForm):
    def __init__(self, request: Visit) -> None:
        super().__init__(request)
        groups = [(name, name) for name in product_groups()]
        self.choose("group", gettext_lazy("Group"), gettext_lazy("Any group"), groups)
        kinds = [
            ("private_domain", gettext_lazy("Fit for the private domain")),
            ("limited", gettext_lazy("Limited")),
            ("active", gettext_lazy("Active")),
        ]
        self.choose("only", gettext_lazy("Kind"), gettext_lazy("Any product"), kinds)


class ProductForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    code = forms.CharField(
        label=gettext_lazy("Code"), max_length=60, help_text=gettext_lazy("As the shop platforms call it.")
    )
    group = forms.CharField(label=gettext_lazy("Group"), max_length=60, required=False)
    price = forms.DecimalField(
        label=gettext_lazy("Price"), required=False, min_value=0, max_digits=14, decimal_places=2
    )
    private_domain = forms.BooleanField(label=gettext_lazy("Fit for the private domain"), required=False)
    limited = forms.BooleanField(
        label=gettext_lazy("Limited"), required=False, help_text=gettext_lazy("There are only so many of it.")
    )
    active = forms.BooleanField(label=gettext_lazy("Active"), required=False, initial=True)
    companions = forms.MultipleChoiceField(
        label=gettext_lazy("Bought along with it"),
        required=False,
        help_text=gettext_lazy("What a representative offers with it."),
    )

    def __init__(self, *args: Any, product: Product | None, **options: Any) -> None:
        super().__init__(*args, **options)
        companions = self.fields["companions"]
        assert isinstance(companions, forms.MultipleChoiceField)
        companions.choices = product_companion_choices(product)


@may("order.view")
def index(request: Visit) -> HttpResponse:
    filters = OrderFilter(request)
    chosen = filters.chosen
    rows = order_list(
        request.user,
        search=chosen.get("q", ""),
        status=chosen.get("status", ""),
        platform=chosen.get("platform", ""),
    )
    context = {
        "page": page_of(request, sorted_by(request, rows, ORDER_SORTS, "-ordered_at")),
        "filters": filters,
        "filtered": bool(chosen),
        "totals": order_totals(rows),
    }
    return render(request, "ops/order_list.html", context)


@may("order.view")
def detail(request: Visit, order_id: UUID) -> HttpResponse:
    return render(request, "ops/order_detail.html", {"order": found(order_get(request.user, order_id))})


@may("order.view")
def product_index(request: Visit) -> HttpResponse:
    filters = ProductFilter(request)
    chosen = filters.chosen
    rows = product_list(
        request.user, search=chosen.get("q", ""), group=chosen.get("group", ""), only=chosen.get("only", "")
    )
    page = page_of(request, sorted_by(request, rows, PRODUCT_SORTS, "name"))
    return render(request, "ops/product_list.html", {"page": page, "filters": filters, "filtered": bool(chosen)})


@may("order.edit")
def product_create(request: Visit) -> HttpResponse:
    return _product_page(request, None, {"active": True})


@may("order.edit")
def product_edit(request: Visit, product_id: UUID) -> HttpResponse:
    product = found(product_get(product_id))
    initial = {name: getattr(product, name) for name in PRODUCT_FIELDS}
    return _product_page(request, product, {**initial, "companions": companion_ids_of(product)})


def _product_page(request: Visit, product: Product | None, initial: dict[str, Any]) -> HttpResponse:
    form = ProductForm(request.POST or None, initial=initial, product=product)
    if request.method == "POST" and form.is_valid():
        currency = product.currency if product else tenant_current().currency
        try:
            said = {**form.cleaned_data, "companions": [UUID(pk) for pk in form.cleaned_data["companions"]]}
            save_product(product=product, **said, currency=currency, by=request.user, now=clock.now())
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Product saved."))
            return redirect("ops:product_list")
    return form_page(request, "ops/product_form.html", form, {"product": product})
