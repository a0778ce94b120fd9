"""Taking an import back: what would go and what would stay, how far it is, and what came of it."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from exchange.jobs import ACTIVE
from exchange.selectors import job_detail
from scrm.flows import import_undo, lead_import, order_import, order_undo
from scrm.flows.import_undo import ENDED
from scrm.web.access import Visit, found, may

_UNDOING: Final[Mapping[str, Any]] = {lead_import.KIND: import_undo, order_import.KIND: order_undo}


@may("lead.import")
def undo(request: Visit, job_id: UUID) -> HttpResponse:
    """Ask with the counts; begun, show how far it is."""
    job = found(job_detail(job_id, *_UNDOING))
    undoing = _UNDOING[job.kind]
    if job.state not in ENDED:
        return redirect("ops:import_detail", job.pk)
    if request.method == "POST":
        if undoing.begin_undo(job, by=request.user) is None:
            messages.error(request, _("This import is being undone already."))
        return redirect("ops:import_undo", job.pk)
    run = undoing.undo_of(job)
    running = run is not None and run.state in ACTIVE
    context = {
        "job": job,
        "of_orders": job.kind == order_import.KIND,
        "run": run,
        "running": running,
        "undone": undoing.undone_by(run) if run else None,
        "foreseen": None if running else undoing.foresee_undo(job),
    }
    return render(request, "ops/import_undo.html", context)


@may("lead.import")
def progress(request: Visit, job_id: UUID) -> HttpResponse:
    """The moving part, for htmx; when the work ends the whole page comes anew."""
    job = found(job_detail(job_id, *_UNDOING))
    undoing = _UNDOING[job.kind]
    run = undoing.undo_of(job)
    if run is None or run.state not in ACTIVE:
        answer = HttpResponse()
        answer["HX-Refresh"] = "true"
        return answer
    of_orders = job.kind == order_import.KIND
    context = {"job": job, "of_orders": of_orders, "run": run, "running": True, "undone": undoing.undone_by(run)}
    return render(request, "ops/import_undo.html#progress", context)


@require_POST
@may("lead.import")
def cancel(request: Visit, job_id: UUID) -> HttpResponse:
    job = found(job_detail(job_id, *_UNDOING))
    undoing = _UNDOING[job.kind]
    run = undoing.undo_of(job)
    if run is not None and undoing.cancel_undo(run, by=request.user):
        messages.success(request, _("Stopped. What was removed stays removed."))
    return redirect("ops:import_undo", job.pk)
