"""How the public pool works: limits of claims, what is protected, and when customers are taken back."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from leads.models import PoolPolicy, PoolRule
from leads.selectors import pool_policy, pool_rule_detail, pool_rule_list
from leads.selectors.sources import source_list
from leads.services import save_pool_policy, save_pool_rule, switch_pool_rule
from leads.services.pool import LIMITS
from scrm.core import clock
from scrm.web.access import Visit, found, may
from scrm.web.ops.replies import form_page, take_errors


class PolicyForm(forms.ModelForm):
    """The rules that hold for everybody; written by a service."""

    class Meta:
        model = PoolPolicy
        fields = LIMITS


class PoolRuleForm(forms.Form):
    source = forms.ModelChoiceField(
        label=gettext_lazy("Source"),
        queryset=source_list(),
        required=False,
        empty_label=gettext_lazy("All other sources"),
        help_text=gettext_lazy("With everything that is part of it."),
    )
    days = forms.IntegerField(
        label=gettext_lazy("Days untouched"),
        min_value=2,
        max_value=365,
        help_text=gettext_lazy("So long nobody did anything with the customer. The owner is told a day before."),
    )


@require_safe
@may("pool.view")
def index(request: Visit) -> HttpResponse:
    return _rules(request, PolicyForm(instance=pool_policy()))


@require_POST
@may("pool.edit")
def policy(request: Visit) -> HttpResponse:
    form = PolicyForm(request.POST, instance=pool_policy())
    if not form.is_valid():
        return _rules(request, form)
    save_pool_policy(by=request.user, now=clock.now(), **form.cleaned_data)
    messages.success(request, _("Saved. It counts from the next claim on."))
    return redirect("ops:pool_rules")


@may("pool.edit")
def create(request: Visit) -> HttpResponse:
    return _page(request, None)


@may("pool.edit")
def edit(request: Visit, pool_rule_id: UUID) -> HttpResponse:
    return _page(request, found(pool_rule_detail(pool_rule_id)))


@require_POST
@may("pool.edit")
def switch(request: Visit, pool_rule_id: UUID) -> HttpResponse:
    rule = found(pool_rule_detail(pool_rule_id))
    switch_pool_rule(rule=rule, active=not rule.active, by=request.user, now=clock.now())
    messages.success(request, _("The rule is off now.") if rule.active else _("The rule is on now."))
    return redirect("ops:pool_rules")


def _rules(request: Visit, form: PolicyForm) -> HttpResponse:
    context = {"form": form, "rules": pool_rule_list()}
    return render(request, "ops/pool_rules.html", context, status=422 if form.is_bound else 200)


def _page(request: Visit, rule: PoolRule | None) -> HttpResponse:
    initial: dict[str, Any] = {"days": 14} if rule is None else {"source": rule.source, "days": rule.days}
    form = PoolRuleForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            save_pool_rule(rule=rule, **form.cleaned_data, by=request.user, now=clock.now())
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Saved. Owners are told a day before their customers go."))
            return redirect("ops:pool_rules")
    return form_page(request, "ops/pool_rule_form.html", form, {"stored": rule})
