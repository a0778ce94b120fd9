"""The representative's own alerts on the phone."""

from typing import Final

from django.http import HttpResponse

from alerts.selectors import alert_list
from scrm.web.access import Visit
from scrm.web.alert_words import told
from scrm.web.rep.page import on_phone, show

_SHOWN: Final = 50


@on_phone()
def index(request: Visit) -> HttpResponse:
    unread = request.GET.get("view") == "unread"
    rows = list(alert_list(request.user, unread=unread)[:_SHOWN])
    return show(request, "rep/alert_list.html", "", {"told": told(rows, request.user), "unread": unread})
