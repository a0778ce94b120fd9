"""Imports: files of leads on their way in, from upload to result."""

from typing import Any, BinaryIO, cast
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from exchange.enums import JobState
from exchange.models import Job
from exchange.problems import UnreadableFile
from exchange.selectors import job_detail, job_list
from leads.mapping import InvalidMapping, Mapping
from scrm.flows import file_import, lead_import, order_import, workbook_import
from scrm.flows.lead_import import Preview
from scrm.web.access import Visit, found, may
from scrm.web.ops import order_imports
from scrm.web.ops.filters import page_of
from scrm.web.ops.import_forms import FileForm, column_rows, made_values, posted_mapping
from scrm.web.ops.replies import form_page

TRIED_ROWS = 2_000
KINDS = (lead_import.KIND, order_import.KIND)


@may("lead.import")
def index(request: Visit) -> HttpResponse:
    page = page_of(request, job_list(*KINDS, beginning=workbook_import.KIND), 20)
    return render(request, "ops/import_list.html", {"page": page})


@may("lead.import")
def start(request: Visit) -> HttpResponse:
    """Take the file; what its columns become is asked next."""
    form = FileForm(request.POST or None, request.FILES or None, request.GET.get("of", ""))
    if request.method == "POST" and form.is_valid():
        file, of = form.cleaned_data["file"], form.cleaned_data["of"]
        try:
            job = workbook_import.file_received(user=request.user, file=file, name=file.name, size=file.size, of=of)
        except UnreadableFile as error:
            form.add_error("file", error.message)
        else:
            return redirect("ops:import_mapping" if job.kind in KINDS else "ops:import_detail", job.pk)
    return form_page(request, "ops/import_start.html", form, {})


@may("lead.import")
def mapping(request: Visit, job_id: UUID) -> HttpResponse:
    """What each column becomes; tried without writing, then begun."""
    job = _job(job_id, *KINDS)
    if job.state != JobState.DRAFT:
        return redirect("ops:import_detail", job.pk)
    if job.kind == order_import.KIND:
        return order_imports.mapping(request, job, TRIED_ROWS)
    try:
        with job.file.open("rb") as file:
            look = lead_import.preview(cast(BinaryIO, file), request.user)
    except (FileNotFoundError, UnreadableFile):
        messages.error(request, _("The file is no longer there: upload it again."))
        return redirect("ops:import_start")
    chosen = lead_import.mapping_of(job)
    if request.method != "POST":
        return _mapping_page(request, job, look, chosen, {})
    try:
        chosen = posted_mapping(request.POST, look, chosen)
        lead_import.check_mapping(chosen, look)
    except InvalidMapping as error:
        return _mapping_page(request, job, look, chosen, {"error_path": error.path, "error": error.message})
    start_sops = request.POST.get("start_sops") == "on"
    if request.POST.get("action") == "import":
        lead_import.begin_import(job, mapping=chosen, start_sops=start_sops)
        return redirect("ops:import_detail", job.pk)
    with job.file.open("rb") as file:
        tried = lead_import.dry_run(cast(BinaryIO, file), chosen, rows=TRIED_ROWS, user=request.user)
    return _mapping_page(request, job, look, chosen, {"tried": tried, "start_sops": start_sops})


def _mapping_page(request: Visit, job: Job, look: Preview, chosen: Mapping, more: dict[str, Any]) -> HttpResponse:
    context = {
        "job": job,
        "look": look,
        "columns": column_rows(look, chosen, more.get("error_path", ""), more.get("error", "")),
        "made_values": made_values(chosen),
        "identifies": chosen.identifies,
        "tried": None,
        "start_sops": job.options.get("start_sops", True),
        "error": "",
        **more,
    }
    return render(request, "ops/import_mapping.html", context, status=422 if more.get("error") else 200)


@may("lead.import")
def detail(request: Visit, job_id: UUID) -> HttpResponse:
    """How far a file has come, or what came of it; a workbook that was read is asked for its columns."""
    job = _job(job_id)
    if job.state == JobState.DRAFT:
        return redirect("ops:import_mapping", job.pk)
    if job.kind == workbook_import.KIND and job.state == JobState.DONE:
        return redirect("ops:import_mapping", workbook_import.draft_of(job))
    return render(request, "ops/import_detail.html", _how_far(job))


@may("lead.import")
def progress(request: Visit, job_id: UUID) -> HttpResponse:
    """The moving part, for htmx; when the work ends the whole page comes anew."""
    job = _job(job_id)
    if not _running(job):
        answer = HttpResponse()
        answer["HX-Refresh"] = "true"
        return answer
    return render(request, "ops/import_detail.html#progress", _how_far(job))


@require_POST
@may("lead.import")
def cancel(request: Visit, job_id: UUID) -> HttpResponse:
    job = _job(job_id)
    if file_import.cancel_import(job, by=request.user):
        nothing_went_in = job.kind == workbook_import.KIND or job.state == JobState.DRAFT
        messages.success(request, _("Stopped.") if nothing_went_in else _("Stopped. What had gone in stays."))
    return redirect("ops:import_list") if job.state == JobState.DRAFT else redirect("ops:import_detail", job.pk)


@may("lead.import")
def errors(request: Visit, job_id: UUID) -> HttpResponseBase:
    """The rows that were refused, each with its reason, as a file."""
    job = _job(job_id, *KINDS)
    if not job.error_file:
        raise Http404
    try:
        file = job.error_file.open("rb")
    except FileNotFoundError as gone:
        raise Http404 from gone
    name = f"{job.title.rsplit('.', 1)[0]}-errors.csv"
    return FileResponse(file, as_attachment=True, filename=name, content_type="text/csv; charset=utf-8")


def _job(job_id: UUID, *kinds: str) -> Job:
    return found(job_detail(job_id, *(kinds or (*KINDS, workbook_import.KIND))))


def _running(job: Job) -> bool:
    return job.state in (JobState.WAITING, JobState.RUNNING)


def _how_far(job: Job) -> dict[str, Any]:
    return {
        "job": job,
        "running": _running(job),
        "reading": job.kind == workbook_import.KIND,
        "of_orders": job.kind == order_import.KIND,
    }
