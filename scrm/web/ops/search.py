"""Search from the top bar: people and their leads, by name, phone, last four digits or e-mail.

It is posted, for addresses are kept in histories and logs.
"""

from django.http import HttpResponse
from django.shortcuts import render

from contacts.selectors import contact_search_list
from leads.selectors import lead_list_filtered, lead_rows
from scrm.web.access import Visit, may


@may("contact.view")
def search(request: Visit) -> HttpResponse:
    text = request.POST.get("q", request.GET.get("q", "")).replace("\0", "").strip()[:120]
    limit = 6 if request.htmx else 30
    leads = lead_list_filtered(lead_rows(request.user), q=text).order_by("-pk")[:limit] if text else []
    context = {
        "search_query": text,
        "contacts": contact_search_list(request.user, text, limit) if text else [],
        "leads": list(leads),
    }
    return render(request, "ops/search.html#results" if request.htmx else "ops/search.html", context)
