"""The reader's own alerts on the dashboard."""

from django.http import HttpResponse
from django.shortcuts import render

from alerts.selectors import alert_list
from scrm.web.access import Visit, may
from scrm.web.alert_words import told
from scrm.web.ops.filters import page_of


@may("desk.open")
def index(request: Visit) -> HttpResponse:
    unread = request.GET.get("view") == "unread"
    page = page_of(request, alert_list(request.user, unread=unread))
    context = {"page": page, "told": told(list(page.object_list), request.user), "unread": unread}
    return render(request, "ops/alert_list.html", context)
