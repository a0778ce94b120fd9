"""What some customers of a demo business agreed to and ask of it, and who looked at them."""

from datetime import datetime, timedelta
from typing import Any, Final

from contacts.enums import ConsentPurpose, ConsentWay, RequestKind
from contacts.selectors import contact_list
from contacts.services import add_consent_text, note_request, reveal_identity
from scrm.flows.consent import purpose_agreed
from tenants.selectors import tenant_zone

_TEXTS: Final = {
    "en": "We may write to you about our offers. You can take this back at any time by the link in every message.",
    "zh-hans": "我同意接收贵司的优惠与资讯消息。可随时通过每条消息中的链接撤回。",
}
_NOTES: Final = {
    "en": ("Asked at the shop", "The name is spelt another way", "Said so on the phone"),
    "zh-hans": ("在门店提出", "姓名写法有误", "电话中告知"),
}


def ask_for_privacy(users: dict[str, Any], *, language: str, now: datetime) -> None:
    """A text, a few words of customers, three requests of which one is late, and who looked."""
    by, rep = users["ops"], users["rep"]
    asked, spelt, told = _NOTES.get(language, _NOTES["en"])
    add_consent_text(purpose=ConsentPurpose.MARKETING, texts=_TEXTS, by=by, now=now - timedelta(days=60))
    people = list(contact_list(by).order_by("-created_at", "-pk")[:6])
    for contact, given in zip(people, (True, False, True), strict=False):
        purpose_agreed(
            contact.pk, ConsentPurpose.PROFILING, given=given, way=ConsentWay.HAND, reason=told, by=rep, now=now
        )
    today = now.astimezone(tenant_zone()).date()
    wanted = ((RequestKind.COPY, 2, asked), (RequestKind.CORRECTION, 9, spelt), (RequestKind.ERASURE, 30, told))
    for contact, (kind, days, note) in zip(people, wanted, strict=False):
        day = today - timedelta(days=days)
        note_request(contact_id=contact.pk, kind=kind, asked_on=day, note=note, by=by, now=now)
    for contact in people:
        for identity in list(contact.identities.all())[:1]:
            reveal_identity(identity=identity, by=rep, now=now)
