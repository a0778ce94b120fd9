"""Taking an import back: what would go and what would stay, how far it is, and what came of it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from exchange.jobs import ACTIVE
from exchange.selectors import job_detail
from scrm.flows.import_undo import ENDED, begin_undo, cancel_undo, foresee_undo, undo_of, undone_by
from scrm.flows.lead_import import KIND
from scrm.web.access import Visit, found, may


@may("lead.import")
def undo(request: Visit, job_id: UUID) -> HttpResponse:
    """Ask with the counts; begun, show how far it is."""
    job = found(job_detail(job_id, KIND))
    if job.state not in ENDED:
        return redirect("ops:import_detail", job.pk)
    if request.method == "POST":
        if begin_undo(job, by=request.user) is None:
            messages.error(request, _("This import is being undone already."))
        return redirect("ops:import_undo", job.pk)
    run = undo_of(job)
    running = run is not None and run.state in ACTIVE
    context = {
        "job": job,
        "run": run,
        "running": running,
        "undone": undone_by(run) if run else None,
        "foreseen": None if running else foresee_undo(job),
    }
    return render(request, "ops/import_undo.html", context)


@may("lead.import")
def progress(request: Visit, job_id: UUID) -> HttpResponse:
    """The moving part, for htmx; when the work ends the whole page comes anew."""
    job = found(job_detail(job_id, KIND))
    run = undo_of(job)
    if run is None or run.state not in ACTIVE:
        answer = HttpResponse()
        answer["HX-Refresh"] = "true"
        return answer
    context = {"job": job, "run": run, "running": True, "undone": undone_by(run)}
    return render(request, "ops/import_undo.html#progress", context)


@require_POST
@may("lead.import")
def cancel(request: Visit, job_id: UUID) -> HttpResponse:
    job = found(job_detail(job_id, KIND))
    run = undo_of(job)
    if run is not None and cancel_undo(run, by=request.user):
        messages.success(request, _("Stopped. What was removed stays removed."))
    return redirect("ops:import_undo", job.pk)
