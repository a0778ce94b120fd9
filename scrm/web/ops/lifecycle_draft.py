"""The draft of a lifecycle: its stages changed, put in order, taken out or split; looked through, and published."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lifecycle.enums import StageKind
from lifecycle.models import Lifecycle
from lifecycle.plan import StagePlan, alike
from lifecycle.selectors import lifecycle_get
from lifecycle.selectors_versions import draft_plan, plan_in_force
from lifecycle.services_drafts import (
    bring_back_stage,
    discard_draft,
    drop_split,
    order_draft,
    save_draft_stage,
    shift_draft_stage,
    split_stage,
    take_out_stage,
)
from scrm.core import clock
from scrm.core.conditions import ConditionInvalid, Scope
from scrm.flows.lifecycle_preview import draft_looked_through
from scrm.flows.lifecycle_versions import version_published
from scrm.web.access import Visit, found, may
from scrm.web.ops.lifecycle_draft_forms import HeirForm, RevisionForm, StageForm
from scrm.web.ops.lifecycle_page import frame, home_of
from scrm.web.ops.replies import first_message, form_page, take_errors
from scrm.web.ops.rules import RuleForm, is_rule_step, rule_words


@may("lifecycle.edit")
def draft(request: Visit, lifecycle_id: UUID) -> HttpResponse:
    """What would come to hold, what that changes, and for how many."""
    current = found(lifecycle_get(lifecycle_id))
    seen = draft_looked_through(current, clock.now())
    starts = [each.start.id for each in seen.moves]
    moves = [
        (each, rule_words(each.move.condition) if each.move.condition else "", starts.count(each.start.id) > 1)
        for each in seen.moves
    ]
    context = {**frame(current, "stages"), "seen": seen, "moves": moves, "next_number": current.version + 1}
    return render(request, "ops/lifecycle_draft.html", context)


@require_POST
@may("lifecycle.edit")
def publish(request: Visit, lifecycle_id: UUID) -> HttpResponse:
    current, form = found(lifecycle_get(lifecycle_id)), RevisionForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=400)
    try:
        published, _job = version_published(current, form.cleaned_data["revision"], by=request.user, now=clock.now())
    except ValidationError as error:
        messages.error(request, first_message(error))
        return redirect("ops:lifecycle_draft", current.pk)
    messages.success(request, _("Version %(number)s holds from now on.") % {"number": published.number})
    return redirect("ops:lifecycle_version", current.pk, published.number)


@require_POST
@may("lifecycle.edit")
def discard(request: Visit, lifecycle_id: UUID) -> HttpResponse:
    current = found(lifecycle_get(lifecycle_id))
    if discard_draft(lifecycle=current, by=request.user, now=clock.now()):
        messages.success(request, _("The draft is gone. Nothing has changed."))
    return redirect(home_of(current))


@may("lifecycle.edit")
def stage_create(request: Visit, lifecycle_id: UUID) -> HttpResponse:
    return _stage_page(request, found(lifecycle_get(lifecycle_id)), None)


@may("lifecycle.edit")
def stage_edit(request: Visit, lifecycle_id: UUID, stage_id: UUID) -> HttpResponse:
    current = found(lifecycle_get(lifecycle_id))
    return _stage_page(request, current, found(draft_plan(current).stage(str(stage_id))))


@require_POST
@may("lifecycle.edit")
def stage_shift(request: Visit, lifecycle_id: UUID, stage_id: UUID) -> HttpResponse:
    found(draft_plan(found(lifecycle_get(lifecycle_id))).stage(str(stage_id)))
    earlier = request.POST.get("to") == "earlier"
    return _changed(request, lifecycle_id, lambda said: shift_draft_stage(stage_id=stage_id, earlier=earlier, **said))


@require_POST
@may("lifecycle.edit")
def order(request: Visit, lifecycle_id: UUID) -> HttpResponse:
    """Stages in the order as posted."""
    current = found(lifecycle_get(lifecycle_id))
    known = set(draft_plan(current).ids)
    ids = [UUID(pk) for pk in request.POST.getlist("stage") if pk in known]
    return _changed(request, lifecycle_id, lambda said: order_draft(stage_ids=ids, **said))


@may("lifecycle.edit")
def stage_remove(request: Visit, lifecycle_id: UUID, stage_id: UUID) -> HttpResponse:
    """Where the people of a stage go; one of the draft alone, in which nobody stands, goes without."""
    current = found(lifecycle_get(lifecycle_id))
    live, plan = plan_in_force(current), draft_plan(current)
    pk = str(stage_id)
    stage = found(live.stage(pk) or plan.stage(pk))
    if live.stage(pk) is None:
        if request.method != "POST":
            return redirect("ops:lifecycle_draft", current.pk)
        return _changed(request, lifecycle_id, lambda said: take_out_stage(stage_id=stage_id, heir_id=None, **said))
    heirs = [each for each in plan.stages if each.id != pk and alike(stage.kind, each.kind)]
    form = HeirForm(request.POST or None, heirs=heirs, initial={"heir": plan.heir_of(pk) or ""})
    if request.method == "POST" and form.is_valid():
        heir = UUID(form.cleaned_data["heir"])
        try:
            take_out_stage(lifecycle=current, stage_id=stage_id, heir_id=heir, by=request.user, now=clock.now())
        except ValidationError as error:
            take_errors(form, error)
        else:
            return redirect("ops:lifecycle_draft", current.pk)
    context = {"current": current, "stage": stage, "heirs": heirs, "back": _home(current)}
    return form_page(request, "ops/lifecycle_remove.html", form, context)


@require_POST
@may("lifecycle.edit")
def stage_keep(request: Visit, lifecycle_id: UUID, stage_id: UUID) -> HttpResponse:
    found(plan_in_force(found(lifecycle_get(lifecycle_id))).stage(str(stage_id)))
    return _changed(request, lifecycle_id, lambda said: bring_back_stage(stage_id=stage_id, **said))


@may("lifecycle.edit")
def stage_split(request: Visit, lifecycle_id: UUID, stage_id: UUID) -> HttpResponse:
    """Those in a stage for whom conditions hold go elsewhere."""
    current = found(lifecycle_get(lifecycle_id))
    stage = found(plan_in_force(current).stage(str(stage_id)))
    heirs = [each for each in draft_plan(current).stages if each.id != stage.id and alike(stage.kind, each.kind)]
    stepping = request.method == "POST" and is_rule_step(request)
    posted = None if stepping else request.POST or None
    form = HeirForm(posted, heirs=heirs, initial={"heir": request.POST.get("heir", "")})
    if request.method == "POST":
        conditions = RuleForm.from_post(request.POST)
    else:
        conditions = RuleForm.from_stored({}, Scope.CONTACT)
        conditions.add()
    if request.method == "POST" and not stepping and form.is_valid() & conditions.is_valid():
        try:
            split_stage(
                lifecycle=current,
                stage_id=stage_id,
                to_stage_id=UUID(form.cleaned_data["heir"]),
                condition=conditions.to_json(),
                by=request.user,
                now=clock.now(),
            )
        except ConditionInvalid as invalid:
            conditions.explain(invalid)
        except ValidationError as error:
            take_errors(form, error)
        else:
            return redirect("ops:lifecycle_draft", current.pk)
    context = {"current": current, "stage": stage, "heirs": heirs, "rule": conditions, "back": _home(current)}
    return form_page(request, "ops/lifecycle_split.html", form, context)


@require_POST
@may("lifecycle.edit")
def split_drop(request: Visit, lifecycle_id: UUID, place: int) -> HttpResponse:
    """One move of the draft is no more."""
    return _changed(request, lifecycle_id, lambda said: drop_split(place=place, **said))


def _stage_page(request: Visit, current: Lifecycle, stage: StagePlan | None) -> HttpResponse:
    initial: dict[str, object] = {"kind": StageKind.OPEN.value}
    if stage:
        names = ("name", "kind", "typical_days", "asks", "colour", "moves_to")
        initial = {name: getattr(stage, name) for name in names}
    others = [each for each in draft_plan(current).stages if stage is None or each.id != stage.id]
    form = StageForm(request.POST or None, initial=initial, others=others)
    if request.method == "POST" and form.is_valid():
        stage_id = UUID(stage.id) if stage else None
        try:
            save_draft_stage(
                lifecycle=current, stage_id=stage_id, **form.cleaned_data, by=request.user, now=clock.now()
            )
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("In the draft. It holds once you publish it."))
            if "again" in request.POST:
                return redirect("ops:stage_create", current.pk)
            return redirect("ops:lifecycle_draft", current.pk)
    context = {
        "heading": stage.name if stage else _("New stage"),
        "action": _("Save to the draft"),
        "again": "" if stage else _("Save and another"),
        "back": _home(current),
        "lead": current.name,
    }
    return form_page(request, "ops/lifecycle_form.html", form, context)


def _changed(request: Visit, lifecycle_id: UUID, change: Callable[[dict[str, Any]], object]) -> HttpResponse:
    current = found(lifecycle_get(lifecycle_id))
    try:
        change({"lifecycle": current, "by": request.user, "now": clock.now()})
    except ValidationError as error:
        messages.error(request, first_message(error))
    return redirect("ops:lifecycle_draft", current.pk)


def _home(current: Lifecycle) -> str:
    return reverse("ops:lifecycle_draft", args=[current.pk])
