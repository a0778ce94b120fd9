"""The way out that every message carries: one button per channel, and the one click of RFC 8058."""

from typing import Final
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from campaigns.services.messages import WITHDRAWAL
from contacts.enums import ChannelKind, ConsentWay
from contacts.selectors import contact_exists, marks_of
from scrm.core import clock
from scrm.core.signing import TokenError, tenant_signer
from scrm.flows.consent import contact_withdrew
from scrm.web.public.page import Visit, for_everybody, not_there, show

_BUTTONS: Final = {
    ChannelKind.EMAIL: _("No more e-mails"),
    ChannelKind.SMS: _("No more text messages"),
    ChannelKind.CALL: _("No more calls"),
    ChannelKind.CHAT: _("No more chat messages"),
    ChannelKind.ALL: _("Nothing at all any more"),
}
_DONE: Final = {
    ChannelKind.EMAIL: _("You get no more e-mails from us."),
    ChannelKind.SMS: _("You get no more text messages from us."),
    ChannelKind.CALL: _("We do not call you any more."),
    ChannelKind.CHAT: _("You get no more chat messages from us."),
    ChannelKind.ALL: _("We do not contact you any more."),
}


@for_everybody
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: Visit, token: str) -> HttpResponse:
    read = _read(request, token)
    if read is None:
        return not_there(request)
    contact_id, carried_by = read
    done = None
    if request.method == "POST":
        one_click = request.POST.get("List-Unsubscribe") == "One-Click"
        asked = request.POST.get("channel", "")
        done = ChannelKind(asked) if asked in ChannelKind.values else carried_by
        way = ConsentWay.ONE_CLICK if one_click else ConsentWay.LINK
        contact_withdrew(contact_id, done, reason=way, way=way, now=clock.now())
    barred = {mark.channel for mark in marks_of(contact_id)}
    stopped = ChannelKind.ALL in barred or carried_by in barred
    order = [carried_by, *(channel for channel in _BUTTONS if channel != carried_by)]
    left = [] if ChannelKind.ALL in barred else [channel for channel in order if channel not in barred]
    context = {
        "done": _DONE[done] if done else _DONE[ChannelKind.ALL if ChannelKind.ALL in barred else carried_by],
        "stopped": stopped or done is not None,
        "buttons": [(channel, _BUTTONS[channel]) for channel in left],
    }
    answer = show(request, "public/withdrawal.html", context)
    answer["Referrer-Policy"] = "no-referrer"
    return answer


def _read(request: Visit, token: str) -> tuple[UUID, ChannelKind] | None:
    """Whose token it is and which channel brought it; None when it is not one of this tenant's."""
    try:
        payload = tenant_signer(request.tenant.uuid, WITHDRAWAL).unsign(token)
        contact_id, channel = UUID(payload["c"]), ChannelKind(payload["ch"])
    except (TokenError, KeyError, TypeError, ValueError, AttributeError):
        return None
    return (contact_id, channel) if contact_exists(contact_id) else None
