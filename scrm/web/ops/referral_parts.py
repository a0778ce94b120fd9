"""Small parts of other pages: what a contact brought, and by what a lead came."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from contacts.selectors import contact_detail
from leads.selectors import lead_detail, program_choices, referral_of_lead, referrer_rows, touches_of_lead
from scrm.web.access import Visit, found, may


@may("contact.view")
def of_contact(request: Visit, contact_id: UUID) -> HttpResponse:
    contact = found(contact_detail(request.user, contact_id))
    context = {
        "contact": contact,
        "rows": referrer_rows(contact.pk),
        "programs": program_choices(active_only=True),
    }
    return render(request, "ops/contact_referral.html", context)


@may("lead.view")
def of_lead(request: Visit, lead_id: UUID) -> HttpResponse:
    lead = found(lead_detail(request.user, lead_id))
    touches = touches_of_lead(lead)
    named = [(_("This lead"), touches.brought), (_("First touch"), touches.first), (_("Last touch"), touches.last)]
    parts = [(label, touch) for label, touch in named if touch is not None]
    parts += [(_("Since then"), touch) for touch in touches.since]
    return render(request, "ops/lead_touches.html", {"parts": parts, "referral": referral_of_lead(lead.pk)})
