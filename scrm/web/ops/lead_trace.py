"""How a lead came in: arrived, read, recognised, assigned, and what began with it; what was sent, in clear."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import User
from campaigns.models import Enrollment
from campaigns.of_contacts import enrollment_list_of_contact
from contacts.selectors import fields_told
from contacts.selectors.kinds import kind_names
from leads.enums import MATCHED_LEAD, MATCHED_NEW, AssignedBy
from leads.inputs import CREATED, UPDATED
from leads.models import LeadArrival
from leads.selectors import arrival_of_lead, arrivals_of_lead, lead_detail, payload_is_readable
from leads.services import reveal_payload
from scrm.core import clock
from scrm.web.access import Visit, found, may
from scrm.web.reveals import shown_in_clear
from tenants.selectors import tenant_zone


@may("lead.view")
def of_lead(request: Visit, lead_id: UUID) -> HttpResponse:
    """The part of a lead's page that says how it came in, each time."""
    lead = found(lead_detail(request.user, lead_id))
    arrivals = arrivals_of_lead(lead.pk)
    begun = enrollment_list_of_contact(lead.contact_id) if arrivals else []
    fields = fields_told([each.fields_set or {} for each in arrivals], role=request.user.role, zone=tenant_zone())
    traces = [
        (arrival, trace_of(arrival, begun, request.user, told), payload_is_readable(request.user, arrival))
        for arrival, told in zip(arrivals, fields, strict=True)
    ]
    return render(request, "ops/lead_trace.html", {"lead": lead, "traces": traces})


@require_POST
@may("contact.reveal")
def payload(request: Visit, lead_id: UUID, arrival_id: UUID) -> HttpResponseBase:
    """Show what was sent; who asked is counted and in the audit trail."""
    lead = found(lead_detail(request.user, lead_id))
    arrival = found(arrival_of_lead(lead.pk, arrival_id))

    def opened() -> str:
        readable = payload_is_readable(request.user, arrival)
        return reveal_payload(arrival=arrival, by=request.user, now=clock.now()) if readable else ""

    return shown_in_clear(request, opened, "ops/lead_trace.html#payload", {})


def trace_of(
    arrival: LeadArrival, enrollments: Sequence[Enrollment], viewer: User, fields: Sequence[tuple[str, str, str]] = ()
) -> list[dict[str, Any]]:
    """The steps of one arrival, as a timeline shows them; `fields` are those that it set: name, before and after."""
    own = [{"icon": "edit", "at": arrival.taken_at, "title": _("Fields"), "text": _fields_of(fields)}] if fields else []
    return [
        {"icon": "inbox", "at": arrival.arrived_at, "title": _("Arrived"), **_way_of(arrival, viewer)},
        {"icon": "file-text", "at": arrival.taken_at, "title": _("Read"), "text": _outcome_of(arrival)},
        {"icon": "fingerprint", "at": arrival.taken_at, "title": _("Recognised"), "text": _match_of(arrival)},
        *own,
        {"icon": "user-check", "at": arrival.taken_at, "title": _("Assigned"), "text": _owner_of(arrival)},
        {"icon": "route", "at": arrival.taken_at, "title": _("SOPs"), **_begun_by(arrival, enrollments)},
    ]


def _way_of(arrival: LeadArrival, viewer: User) -> dict[str, Any]:
    way = str(arrival.get_came_by_display())
    if arrival.job_id is not None:
        row = _("row %(row)s") % {"row": arrival.row}
        job = arrival.job
        if job is None:
            return {"text": f"{way} · {row}"}
        url = reverse("ops:import_detail", args=[job.pk]) if viewer.may("lead.import") else ""
        return {"text": f"{way} · {job} · {row}", "url": url}
    endpoint = arrival.message.endpoint if arrival.message is not None else None
    if endpoint is not None:
        url = reverse("ops:webhook_in", args=[endpoint.pk]) if viewer.may("webhook_in.edit") else ""
        return {"text": f"{way} · {endpoint.name}", "url": url}
    return {"text": way}


def _outcome_of(arrival: LeadArrival) -> str:
    if arrival.outcome == CREATED:
        return _("A new lead")
    return _("Brought the lead up to date") if arrival.outcome == UPDATED else _("Said nothing new")


def _match_of(arrival: LeadArrival) -> str:
    if arrival.matched_by in (MATCHED_NEW, MATCHED_LEAD):
        return str(arrival.get_matched_by_display())
    return _("Known by: %(identity)s") % {"identity": kind_names([arrival.matched_by])[arrival.matched_by]}


def _fields_of(fields: Sequence[tuple[str, str, str]]) -> str:
    return " · ".join(f"{name}: {before} → {after}" if before else f"{name}: {after}" for name, before, after in fields)


def _owner_of(arrival: LeadArrival) -> str:
    why = str(arrival.get_assigned_by_display())
    if arrival.rule is not None:
        said = {"rule": arrival.rule.name, "method": arrival.get_method_display()}
        why = f"{why}: " + _("“%(rule)s” (%(method)s)") % said
    if arrival.owner is None or arrival.assigned_by == AssignedBy.STAYS:
        return why
    return f"{arrival.owner} · {why}"


def _begun_by(arrival: LeadArrival, enrollments: Sequence[Enrollment]) -> dict[str, Any]:
    """Which SOPs began, else why none did."""
    begun = [each.sop for each in enrollments if each.anchor_at == arrival.taken_at]
    if begun:
        return {"text": " · ".join(map(str, begun)), "tone": "green"}
    if not arrival.starts_sops:
        return {"text": _("None: it was brought in without letting any begin.")}
    if arrival.outcome != CREATED:
        return {"text": _("None: they begin with new leads.")}
    before = [str(each.sop) for each in enrollments if each.anchor_at < arrival.taken_at]
    if before:
        return {"text": _("None that they had not been in before: %(sops)s") % {"sops": " · ".join(before)}}
    return {"text": _("None that is live begins with this lead.")}
