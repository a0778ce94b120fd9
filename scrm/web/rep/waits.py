"""Waiting for a customer on the phone: the time to answer stands still, and runs on."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from leads.selectors import lead_detail
from scrm.web.access import Visit, found
from scrm.web.answer_wait import pause_posted, resume_posted
from scrm.web.rep.page import on_phone


@require_POST
@on_phone("lead.edit")
def pause(request: Visit, lead_id: UUID) -> HttpResponse:
    lead = found(lead_detail(request.user, lead_id))
    pause_posted(request, lead)
    return redirect("rep:customer", lead.contact_id)


@require_POST
@on_phone("lead.edit")
def resume(request: Visit, lead_id: UUID) -> HttpResponse:
    lead = found(lead_detail(request.user, lead_id))
    resume_posted(request, lead)
    return redirect("rep:customer", lead.contact_id)
