"""Versions of a lifecycle: what held when, how far its people are moved, and how it is taken back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from exchange.jobs import ACTIVE
from lifecycle.models import Lifecycle
from lifecycle.plan import read_plan
from lifecycle.plan_words import SAME, differences
from lifecycle.selectors import lifecycle_get
from lifecycle.selectors_versions import plan_of_version, version_get, version_list
from lifecycle.services_drafts import draft_of_version
from scrm.core import clock
from scrm.flows.lifecycle_versions import run_of, undoable_run, version_undone
from scrm.web.access import Visit, found, may
from scrm.web.ops.lifecycle_page import frame
from scrm.web.ops.replies import first_message
from scrm.web.ops.rules import rule_words


@require_safe
@may("lifecycle.view")
def index(request: Visit, lifecycle_id: UUID) -> HttpResponse:
    """All versions, the newest first, each with what it changed."""
    current = found(lifecycle_get(lifecycle_id))
    versions = version_list(current)
    plans = {each.number: read_plan(each.plan) for each in versions}
    rows = []
    for each in versions:
        before = plans.get((each.number or 0) - 1)
        changed = [one for one in differences(before, plans[each.number]) if one.kind != SAME] if before else []
        rows.append((each, len(plans[each.number].stages), changed))
    return render(request, "ops/lifecycle_versions.html", {**frame(current, "versions"), "rows": rows})


@require_safe
@may("lifecycle.view")
def detail(request: Visit, lifecycle_id: UUID, number: int) -> HttpResponse:
    current = found(lifecycle_get(lifecycle_id))
    return render(request, "ops/lifecycle_version.html", _shown(request, current, number))


@require_safe
@may("lifecycle.view")
def progress(request: Visit, lifecycle_id: UUID, number: int) -> HttpResponse:
    """The moving part, for htmx; when the work ends the whole page comes anew."""
    context = _shown(request, found(lifecycle_get(lifecycle_id)), number)
    if not context["running"]:
        answer = HttpResponse()
        answer["HX-Refresh"] = "true"
        return answer
    return render(request, "ops/lifecycle_version.html#progress", context)


@require_POST
@may("lifecycle.edit")
def make_draft(request: Visit, lifecycle_id: UUID, number: int) -> HttpResponse:
    """An old version is the draft; where stages go that came since, it is asked where their people go."""
    current = found(lifecycle_get(lifecycle_id))
    try:
        if not draft_of_version(lifecycle=current, number=number, by=request.user, now=clock.now()):
            raise Http404
    except ValidationError as error:
        messages.error(request, first_message(error))
    return redirect("ops:lifecycle_draft", current.pk)


@require_POST
@may("lifecycle.edit")
def undo(request: Visit, lifecycle_id: UUID) -> HttpResponse:
    """Take back the version in force."""
    current = found(lifecycle_get(lifecycle_id))
    try:
        version_undone(current, by=request.user, now=clock.now())
    except ValidationError as error:
        messages.error(request, first_message(error))
        return redirect("ops:lifecycle_version", current.pk, current.version)
    messages.success(request, _("Version %(number)s is taken back.") % {"number": current.version})
    return redirect("ops:lifecycle_version", current.pk, current.version + 1)


def _shown(request: Visit, current: Lifecycle, number: int) -> dict[str, Any]:
    plan = found(plan_of_version(current, number))
    before = plan_of_version(current, number - 1)
    known = {stage.id: stage for each in (before, plan) if each for stage in each.stages}
    starts = [move.from_stage for move in plan.moves]
    moves = [
        (
            *(known[move.from_stage], known[move.to_stage]),
            rule_words(move.condition) if move.condition else "",
            starts.count(move.from_stage) > 1,
        )
        for move in plan.moves
        if move.from_stage in known and move.to_stage in known
    ]
    job = run_of(current, number)
    is_current = number == current.version
    return {
        **frame(current, "versions"),
        "number": number,
        "version": version_get(current, number),
        "stages": differences(before, plan) if before else differences(plan, plan),
        "moves": moves,
        "job": job,
        "running": job is not None and job.state in ACTIVE,
        "is_current": is_current,
        "undoable": undoable_run(current) if is_current and request.user.may("lifecycle.edit") else None,
        "may_edit": request.user.may("lifecycle.edit"),
    }
