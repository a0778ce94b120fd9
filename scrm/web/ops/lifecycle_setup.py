"""Lifecycles themselves: made from a template of the industry, named, with their reasons of loss."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from lifecycle.models import LossReason
from lifecycle.selectors import lifecycle_get
from lifecycle.selectors_guards import loss_reason_get, loss_reason_list
from lifecycle.services_lifecycles import (
    change_lifecycle,
    lay_out_lifecycle,
    save_loss_reason,
    switch_loss_reason,
)
from lifecycle.templates import TEMPLATES
from scrm.core import clock
from scrm.web.access import Visit, found, may
from scrm.web.ops.lifecycle_page import frame, home_of
from scrm.web.ops.replies import first_message, form_page, take_errors
from tenants.selectors import tenant_current


class TemplateForm(forms.Form):
    template = forms.ChoiceField(choices=[(code, each.label) for code, each in TEMPLATES.items()])
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80, required=False)


class LifecycleForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    is_default = forms.BooleanField(label=gettext_lazy("New contacts enter this one"), required=False)
    active = forms.BooleanField(
        label=gettext_lazy("In use"),
        required=False,
        help_text=gettext_lazy("One that is put aside is offered nowhere; its history stays."),
    )


class ReasonForm(forms.Form):
    name = forms.CharField(max_length=60)


@may("lifecycle.edit")
def create(request: Visit) -> HttpResponse:
    form = TemplateForm(request.POST or None, initial={"template": request.GET.get("template", "car")})
    chinese = tenant_current().language.startswith("zh")
    if request.method == "POST" and form.is_valid():
        template = TEMPLATES[form.cleaned_data["template"]]
        said = {"template": template, "name": form.cleaned_data["name"], "chinese": chinese}
        try:
            made = lay_out_lifecycle(**said, by=request.user, now=clock.now())
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("“%(name)s” is there. Change its stages as you like.") % {"name": made.name})
            if template.hands_over_at:
                messages.info(request, _("Another team takes over on the way? Say so under Hand-over."))
            return redirect(home_of(made))
    offered = [
        (each, [(stage.name.say(chinese=chinese), stage) for stage in each.stages]) for each in TEMPLATES.values()
    ]
    return form_page(request, "ops/lifecycle_new.html", form, {"offered": offered})


@may("lifecycle.edit")
def setup(request: Visit, lifecycle_id: UUID) -> HttpResponse:
    """Its name, whether newcomers enter it, and why people are lost in it."""
    current = found(lifecycle_get(lifecycle_id))
    initial = {name: getattr(current, name) for name in ("name", "is_default", "active")}
    form = LifecycleForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            change_lifecycle(lifecycle=current, **form.cleaned_data, by=request.user, now=clock.now())
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("ops:lifecycle_setup", current.pk)
    context = {**frame(current, "setup"), "reasons": loss_reason_list(current)}
    return form_page(request, "ops/lifecycle_setup.html", form, context)


@require_POST
@may("lifecycle.edit")
def reason_create(request: Visit, lifecycle_id: UUID) -> HttpResponse:
    return _save(request, lifecycle_id, None)


@require_POST
@may("lifecycle.edit")
def reason_edit(request: Visit, reason_id: UUID) -> HttpResponse:
    """Rename one; or with `archived` offer it no more, or again."""
    reason = found(loss_reason_get(reason_id))
    if "archived" not in request.POST:
        return _save(request, reason.lifecycle_id, reason)
    archived = request.POST["archived"] == "1"
    switch_loss_reason(reason=reason, archived=archived, by=request.user, now=clock.now())
    messages.success(request, _("It is offered no more.") if archived else _("It is offered again."))
    return redirect("ops:lifecycle_setup", reason.lifecycle_id)


def _save(request: Visit, lifecycle_id: UUID, reason: LossReason | None) -> HttpResponse:
    current, form = found(lifecycle_get(lifecycle_id)), ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Name the reason."))
    else:
        try:
            said = {"name": form.cleaned_data["name"], "by": request.user, "now": clock.now()}
            save_loss_reason(lifecycle=current, reason=reason, **said)
            messages.success(request, _("Saved."))
        except ValidationError as error:
            messages.error(request, first_message(error))
    return redirect("ops:lifecycle_setup", current.pk)
