"""Segments: the list, the builder with its live count, members."""

import json
from datetime import timedelta
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from audiences.models import Segment, SegmentKind
from audiences.selectors import (
    run_last,
    segment_get,
    segment_list,
    segment_members,
    segment_movement,
    segment_preview,
    segments_gone,
)
from audiences.services import refresh_segment, save_segment
from scrm.core import clock
from scrm.core.conditions import ConditionInvalid, Scope, sentence
from scrm.flows.audience import uses_of_segment
from scrm.web.access import Visit, found, may
from scrm.web.ops.filters import page_of
from scrm.web.ops.replies import form_page, take_errors
from scrm.web.ops.rules import RuleForm, is_rule_step, posted_rule, rule_words


class SegmentForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=SegmentKind.choices,
        help_text=gettext_lazy("Dynamic: people come and go as the conditions say. Frozen: it keeps who is in it now."),
    )


@may("segment.view")
def segment_index(request: Visit) -> HttpResponse:
    rows = [
        {"segment": segment, "words": rule_words(segment.condition, Scope.CONTACT)}
        for segment in segment_list(request.user)
    ]
    return render(request, "ops/segment_list.html", {"rows": rows})


@may("segment.view")
def segment_detail(request: Visit, segment_id: UUID) -> HttpResponse:
    segment = found(segment_get(request.user, segment_id))
    parents, sops = uses_of_segment(segment)
    came, went = segment_movement(request.user, segment, clock.now() - timedelta(days=7))
    context = {
        "segment": segment,
        "words": rule_words(segment.condition, Scope.CONTACT),
        "page": page_of(request, segment_members(request.user, segment)),
        "came": came,
        "went": went,
        "is_live": segment.kind == SegmentKind.DYNAMIC and segment.archived_at is None,
        "parents": parents,
        "used_by": ", ".join(str(each) for each in (*parents, *sops)),
        "sops": sops,
        "gone": segments_gone(segment),
        "last_run": run_last(segment),
        "tab": "members",
    }
    return render(request, "ops/segment_detail.html", context)


@may("segment.edit")
def segment_create(request: Visit) -> HttpResponse:
    return _segment_page(request, None)


@may("segment.edit")
def segment_edit(request: Visit, segment_id: UUID) -> HttpResponse:
    return _segment_page(request, found(segment_get(request.user, segment_id)))


@require_POST
@may("segment.edit")
def segment_refresh(request: Visit, segment_id: UUID) -> HttpResponse:
    segment = found(segment_get(request.user, segment_id))
    change = refresh_segment(segment=segment, by=request.user, now=clock.now())
    messages.success(
        request, _("Refreshed: %(entered)s came, %(left)s left.") % {"entered": change.entered, "left": change.left}
    )
    return redirect("ops:segment_detail", segment.pk)


@require_POST
@may("desk.open")
def rule_builder(request: Visit) -> HttpResponse:
    """The rows of any rule form, after a choice was made or a row added or removed."""
    return render(request, "ops/rule_builder.html", {"rule": posted_rule(request.POST)})


@require_POST
@may("segment.view")
def segment_count(request: Visit) -> HttpResponse:
    """How many match the rows as they stand, some of them, and the rule in words."""
    return render(request, "ops/segment_count.html", _counted(request, RuleForm.from_post(request.POST)))


def _segment_page(request: Visit, segment: Segment | None) -> HttpResponse:
    initial = {"name": segment.name, "kind": segment.kind} if segment else {"kind": SegmentKind.DYNAMIC.value}
    stepping = request.method == "POST" and is_rule_step(request)
    posted = None if stepping else request.POST or None
    form = SegmentForm(posted, initial=dict(request.POST.items()) if stepping else initial)
    if request.method == "POST":
        conditions = RuleForm.from_post(request.POST)
    else:
        conditions = RuleForm.from_stored(segment.condition if segment else _asked(request), Scope.CONTACT)
        if segment is None and not conditions.rows:
            conditions.add()
    if request.method == "POST" and not stepping and form.is_valid() & conditions.is_valid():
        try:
            saved = save_segment(
                segment=segment, **form.cleaned_data, condition=conditions.to_json(), by=request.user, now=clock.now()
            )
        except ConditionInvalid as invalid:
            conditions.explain(invalid)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Segment saved."))
            return redirect("ops:segment_detail", saved.pk)
    context = {"rule": conditions, "segment": segment, **_counted(request, conditions)}
    return form_page(request, "ops/segment_form.html", form, context)


def _asked(request: Visit) -> object:
    """The rule that a page leads here with."""
    try:
        return json.loads(request.GET.get("rule", "{}"))
    except (ValueError, RecursionError):
        return {}


def _counted(request: Visit, conditions: RuleForm) -> dict[str, object]:
    condition = conditions.condition() if conditions.rows else None
    if condition is None:
        return {"count": None}
    count, sample = segment_preview(condition, request.user, clock.now())
    return {"count": count, "sample": sample, "words": sentence(condition)}
