"""Tags for many: a list or a segment gets one or loses it, with a preview, progress, a stop and a way back."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from audiences.selectors import segment_contacts, segment_get
from exchange.jobs import ACTIVE
from exchange.models import Job
from scrm.core import clock
from scrm.flows import tagging_undo
from scrm.flows.tag_points import run_seen
from scrm.flows.tagging_job import GIVE, LIST, TAKE, begin_list, cancel_tagging
from scrm.web.access import Visit, found, may
from scrm.web.ops.contacts import contacts_chosen
from scrm.web.ops.filters import offer_rows, page_of
from scrm.web.ops.replies import form_page
from tagging.models import Tag
from tagging.selectors import tag_list_active

_SAMPLE: Final = 10


class ManyForm(forms.Form):
    act = forms.ChoiceField(
        label=gettext_lazy("Action"),
        choices=[("add", gettext_lazy("Give a tag")), ("remove", gettext_lazy("Take a tag away"))],
        widget=forms.RadioSelect,
        initial="add",
    )
    tag = forms.ModelChoiceField(Tag.objects.none(), label=gettext_lazy("Tag"), empty_label=gettext_lazy("Choose …"))
    days = forms.IntegerField(
        label=gettext_lazy("Ends after days"),
        min_value=1,
        max_value=3650,
        required=False,
        help_text=gettext_lazy("Empty: as long as the tag says."),
    )


@may("contact.edit")
def many(request: Visit) -> HttpResponse:
    """Whom it is about, and what is to be done; the address says who: a segment, or what the list of contacts shows."""
    asked, now = request.GET.get("segment", ""), clock.now()
    segment = found(segment_get(request.user, _uuid(asked))) if asked else None
    if segment is not None:
        rows, title, back = segment_contacts(request.user, segment), segment.name, "ops:segment_list"
    else:
        chosen = contacts_chosen(request, now)
        rows, title, back = chosen.rows, _("a list of contacts"), "ops:contact_list"
    form = ManyForm(request.POST or None)
    offer_rows(form, "tag", tag_list_active())
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        until = now + timedelta(days=said["days"]) if said["days"] else None
        job = begin_list(
            rows, said["tag"], add=said["act"] == "add", title=title, until=until, by=request.user, now=now
        )
        return redirect("ops:tag_run", job.pk)
    context = {"page": page_of(request, rows, _SAMPLE), "segment": segment, "title": title, "back": back}
    return form_page(request, "ops/tag_many.html", form, context)


@require_safe
@may("contact.edit")
def detail(request: Visit, job_id: UUID) -> HttpResponse:
    return render(request, "ops/tag_run.html", _how_far(_job(request, job_id)))


@require_safe
@may("contact.edit")
def progress(request: Visit, job_id: UUID) -> HttpResponse:
    """The moving part, for htmx; when the work ends the whole page comes anew."""
    context = _how_far(_job(request, job_id))
    if not (context["running"] or context["undoing"]):
        answer = HttpResponse()
        answer["HX-Refresh"] = "true"
        return answer
    return render(request, "ops/tag_run.html#progress", context)


@require_POST
@may("contact.edit")
def cancel(request: Visit, job_id: UUID) -> HttpResponse:
    """Stop what is going on: the work, or its undoing."""
    job = _job(request, job_id)
    back = tagging_undo.undo_of(job)
    if cancel_tagging(job, by=request.user):
        messages.success(request, _("Stopped. What was done stays."))
    elif back is not None and tagging_undo.cancel_undo(back, by=request.user):
        messages.success(request, _("Stopped. What went back stays there."))
    return redirect("ops:tag_run", job.pk)


@require_POST
@may("contact.edit")
def undo(request: Visit, job_id: UUID) -> HttpResponse:
    job = _job(request, job_id)
    if tagging_undo.begin_undo(job, by=request.user) is None:
        messages.error(request, _("This can’t be undone any more, or is being undone already."))
    return redirect("ops:tag_run", job.pk)


def _job(request: Visit, job_id: UUID) -> Job:
    return found(run_seen(request.user, job_id))


def _how_far(job: Job) -> dict[str, Any]:
    back = tagging_undo.undo_of(job)
    running = job.state in ACTIVE
    return {
        "job": job,
        "title": job.options["title"],
        "what": job.options["what"],
        "of_rule": job.options.get("rule"),
        "of_group": job.options.get("group"),
        "running": running,
        "given": job.result.get(GIVE, 0),
        "taken": job.result.get(TAKE, 0),
        "back": back,
        "undoing": back is not None and back.state in ACTIVE,
        "undoable": tagging_undo.can_be_undone(job),
        "undo_until": None if running else job.due_at,
        "is_list": job.options["what"] == LIST,
    }


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
