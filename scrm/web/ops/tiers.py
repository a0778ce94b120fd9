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
from scrm.core.conditions import Scope
from scrm.flows.tiers import scheme_saved
from scrm.web.access import Visit, found, may
from scrm.web.ops.replies import form_page, take_errors
from scrm.web.ops.rules import rule_words
from scrm.web.ops.tier_rules import tier_page

_MOVED_WITHIN: Final = timedelta(days=30)
_BOUNDS: Final = ("recency_from", "recency_to", "frequency_from", "frequency_to", "money_from", "money_to")


class SchemeForm(forms.Form):
    """Bounds of scores, four numbers of each measure, are asked for where a scheme is made of scores."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    kind = forms.ChoiceField(choices=TierKind.choices, widget=forms.HiddenInput)
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
        cuts = {name: said.pop(name).replace(",", " ").split() for name in CUTS if name in said}
        for name, bounds in cuts.items():
            if not all(bound.replace(".", "", 1).isdecimal() for bound in bounds):
                raise ValidationError({name: _("Give four numbers, each greater than the one before.")})
        return {**said, "cuts": cuts}

    def ask_for(self, kind: str) -> None:
        """Leave out what a scheme of this kind has not."""
        for name in ("cutting", *CUTS) if kind != TierKind.RFM else ():
            del self.fields[name]


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
    tiers = tiers_of(request.user, scheme)
    context = {
        "scheme": scheme,
        "tiers": [(row.tier, row.customers, _segment_of([_in_tier(row.tier)]), _words(row.tier)) for row in tiers],
        "customers": sum(row.customers for row in tiers),
        "grid": [(row[0].frequency, [(cell, _segment_of(_in_cell(scheme, cell))) for cell in row]) for row in rows],
        "is_rfm": is_rfm,
        "is_rule": scheme.kind == TierKind.RULE,
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
    if tier.scheme.kind == TierKind.RULE:
        return tier_page(request, tier.scheme, tier)
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
    asked = scheme.kind if scheme else request.POST.get("kind") or request.GET.get("kind", "")
    kind = asked if asked in TierKind.values else TierKind.RFM.value
    cuts = scheme.cuts if scheme and scheme.cuts else CUTS
    initial: dict[str, Any] = {name: " ".join(cuts.get(name) or CUTS[name]) for name in CUTS}
    if scheme is not None:
        initial |= {name: getattr(scheme, name) for name in ("name", "kind", "cutting", "active")}
    form = SchemeForm(request.POST or None, initial={"active": True, "kind": kind, **initial})
    form.ask_for(kind)
    if scheme is not None:
        form.fields["kind"].disabled = True
    if request.method == "POST" and form.is_valid():
        try:
            saved = scheme_saved(scheme, **form.said(), by=request.user, now=clock.now())
        except ValidationError as error:
            take_errors(form, error)
        else:
            if scheme is None and kind == TierKind.RULE:
                messages.success(request, _("Saved. Now add the first tier."))
                return redirect("ops:tier_add", saved.pk)
            messages.success(request, _("Saved. Customers follow within a minute."))
            return redirect("ops:tier_scheme", saved.pk)
    kinds = [] if scheme else TierKind.choices
    return form_page(request, "ops/tier_form.html", form, {"scheme": scheme, "kinds": kinds, "kind": kind})


def _words(tier: Tier) -> str:
    return rule_words(tier.condition, Scope.CONTACT) if tier.scheme.kind == TierKind.RULE else ""


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
