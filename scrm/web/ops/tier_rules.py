"""Tiers by rules: added, changed, put in order and deleted."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from commerce.enums import TierKind
from commerce.models import Tier, TierScheme
from commerce.tier_selectors import scheme_get, tier_get
from scrm.core import clock
from scrm.core.conditions import ConditionInvalid, Scope
from scrm.flows.tiers import rule_tier_saved, tier_moved, tier_removed
from scrm.web.access import Visit, found, may
from scrm.web.ops.replies import form_page, take_errors
from scrm.web.ops.rules import RuleForm, is_rule_step


class RuleTierForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)


@may("order.edit")
def add(request: Visit, scheme_id: UUID) -> HttpResponse:
    scheme = found(scheme_get(scheme_id))
    return tier_page(request, found(scheme if scheme.kind == TierKind.RULE else None), None)


@require_POST
@may("order.edit")
def move(request: Visit, tier_id: UUID) -> HttpResponse:
    """Up or down by one."""
    tier = _ruled(tier_id)
    tier_moved(tier, up="up" in request.POST, by=request.user, now=clock.now())
    return redirect("ops:tier_scheme", tier.scheme_id)


@require_POST
@may("order.edit")
def remove(request: Visit, tier_id: UUID) -> HttpResponse:
    tier = _ruled(tier_id)
    tier_removed(tier, by=request.user, now=clock.now())
    messages.success(request, _("“%(name)s” deleted.") % {"name": tier.name})
    return redirect("ops:tier_scheme", tier.scheme_id)


def tier_page(request: Visit, scheme: TierScheme, tier: Tier | None) -> HttpResponse:
    """The form of a tier with its rule."""
    initial = {"name": tier.name} if tier else {}
    stepping = request.method == "POST" and is_rule_step(request)
    posted = None if stepping else request.POST or None
    form = RuleTierForm(posted, initial=dict(request.POST.items()) if stepping else initial)
    if request.method == "POST":
        conditions = RuleForm.from_post(request.POST)
    else:
        conditions = RuleForm.from_stored(tier.condition if tier else {}, Scope.CONTACT)
        if tier is None:
            conditions.add()
    if request.method == "POST" and not stepping and form.is_valid() & conditions.is_valid():
        said = {"name": form.cleaned_data["name"], "condition": conditions.to_json()}
        try:
            rule_tier_saved(scheme, tier, **said, by=request.user, now=clock.now())
        except ConditionInvalid as invalid:
            conditions.explain(invalid)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Saved. Customers follow within a minute."))
            return redirect("ops:tier_scheme", scheme.pk)
    return form_page(request, "ops/tier_rule.html", form, {"rule": conditions, "scheme": scheme, "tier": tier})


def _ruled(tier_id: UUID) -> Tier:
    tier = found(tier_get(tier_id))
    return found(tier if tier.scheme.kind == TierKind.RULE else None)
