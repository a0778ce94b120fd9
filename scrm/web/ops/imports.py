"""Imports: files of leads on their way in, from upload to result."""

from uuid import UUID

from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from exchange.enums import JobState
from exchange.models import Job
from exchange.selectors import job_detail, job_list
from scrm.core import clock
from scrm.web.access import Visit, may
from scrm.web.ops.filters import page_of
from scrm.web.ops.replies import found

KIND = "lead_import"


@may("lead.import")
def index(request: Visit) -> HttpResponse:
    page = page_of(request, job_list(KIND), 20)
    return render(request, "ops/import_list.html", {"page": page})


@may("lead.import")
def start(request: Visit) -> HttpResponse:
    return render(request, "ops/import_start.html", {})


@may("lead.import")
def mapping(request: Visit, job_id: UUID) -> HttpResponse:
    job = _job(job_id)
    return render(request, "ops/import_mapping.html", {"job": job})


@may("lead.import")
def detail(request: Visit, job_id: UUID) -> HttpResponse:
    """How far a file has come, or what came of it."""
    job = _job(job_id)
    return render(request, "ops/import_detail.html", {"job": job, "running": _running(job)})


@may("lead.import")
def progress(request: Visit, job_id: UUID) -> HttpResponse:
    """The moving part, for htmx; when the work ends the whole page comes anew."""
    job = _job(job_id)
    if not _running(job):
        answer = HttpResponse()
        answer["HX-Refresh"] = "true"
        return answer
    return render(request, "ops/import_detail.html#progress", {"job": job, "running": True})


@require_POST
@may("lead.import")
def cancel(request: Visit, job_id: UUID) -> HttpResponse:
    job = _job(job_id)
    return redirect("ops:import_detail", job.pk)


def errors(request: Visit, job_id: UUID) -> HttpResponseBase:
    """The rows that were refused, as a file."""
    raise Http404


def _job(job_id: UUID) -> Job:
    return found(job_detail(job_id, KIND))


def _running(job: Job) -> bool:
    return job.state in (JobState.WAITING, JobState.RUNNING)
