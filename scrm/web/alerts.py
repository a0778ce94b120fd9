"""One's own alerts: the stream that tells of them, what is new, and the list on the desk and on the phone."""

from typing import Any, Final
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.session_store import row_key
from alerts.enums import AlertKind
from alerts.models import Alert
from alerts.pushing import channel
from alerts.selectors import AT_ONCE, alert_count_unread, alert_detail, alerts_named, alerts_since
from alerts.services import mark_read
from contacts.selectors import contact_names, contact_names_kept
from leads.selectors import leads_by_id
from scrm.core import clock
from scrm.core.tenancy import schema_name
from scrm.web.access import found
from scrm.web.alert_words import told

_NOBODY: Final = 401
"""A page whose session is over hears it, and asks no more."""


@require_safe
@never_cache
def stream(request: HttpRequest) -> HttpResponse:
    """Whether there is a stream for whoever asks: the server's front takes this answer and holds it (`scrm.web.live`).

    So a stream is opened by every rule that a page is: the host's tenant, the session, the second factor.
    """
    user: Any = request.user
    if not user.is_authenticated:
        return HttpResponse(status=_NOBODY)
    schema = schema_name()
    said = {
        "channel": channel(schema, user.pk),
        "schema": schema,
        "user": str(user.pk),
        "session": row_key(str(request.session.session_key)),
    }
    return JsonResponse(said, headers={"scrm-stream": "1"})


@require_safe
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    """What a page shows when it hears of alerts (`ids`), or looks by itself (`last`); and the number unread."""
    user: Any = request.user
    if not user.is_authenticated:
        return HttpResponse(status=_NOBODY)
    ids = [pk for text in request.GET.get("ids", "").split(",")[:AT_ONCE] if (pk := _uuid(text)) is not None]
    rows = alerts_named(user, ids) if ids else alerts_since(user, _uuid(request.GET.get("last", "")))
    shown = [
        {"id": str(each.alert.pk), "title": each.title, "text": each.text, "url": each.url, "tone": each.tone}
        for each in told(rows, user)
    ]
    return JsonResponse({"unread": alert_count_unread(user), "alerts": shown})


@require_safe
@login_required
@never_cache
def open_subject(request: HttpRequest, alert_id: UUID) -> HttpResponse:
    """Mark it as read and go to what it is about, on the phone or on the desk."""
    user: Any = request.user
    alert = found(alert_detail(user, alert_id))
    mark_read(user=user, ids=[alert.pk], now=clock.now())
    return redirect(_place_of(alert, user, on_phone=_is_on_phone(request, user)))


@require_POST
@login_required
def read(request: HttpRequest) -> HttpResponse:
    """All of them are read."""
    user: Any = request.user
    mark_read(user=user, now=clock.now())
    asked = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(asked, allowed_hosts=None) and asked.startswith("/")
    return redirect(asked if is_ours else "/")


def _place_of(alert: Alert, user: User, *, on_phone: bool) -> str:
    contact = next(iter(contact_names(user, [alert.params["contact"]])), None) if "contact" in alert.params else None
    if contact is None and alert.kind == AlertKind.HANDED_ON and "contact" in alert.params:
        contact = next(iter(contact_names_kept(user, [alert.params["contact"]], now=clock.now())), None)
        on_phone = True
    if contact is not None:
        return reverse("rep:customer" if on_phone else "ops:contact_detail", args=[contact])
    lead = leads_by_id(user, [alert.subject_id]).get(alert.subject_id) if alert.subject_id else None
    if lead is None and (alert.kind == AlertKind.POOL or "nobody" in alert.params):
        return reverse("rep:pool" if on_phone else "ops:pool_list")
    if alert.kind == AlertKind.STAGE_DEADLINE and not on_phone:
        return reverse("ops:lifecycle_list")
    if on_phone:
        return reverse("rep:customer", args=[lead.contact_id]) if lead else reverse("rep:customer_list")
    return reverse("ops:lead_detail", args=[lead.pk]) if lead else reverse("ops:lead_list")


def _is_on_phone(request: HttpRequest, user: User) -> bool:
    came_from = request.headers.get("Referer", "").split("/", 3)
    return not user.may("desk.open") or (len(came_from) > 3 and came_from[3].startswith("rep/"))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
