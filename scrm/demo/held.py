"""What came through the demo business's form without a browser's proof, and waits for a person's word."""

from datetime import datetime, timedelta
from typing import Final

from leads.enums import FieldKind, HeldReason
from leads.form_content import CHOOSING
from leads.models import Form
from leads.selectors import form_content
from leads.services.held import hold_lead
from scrm.web.hosted_arrival import Sent, arrival_of, held_of

_CHINESE: Final = (("周晓彤", "13712340001"), ("优惠代办", "13712340002"))
_ENGLISH: Final = (("Nora Field", "+6591230001"), ("Best Offers", "+6591230002"))


def hold_some(form: Form | None, *, language: str, now: datetime) -> None:
    """Two of them, one of a person and one of a robot: who looks will tell."""
    content = form_content(form, form.live_version) if form else None
    if form is None or content is None:
        return
    for place, (name, phone) in enumerate(_CHINESE if language.startswith("zh") else _ENGLISH):
        known = {FieldKind.NAME: [name], FieldKind.PHONE: [phone], FieldKind.CONSENT: ["on"]}
        said = {
            each.name: known.get(each.kind) or each.offered[:1]
            for each in content.questions
            if each.kind in known or each.kind in CHOOSING
        }
        sent = Sent(version=form.live_version or 1, said=said, opened_at=now - timedelta(minutes=1), utm={})
        filled = sent.filled(content)
        if filled.is_valid():
            reason = (HeldReason.UNPROVEN, HeldReason.CROWDED)[place]
            hold_lead(held_of(form, sent, arrival_of(form, sent, filled), reason), now=now - timedelta(hours=place + 1))
