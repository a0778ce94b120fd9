"""What a plan's messages would say to one contact, and when, if its T were now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import User
from campaigns.enums import Channel, Reason
from campaigns.policy import refuse
from campaigns.rendering import render
from campaigns.services.messages import reach_of, values_of
from campaigns.services.planning import Place, Timetable
from campaigns.timing import InvalidOffset, offset_words, validate_offset
from contacts.models import Contact
from contacts.selectors import contact_list, contact_search_list, date_names
from tenants.selectors import tenant_current


@dataclass(frozen=True, slots=True)
class PreviewedStep:
    """One message as the contact would get it."""

    name: str
    channel: str
    when: str
    due_at: datetime | None
    zone: str
    subject: str
    body: str
    refused: str
    """Why it would not go out, in words; empty when it would."""


def preview_steps(steps: Sequence[dict[str, Any]], contact: Contact, now: datetime) -> list[PreviewedStep]:
    """The draft's steps for this contact. Links show as an example; nothing is written."""
    tenant = tenant_current()
    zone = contact.zone or tenant.zone
    reach = {channel: reach_of([contact.pk], channel)[contact.pk] for channel in Channel.values}
    found = []
    for step in steps:
        channel = step.get("channel") or Channel.EMAIL
        values = values_of(reach[channel], tenant.name) | {"link": "https://…/t/…", "withdraw_link": "https://…/u/…"}
        when, due = _when(step.get("offset"), contact, now, zone)
        reason = refuse(channel, reach[channel].standing)
        found.append(
            PreviewedStep(
                name=step.get("name", ""),
                channel=channel,
                when=when,
                due_at=due.astimezone(ZoneInfo(zone)) if due else None,
                zone=zone,
                subject=render(step.get("subject", ""), values),
                body=render(step.get("body", ""), values),
                refused=str(Reason(reason).label) if reason else "",
            )
        )
    return found


def people_to_preview(viewer: User, search: str, limit: int = 8) -> list[Contact]:
    """Whom the viewer may look through: those meant by the text, else the newest."""
    if search:
        return contact_search_list(viewer, search, limit)
    return list(contact_list(viewer).order_by("-pk")[:limit])


def _when(offset: object, contact: Contact, now: datetime, zone: str) -> tuple[str, datetime | None]:
    try:
        valid = validate_offset(offset)
    except InvalidOffset as error:
        return str(error), None
    place = Place(0, contact.pk, 0, now, zone)
    [(due, reason)] = Timetable().dues(valid, 1, [place])
    said = offset_words(valid, date_names())
    return (said if due else f"{said} ({reason.label})"), due
