"""The editor of an SOP's draft: settings and steps, a look at it as one contact, publishing."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from audiences.selectors import segment_list_offered
from campaigns.differences import SAME, differences
from campaigns.enums import SopState, Trigger
from campaigns.models import Sop
from campaigns.preview import people_to_preview, preview_steps
from campaigns.rendering import FIELD, VARIABLES
from campaigns.selectors import campaign_list, draft_problems, sop_get, sop_summary, step_list
from campaigns.services.plans import create_sop, publish_sop, save_draft, update_sop
from contacts.selectors import contact_detail, field_list
from scrm.core import clock
from scrm.web.access import Visit, found, may
from scrm.web.ops.filters import offer_rows
from scrm.web.ops.replies import form_page, take_errors
from scrm.web.ops.sop_forms import SopForm, StepForms
from tagging.selectors import tag_list_active


@may("sop.edit")
def create(request: Visit) -> HttpResponse:
    form = _settings(request, SopForm.initial_of(Sop(trigger=Trigger.LEAD_CAPTURED)))
    if request.method == "POST" and form.is_valid():
        try:
            sop = create_sop(**form.cleaned_data, now=clock.now())
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Draft made. Now write its steps."))
            return redirect("ops:sop_edit", sop.pk)
    return form_page(request, "ops/sop_form.html", form, {})


@may("sop.edit")
def edit(request: Visit, sop_id: UUID) -> HttpResponse:
    sop = found(sop_get(sop_id))
    form = _settings(request, SopForm.initial_of(sop))
    if request.method != "POST":
        return _editor(request, sop, form, StepForms.from_draft(sop.draft_steps), "check" in request.GET)
    steps = StepForms.from_post(request.POST)
    if "steps-action" in request.POST or not form.is_valid():
        return _editor(request, sop, form, steps, check=False)
    try:
        update_sop(sop=sop, now=clock.now(), **form.cleaned_data)
    except ValidationError as error:
        take_errors(form, error)
        return _editor(request, sop, form, steps, check=False)
    save_draft(sop=sop, steps=steps.to_steps(), now=clock.now())
    if "publish" in request.POST and not draft_problems(sop):
        return redirect("ops:sop_publish", sop.pk)
    if "preview" in request.POST:
        return redirect("ops:sop_preview", sop.pk)
    messages.success(request, _("Draft saved."))
    return redirect(f"{reverse('ops:sop_edit', args=[sop.pk])}?check=1")


@require_POST
@may("sop.edit")
def steps(request: Visit, sop_id: UUID) -> HttpResponse:
    """The steps as the form has them, after one was added, removed, moved or changed its kind."""
    sop = found(sop_get(sop_id))
    return render(request, "ops/sop_steps.html", {"steps": StepForms.from_post(request.POST), "sop": sop})


@may("sop.view")
def preview(request: Visit, sop_id: UUID) -> HttpResponse:
    """The draft as one contact would get it."""
    sop = found(sop_get(sop_id))
    search = request.GET.get("q", "").strip()[:120]
    people = people_to_preview(request.user, search)
    contact = found(contact_detail(request.user, _uuid(request.GET["contact"]))) if "contact" in request.GET else None
    contact = contact or (people[0] if people else None)
    context = {
        "sop": sop,
        "search": search,
        "people": people,
        "contact": contact,
        "messages_shown": preview_steps(sop.draft_steps, contact, clock.now()) if contact else [],
    }
    return render(request, "ops/sop_preview.html", context)


@may("sop.edit")
def publish(request: Visit, sop_id: UUID) -> HttpResponse:
    """What would change, whom it concerns, and the button."""
    sop = found(sop_get(sop_id))
    problems = draft_problems(sop)
    if problems:
        told = ngettext(
            "%(count)s thing is missing before it can be published.",
            "%(count)s things are missing before it can be published.",
            len(problems),
        )
        messages.error(request, told % {"count": len(problems)})
        return redirect(f"{reverse('ops:sop_edit', args=[sop.pk])}?check=1")
    if request.method == "POST":
        return _publish(request, sop)
    changes = differences([as_draft(step) for step in step_list(sop.live_version)], sop.draft_steps)
    context = {
        "sop": sop,
        "changes": changes,
        "is_first": sop.live_version is None,
        "is_same": all(change.kind == SAME for change in changes),
        "is_paused": sop.state == SopState.PAUSED,
        "next_number": sop.live_version.number + 1 if sop.live_version else 1,
        "summary": sop_summary(request.user, sop, clock.now()),
    }
    return render(request, "ops/sop_publish.html", context)


def _publish(request: Visit, sop: Sop) -> HttpResponse:
    try:
        version = publish_sop(sop=sop, by=request.user, now=clock.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(f"{reverse('ops:sop_edit', args=[sop.pk])}?check=1")
    told = _("Version %(number)s is live. New contacts enter it; those inside stay on theirs.")
    messages.success(request, told % {"number": version.number})
    return redirect("ops:sop_detail", sop.pk)


def _editor(request: Visit, sop: Sop, form: SopForm, steps: StepForms, check: bool) -> HttpResponse:
    rest = steps.show_problems(draft_problems(sop)) if check else []
    context = {
        "sop": sop,
        "steps": steps,
        "rest": rest,
        "missing": sum(len(step.problems) for step in steps.forms) + len(rest),
        "checked": check,
        "variables": [
            *(("{{" + name + "}}", label) for name, label in VARIABLES.items()),
            *(("{{" + FIELD + field.code + "}}", field.name) for field in field_list() if not field.sealed),
        ],
        "example": '{{contact.name|"' + _("there") + '"}}',
    }
    return form_page(request, "ops/sop_edit.html", form, context)


def _settings(request: Visit, initial: dict[str, Any]) -> SopForm:
    form = SopForm(request.POST or None, initial=initial)
    offer_rows(form, "trigger_tag", tag_list_active())
    offer_rows(form, "trigger_segment", segment_list_offered())
    offer_rows(form, "campaign", campaign_list())
    return form


def as_draft(step: Any) -> dict[str, Any]:
    return {
        "number": step.number,
        "name": step.name,
        "channel": step.channel,
        "offset": step.offset,
        "subject": step.subject,
        "body": step.body,
        "material": str(step.material_id or ""),
    }


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
