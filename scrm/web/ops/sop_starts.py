"""An SOP started by hand for a segment: at once for a few, with its progress for many."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from audiences.selectors import segment_get
from campaigns.enums import SopState
from campaigns.selectors import sop_get
from exchange.enums import JobState
from exchange.models import Job
from exchange.selectors import job_detail
from scrm.core import clock
from scrm.flows.segment_start import KIND, cancel_start, segment_started
from scrm.web.access import Visit, found, may
from scrm.web.ops.sop_forms import StartForm


@require_POST
@may("sop.edit")
def start(request: Visit, sop_id: UUID) -> HttpResponse:
    """Take the members of a segment in by hand, whatever the SOP's own trigger is."""
    sop = found(sop_get(sop_id))
    form = StartForm(request.POST)
    if sop.state != SopState.LIVE or not form.is_valid():
        messages.error(request, _("Choose a segment; the SOP must be live."))
        return redirect("ops:sop_detail", sop.pk)
    segment = found(segment_get(request.user, form.cleaned_data["segment"]))
    started = segment_started(segment, sop, by=request.user, now=clock.now())
    if isinstance(started, Job):
        return redirect("ops:sop_start_detail", sop.pk, started.pk)
    told = ngettext("%(count)s contact entered.", "%(count)s contacts entered.", started)
    messages.success(request, told % {"count": number_format(started, force_grouping=True)})
    return redirect("ops:sop_detail", sop.pk)


@may("sop.edit")
def detail(request: Visit, sop_id: UUID, job_id: UUID) -> HttpResponse:
    """How many are in, or what came of it."""
    job = _job(sop_id, job_id)
    context = {"job": job, "running": _running(job), "sop": found(sop_get(sop_id))}
    return render(request, "ops/sop_start.html", context)


@may("sop.edit")
def progress(request: Visit, sop_id: UUID, job_id: UUID) -> HttpResponse:
    """The moving part, for htmx; when the work ends the whole page comes anew."""
    job = _job(sop_id, job_id)
    if not _running(job):
        answer = HttpResponse()
        answer["HX-Refresh"] = "true"
        return answer
    context = {"job": job, "running": True, "sop": found(sop_get(sop_id))}
    return render(request, "ops/sop_start.html#progress", context)


@require_POST
@may("sop.edit")
def cancel(request: Visit, sop_id: UUID, job_id: UUID) -> HttpResponse:
    job = _job(sop_id, job_id)
    if cancel_start(job, by=request.user):
        messages.success(request, _("Stopped. Who has entered stays."))
    return redirect("ops:sop_start_detail", sop_id, job.pk)


def _job(sop_id: UUID, job_id: UUID) -> Job:
    job = found(job_detail(job_id, KIND))
    return found(job if job.options["sop"] == str(sop_id) else None)


def _running(job: Job) -> bool:
    return job.state in (JobState.WAITING, JobState.RUNNING)
