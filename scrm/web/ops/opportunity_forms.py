"""What people enter about possible deals, and the list's filters."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from leads.enums import DealKind
from leads.selectors import opportunity_stages
from leads.services.opportunities import Deal
from scrm.web.access import Visit
from scrm.web.ops.filters import Choices, FilterForm, offer
from tenants.selectors import tenant_current


class OpportunityFilter(FilterForm):
    def __init__(self, request: Visit, owners: Choices) -> None:
        super().__init__(request)
        states = [
            ("open", pgettext_lazy("opportunities", "Open")),
            ("overdue", _("Overdue")),
            (DealKind.WON.value, DealKind.WON.label),
            (DealKind.LOST.value, DealKind.LOST.label),
        ]
        self.choose("state", _("State"), _("Any state"), states)
        stages = [(str(stage.pk), stage.name) for stage in opportunity_stages(archived=True)]
        self.choose("stage", _("Stage"), _("Any stage"), stages)
        self.choose("owner", _("Owner"), _("Any owner"), [("none", _("Nobody")), *owners])


class OpportunityForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("thing", "Name"), max_length=120)
    amount = forms.DecimalField(label=_("Amount"), max_digits=14, decimal_places=2, min_value=0, required=False)
    currency = forms.CharField(label=_("Currency"), max_length=3, min_length=3)
    expected_on = forms.DateField(
        label=_("Expected on"), required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    owner = forms.ChoiceField(label=_("Owner"), required=False)
    products = forms.MultipleChoiceField(label=_("Products"), required=False, widget=forms.CheckboxSelectMultiple())
    note = forms.CharField(label=_("Note"), max_length=4000, required=False, widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args: Any, owners: Choices, products: Choices, **kwargs: Any) -> None:
        kwargs["initial"] = {"currency": tenant_current().currency} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        offer(self, "owner", [("", _("Nobody")), *owners])
        offer(self, "products", products)

    def deal(self) -> Deal:
        values = self.cleaned_data
        return Deal(
            name=values["name"],
            amount=values["amount"],
            currency=values["currency"],
            expected_on=values["expected_on"],
            note=values["note"],
            owner_id=UUID(values["owner"]) if values["owner"] else None,
        )

    def product_ids(self) -> list[UUID]:
        return [UUID(pk) for pk in self.cleaned_data["products"]]


class MoveForm(forms.Form):
    stage = forms.UUIDField()
    reason = forms.CharField(max_length=200, required=False)
