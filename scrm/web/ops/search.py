"""Search from the top bar: people, companies, leads and orders by name, pinyin, phone, e-mail, id or number.

It is posted, for addresses are kept in histories and logs.
"""

from typing import Final

from django.http import HttpResponse
from django.shortcuts import render

from scrm.flows.finding import asked_text, found
from scrm.web.access import Visit, may

_IN_THE_BAR: Final = 6
_ON_THE_PAGE: Final = 30


@may("contact.view")
def search(request: Visit) -> HttpResponse:
    text = asked_text(request.POST.get("q", request.GET.get("q", "")))
    context = {
        "search_query": text,
        "found": found(request.user, text, limit=_IN_THE_BAR if request.htmx else _ON_THE_PAGE),
    }
    return render(request, "ops/search.html#results" if request.htmx else "ops/search.html", context)
