"""Tiers: schemes, how many customers are where, who moved, and the bounds."""

import json
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from commerce.enums import Cutting, TierKind
from commerce.models import Tier, TierScheme
from commerce.services_tiers import remove_scheme, save_tier
from commerce.tier_presets import CUTS
from commerce.tier_selectors import Cell, movement, rfm_grid, scheme_get, scheme_list, tier_get, tiers_of
from scrm.core import clock
from scrm.flows.tiers import scheme_saved
from scrm.web.access import Visit, found, may
from scrm.web.ops.replies import form_page, take_errors

_MOVED_WITHIN: Final = timedelta(days=30)
_BOUNDS: Final = ("recency_from", "recency_to", "frequency_from", "frequency_to", "money_from", "money_to")


class SchemeForm(forms.Form):
    """`measures` are the bounds of scores, four numbers of each."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    kind = forms.ChoiceField(label=gettext_lazy("Tells customers apart by"), choices=TierKind.choices)
    cutting = forms.ChoiceField(
        label=gettext_lazy("Bounds of scores"),
        choices=Cutting.choices,
        help_text=gettext_lazy("Scores go from 1 to 5; 5 is best."),
    )
    recency = forms.CharField(label=gettext_lazy("Days since the last purchase"), max_length=80)
    frequency = forms.CharField(label=gettext_lazy("Number of purchases"), max_length=80)
    money = forms.CharField(
        label=gettext_lazy("What they came to"),
        max_length=80,
        help_text=gettext_lazy("Four bounds each, in ascending order, with blanks between."),
    )
    active = forms.BooleanField(label=gettext_lazy("Active"), required=False, initial=True)

    def said(self) -> dict[str, Any]:
        """What `save_scheme` takes; ValidationError where a bound is no number."""
        said = dict(self.cleaned_data)
        cuts = {name: said.pop(name).replace(",", " ").split() for name in CUTS}
        for name, bounds in cuts.items():
            if not all(bound.replace(".", "", 1).isdecimal() for bound in bounds):
                raise ValidationError({name: _("Give four numbers, each greater than the one before.")})
        return {**said, "cuts": cuts}


class TierForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    recency_from = forms.IntegerField(label=gettext_lazy("Recency from"), required=False, min_value=0)
    recency_to = forms.IntegerField(label=gettext_lazy("Recency to"), required=False, min_value=0)
    frequency_from = forms.IntegerField(label=gettext_lazy("Frequency from"), required=False, min_value=0)
    frequency_to = forms.IntegerField(label=gettext_lazy("Frequency to"), required=False, min_value=0)
    money_from = forms.DecimalField(
        label=gettext_lazy("Money from"), required=False, min_value=0, max_digits=14, decimal_places=2
    )
    money_to = forms.DecimalField(
        label=gettext_lazy("Money to"), required=False, min_value=0, max_digits=14, decimal_places=2
    )


@may("order.view")
def index(request: Visit) -> HttpResponse:
    return render(request, "ops/tier_list.html", {"schemes": scheme_list(request.user)})


@may("order.view")
def detail(request: Visit, scheme_id: UUID) -> HttpResponse:
    scheme = found(scheme_get(scheme_id))
    is_rfm = scheme.kind == TierKind.RFM
    rows = rfm_grid(request.user, scheme) if is_rfm else []
    tiers = list(tiers_of(request.user, scheme))
    context = {
        "scheme": scheme,
        "tiers": [(tier, _segment_of([_in_tier(tier)])) for tier in tiers],
        "customers": sum(tier.customers for tier in tiers),  # type: ignore[attr-defined]
        "grid": [(row[0].frequency, [(cell, _segment_of(_in_cell(scheme, cell))) for cell in row]) for row in rows],
        "is_rfm": is_rfm,
        "flows": movement(request.user, scheme, since=clock.now() - _MOVED_WITHIN),
    }
    return render(request, "ops/tier_detail.html", context)


@may("order.edit")
def create(request: Visit) -> HttpResponse:
    return _scheme_page(request, None)


@may("order.edit")
def edit(request: Visit, scheme_id: UUID) -> HttpResponse:
    return _scheme_page(request, found(scheme_get(scheme_id)))


@require_POST
@may("order.edit")
def remove(request: Visit, scheme_id: UUID) -> HttpResponse:
    scheme = found(scheme_get(scheme_id))
    remove_scheme(scheme=scheme, by=request.user, now=clock.now())
    messages.success(request, _("“%(name)s” deleted.") % {"name": scheme.name})
    return redirect("ops:tier_list")


@may("order.edit")
def edit_tier(request: Visit, tier_id: UUID) -> HttpResponse:
    tier = found(tier_get(tier_id))
    initial = {name: getattr(tier, name) for name in ("name", *_BOUNDS)}
    form = TierForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            save_tier(tier=tier, **form.cleaned_data, by=request.user, now=clock.now())
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Saved. Customers follow within a minute."))
            return redirect("ops:tier_scheme", tier.scheme_id)
    return form_page(request, "ops/tier_edit.html", form, {"tier": tier, "is_rfm": tier.scheme.kind == TierKind.RFM})


def _scheme_page(request: Visit, scheme: TierScheme | None) -> HttpResponse:
    cuts = scheme.cuts if scheme and scheme.cuts else CUTS
    initial: dict[str, Any] = {name: " ".join(cuts.get(name) or CUTS[name]) for name in CUTS}
    if scheme is not None:
        initial |= {name: getattr(scheme, name) for name in ("name", "kind", "cutting", "active")}
    form = SchemeForm(request.POST or None, initial={"active": True, **initial})
    if scheme is not None:
        form.fields["kind"].disabled = True
    if request.method == "POST" and form.is_valid():
        try:
            saved = scheme_saved(scheme, **form.said(), by=request.user, now=clock.now())
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Saved. Customers follow within a minute."))
            return redirect("ops:tier_scheme", saved.pk)
    return form_page(request, "ops/tier_form.html", form, {"scheme": scheme})


def _in_tier(tier: Tier) -> dict[str, Any]:
    return {"fact": "tiers", "op": "has", "value": tier.code}


def _in_cell(scheme: TierScheme, cell: Cell) -> list[dict[str, Any]]:
    args = {"scheme": str(scheme.pk)}
    return [
        {"fact": "tiers.recency", "op": "is", "value": cell.recency, "args": args},
        {"fact": "tiers.frequency", "op": "is", "value": cell.frequency, "args": args},
    ]


def _segment_of(conditions: list[dict[str, Any]]) -> str:
    """Where a segment of these begins."""
    return f"{reverse('ops:segment_create')}?{urlencode({'rule': json.dumps({'all': conditions})})}"
