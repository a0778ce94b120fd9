"""Which leads came of a review: found by whom they are from, linked, and unlinked."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from leads.selectors import lead_detail, lead_list_filtered, lead_rows
from leads.selectors.reviews import review_get, review_leads
from leads.services.reviews import link_review_lead
from scrm.core import clock
from scrm.web.access import Visit, found, may

SHOWN = 8


@require_POST
@may("review.edit")
def find(request: Visit, review_id: UUID) -> HttpResponse:
    """Leads of a name, phone or e-mail, for htmx; by POST, so that none of it stands in an address."""
    review = found(review_get(review_id))
    asked = request.POST.get("q", "").strip()[:120]
    rows = lead_list_filtered(lead_rows(request.user), q=asked).order_by("-captured_at", "-pk")[:SHOWN] if asked else []
    linked = {lead.pk for lead in review_leads(request.user, review)}
    context = {"review": review, "found": [lead for lead in rows if lead.pk not in linked], "asked": asked}
    return render(request, "ops/review_found_leads.html", context)


@require_POST
@may("review.edit")
def link(request: Visit, review_id: UUID) -> HttpResponse:
    """Say that a lead came of it, or did not."""
    review = found(review_get(review_id))
    lead = found(lead_detail(request.user, _uuid(request.POST.get("lead", ""))))
    linked = request.POST.get("linked") == "yes"
    link_review_lead(review=review, lead=lead, linked=linked, by=request.user, now=clock.now())
    return redirect("ops:review_detail", review.pk)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error
