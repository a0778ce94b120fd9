"""A new customer, entered on the spot."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from contacts.selectors import contact_ids_visible
from leads.inputs import REJECTED
from scrm.core import clock
from scrm.flows.arrival import lead_arrived
from scrm.web.access import Visit
from scrm.web.lead_entry import LeadEntryForm, known_answer, last_source, remember_source
from scrm.web.rep.page import on_phone, show


@on_phone("lead.edit")
def create(request: Visit) -> HttpResponse:
    """The customer becomes the reader's, unless somebody is in charge of them already."""
    form = LeadEntryForm(request.POST or None, role=request.user.role, initial={"source": last_source(request.user)})
    if request.method == "POST" and form.is_valid():
        arrived = form.arrival(suggested_owner_id=request.user.pk)
        outcome = lead_arrived([arrived], now=clock.now(), actor=request.user)[0]
        remember_source(request.user, form.cleaned_data["source"])
        if outcome.outcome != REJECTED and outcome.contact_id:
            if "next" in request.POST:
                messages.success(request, _("Lead saved."))
                return redirect("rep:lead_create")
            if contact_ids_visible(request.user, [outcome.contact_id]):
                messages.success(request, _("Lead saved."))
                return redirect("rep:customer", outcome.contact_id)
            messages.success(request, _("Lead saved. Whoever looks after them has it now."))
            return redirect("rep:customer_list")
        for problem in outcome.problems:
            form.add_error(None, f"{problem.reason} {problem.fix}")
    return show(request, "rep/lead_form.html", "customers", {"form": form}, status=422 if form.errors else 200)


@require_POST
@on_phone("lead.edit")
def known(request: Visit) -> HttpResponse:
    return known_answer(request, "rep/lead_known.html")
