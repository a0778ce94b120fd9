"""Times to answer: how fast leads of each source are answered, and how well that is kept."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from leads.enums import TakenTo
from leads.models import ResponseRule
from leads.selectors import response_rule_detail, response_rule_list, responses_kept, source_list
from leads.services import save_response_rule, switch_response_rule
from scrm.core import clock
from scrm.web.access import Visit, found, may
from scrm.web.ops.replies import form_page, take_errors

_SINCE: Final = timedelta(days=28)
_FIELDS: Final = ("minutes", "within_hours", "remind_before", "escalate_after", "take_after", "taken_to")


def _minutes(label: Any, text: Any, *, least: int = 0, required: bool = False) -> forms.IntegerField:
    return forms.IntegerField(label=label, help_text=text, min_value=least, max_value=31 * 24 * 60, required=required)


class ResponseRuleForm(forms.Form):
    source = forms.ModelChoiceField(
        label=gettext_lazy("Source"),
        queryset=source_list(),
        required=False,
        empty_label=gettext_lazy("All other sources"),
        help_text=gettext_lazy("With everything that is part of it."),
    )
    minutes = _minutes(gettext_lazy("Answer within"), gettext_lazy("Minutes."), least=1, required=True)
    within_hours = forms.BooleanField(label=gettext_lazy("Minutes count within opening hours"), required=False)
    remind_before = _minutes(
        gettext_lazy("Remind the owner"), gettext_lazy("So many minutes before it is due. Empty: never.")
    )
    escalate_after = _minutes(
        gettext_lazy("Tell the head of the department"), gettext_lazy("So many minutes after it was due. Empty: never.")
    )
    take_after = _minutes(gettext_lazy("Take it away"), gettext_lazy("So many minutes after it was due. Empty: never."))
    taken_to = forms.ChoiceField(label=gettext_lazy("And give it"), choices=TakenTo.choices)


@require_safe
@may("assignment.view")
def index(request: Visit) -> HttpResponse:
    now = clock.now()
    kept = [
        (title, responses_kept(request.user, by=by, since=now - _SINCE, now=now))
        for by, title in (("owner", _("By representative")), ("source", _("By source")))
    ]
    return render(request, "ops/response_list.html", {"rules": response_rule_list(), "kept": kept})


@may("assignment.edit")
def create(request: Visit) -> HttpResponse:
    return _page(request, None)


@may("assignment.edit")
def edit(request: Visit, response_rule_id: UUID) -> HttpResponse:
    return _page(request, found(response_rule_detail(response_rule_id)))


@require_POST
@may("assignment.edit")
def switch(request: Visit, response_rule_id: UUID) -> HttpResponse:
    rule = found(response_rule_detail(response_rule_id))
    switch_response_rule(rule=rule, active=not rule.active, by=request.user, now=clock.now())
    messages.success(request, _("The rule is off now.") if rule.active else _("The rule is on now."))
    return redirect("ops:assignment_responses")


def _page(request: Visit, rule: ResponseRule | None) -> HttpResponse:
    initial: dict[str, Any] = {"minutes": 30, "within_hours": True, "remind_before": 10, "escalate_after": 0}
    if rule is not None:
        initial = {name: getattr(rule, name) for name in ("source", *_FIELDS)}
    form = ResponseRuleForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            save_response_rule(rule=rule, **form.cleaned_data, by=request.user, now=clock.now())
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Saved. It counts from the next lead on."))
            return redirect("ops:assignment_responses")
    return form_page(request, "ops/response_form.html", form, {"stored": rule})
