"""The way out that every message carries: one button per channel and back, and the one click of RFC 8058."""

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
from scrm.flows.consent import contact_agreed, contact_withdrew
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

_ALLOW: Final = {
    ChannelKind.EMAIL: _("You may send me e-mails again"),
    ChannelKind.SMS: _("You may send me text messages again"),
    ChannelKind.CALL: _("You may call me again"),
    ChannelKind.CHAT: _("You may send me chat messages again"),
    ChannelKind.ALL: _("You may contact me again"),
}
_ALLOWED: Final = _("Thank you. We may reach you again.")


@for_everybody
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: Visit, token: str) -> HttpResponse:
    read = _read(request, token)
    if read is None:
        return not_there(request)
    contact_id, carried_by = read
    done: ChannelKind | None = None
    allowed = False
    if request.method == "POST":
        one_click = request.POST.get("List-Unsubscribe") == "One-Click"
        asked = request.POST.get("channel", "")
        channel = ChannelKind(asked) if asked in ChannelKind.values else carried_by
        # A mail program only ever withdraws.
        if request.POST.get("again") and not one_click and asked in ChannelKind.values:
            allowed = _allow(contact_id, channel)
        else:
            done, way = channel, ConsentWay.ONE_CLICK if one_click else ConsentWay.LINK
            contact_withdrew(contact_id, done, reason=way, way=way, now=clock.now())
    barred = {mark.channel for mark in marks_of(contact_id)}
    stopped = done is not None or ChannelKind.ALL in barred or carried_by in barred
    order = [carried_by, *(channel for channel in _BUTTONS if channel != carried_by)]
    left = [] if ChannelKind.ALL in barred else [channel for channel in order if channel not in barred]
    # Where nothing at all may come, one channel alone can't.
    back = [ChannelKind.ALL] if ChannelKind.ALL in barred else [channel for channel in order if channel in barred]
    context = {
        "done": _ALLOWED if allowed else _DONE[done or (ChannelKind.ALL if ChannelKind.ALL in barred else carried_by)],
        "stopped": stopped,
        "allowed": allowed,
        "buttons": [(channel, _BUTTONS[channel]) for channel in left],
        "back": [(channel, _ALLOW[channel]) for channel in back],
    }
    answer = show(request, "public/withdrawal.html", context)
    answer["Referrer-Policy"] = "no-referrer"
    return answer


def _allow(contact_id: UUID, channel: ChannelKind) -> bool:
    """Note that they agree again, with the words they saw; False where nothing was stopped."""
    if channel not in {mark.channel for mark in marks_of(contact_id)}:
        return False
    proof = {"text": str(_ALLOW[channel])}
    return contact_agreed(contact_id, channel, way=ConsentWay.LINK, proof=proof, now=clock.now())


def _read(request: Visit, token: str) -> tuple[UUID, ChannelKind] | None:
    """Whose token it is and which channel brought it; None when it is not one of this tenant's."""
    try:
        payload = tenant_signer(request.tenant.uuid, WITHDRAWAL).unsign(token)
        contact_id, channel = UUID(payload["c"]), ChannelKind(payload["ch"])
    except (TokenError, KeyError, TypeError, ValueError, AttributeError):
        return None
    return (contact_id, channel) if contact_exists(contact_id) else None
