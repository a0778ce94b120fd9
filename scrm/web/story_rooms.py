"""What each room tells of a contact: which rows, and what one of them says in the story."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.utils.formats import date_format, time_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from campaigns.enums import Channel, TouchState
from campaigns.models import Touchpoint
from campaigns.of_contacts import touch_why, touchpoint_list_of_contact
from commerce.enums import OrderStatus, Sentiment
from commerce.models import Order, Voice
from commerce.selectors import order_list_of_contact
from commerce.voice_selectors import voice_list_of_contact
from contacts.models import Consent, OwnerChange
from contacts.selectors import consent_list_of_contact, owner_change_list_of_contact
from events.models import Event
from events.selectors import event_list_of_contact, event_type_label
from leads.enums import DealKind, InteractionKind, Rating
from leads.interaction_rules import may_change
from leads.models import Attachment, Interaction, Lead, OpportunityMove, RatingChange, ResponsePause
from leads.selectors import (
    attachment_list_loose,
    interaction_list_of_contact,
    lead_story_of_contact,
    opportunity_moves_of_contact,
    rating_change_list_of_contact,
    response_pauses_of_contact,
)
from lifecycle.models import StageTransition
from lifecycle.of_contacts import stage_transition_list_of_contact
from scrm.web.talk_form import KIND_ICONS
from scrm.web.templatetags.ui import STATUS_TONES, money
from tagging.models import TagChange
from tagging.of_contacts import tag_change_list_of_contact


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose story is read by whom, and which words they look for."""

    contact_id: UUID
    viewer: User
    now: datetime
    text: str = ""


@dataclass(frozen=True, slots=True)
class Room:
    """`of` gives a contact's rows, newest first by `at` and older than a place; `scoped` ones ask who reads."""

    code: str
    label: Any
    of: Callable[..., Iterable[Any]]
    tell: Callable[[Any, Reader], dict[str, Any]]
    keyed_by: type = int
    at: str = "at"
    scoped: bool = False

    def rows(self, reader: Reader, **place: Any) -> Iterable[Any]:
        who = (reader.viewer,) if self.scoped else ()
        return self.of(*who, reader.contact_id, text=reader.text, **place)


# Properties that say something to a person; the others are keys and numbers for machines.
_TELLING: Final = ("title", "source", "topic", "product", "order", "url", "channel", "direction", "reason")
_CHANNEL_ICONS: Final = {Channel.EMAIL: "mail", Channel.REP_TASK: "phone"}
_MOODS: Final = {Sentiment.GOOD: "green", Sentiment.BAD: "red", Sentiment.NEUTRAL: "gray"}


def _said(*parts: object) -> str:
    return " · ".join(str(part) for part in parts if part)


def _event(event: Event, reader: Reader) -> dict[str, Any]:
    said = _said(*(event.properties.get(name) for name in _TELLING))
    return {
        "icon": "bolt" if not event.type.engaging else "hand-click",
        "tone": "teal" if event.type.engaging else "gray",
        "title": event_type_label(event.type),
        "text": said[:120],
    }


def _transition(move: StageTransition, reader: Reader) -> dict[str, Any]:
    title = _("Moved to %(stage)s") % {"stage": move.to_stage}
    if move.from_stage:
        title = _("Moved from %(before)s to %(stage)s") % {"before": move.from_stage, "stage": move.to_stage}
    text = _said(move.by or move.rule or move.get_source_display(), move.loss_reason, move.reason)
    return {"icon": "refresh", "tone": "violet", "title": title, "text": text}


def _touchpoint(touch: Touchpoint, reader: Reader) -> dict[str, Any]:
    state = TouchState(touch.state)
    return {
        "icon": _CHANNEL_ICONS.get(Channel(touch.lane.channel), "send"),
        "tone": STATUS_TONES.get(state.name.lower(), "gray"),
        "title": f"{touch.lane.sop} · {touch.step.name}",
        "text": touch_why(touch),
        "badge": state.label,
    }


def _talk(talk: Interaction, reader: Reader) -> dict[str, Any]:
    mine = may_change(logged_by=talk.by_id, logged_at=talk.at, viewer=reader.viewer.pk, now=reader.now)
    minutes = _("%(minutes)s min") % {"minutes": talk.minutes} if talk.minutes else ""
    following = ""
    if talk.next_on:
        when = date_format(talk.next_on, "SHORT_DATE_FORMAT")
        if talk.next_time:
            when = f"{when} {time_format(talk.next_time, 'TIME_FORMAT')}"
        following = _("Next: %(when)s") % {"when": when}
    return {
        "icon": KIND_ICONS[InteractionKind(talk.kind)],
        "tone": "green" if talk.effective else "blue",
        "title": _said(talk.get_kind_display(), talk.outcome, talk.by),
        "text": "\n".join(filter(None, [talk.text, _said(minutes, talk.effective_why, following)])),
        "badge": _("Effective") if talk.effective else "",
        "files": talk.attachments.all(),
        "talk": talk.pk if mine else None,
        "edited": talk.edited_at is not None,
    }


def _tag_change(change: TagChange, reader: Reader) -> dict[str, Any]:
    title = _("Tagged %(tag)s") if change.added else _("Tag %(tag)s removed")
    return {
        "icon": "tag",
        "tone": "amber" if change.added else "gray",
        "title": title % {"tag": change.tag},
        "text": _said(change.by or change.get_source_display(), change.evidence),
    }


def _lead(lead: Lead, reader: Reader) -> dict[str, Any]:
    return {
        "icon": "target-arrow",
        "tone": "blue",
        "title": _("Enquired: %(source)s") % {"source": lead.source or lead.came_by_label},
        "text": _said(lead.owner, lead.lost_reason),
        "badge": lead.status_label,
        "lead": lead.pk,
    }


def _deal(move: OpportunityMove, reader: Reader) -> dict[str, Any]:
    tones = {DealKind.WON: "green", DealKind.LOST: "red"}
    amount = money(move.amount, move.currency) if move.amount is not None else ""
    return {
        "icon": "trophy" if move.to_stage.kind == DealKind.WON else "coin",
        "tone": tones.get(DealKind(move.to_stage.kind), "violet"),
        "title": _said(move.opportunity, move.to_stage),
        "text": _said(amount, move.reason, move.by),
        "deal": move.opportunity_id,
    }


def _order(order: Order, reader: Reader) -> dict[str, Any]:
    return {
        "icon": "receipt",
        "tone": STATUS_TONES.get(order.status, "gray"),
        "title": _("Order %(number)s") % {"number": order.number},
        "text": _said(money(order.amount, order.currency), order.platform),
        "badge": OrderStatus(order.status).label,
    }


def _owner(change: OwnerChange, reader: Reader) -> dict[str, Any]:
    title = _("From %(before)s to %(after)s")
    nobody = _("Nobody")
    return {
        "icon": "user",
        "tone": "violet",
        "title": title % {"before": change.before or nobody, "after": change.after or nobody},
        "text": _said(change.get_why_display(), change.get_reason_display(), change.by),
    }


def _consent(consent: Consent, reader: Reader) -> dict[str, Any]:
    title = _("Agreed to: %(channel)s") if consent.given else _("Withdrew: %(channel)s")
    return {
        "icon": "shield-check" if consent.given else "ban",
        "tone": "green" if consent.given else "red",
        "title": title % {"channel": consent.get_channel_display()},
        "text": consent.text_version,
    }


def _rating(change: RatingChange, reader: Reader) -> dict[str, Any]:
    title = _("Rated %(rating)s") % {"rating": Rating(change.after).label} if change.after else _("Rating taken back")
    what = _("Lead") if change.lead_id else _("Contact")
    return {"icon": "star", "tone": "amber", "title": title, "text": _said(what, change.by)}


def _file(file: Attachment, reader: Reader) -> dict[str, Any]:
    return {
        "icon": "paperclip",
        "tone": "gray",
        "title": _("File added"),
        "text": str(file.by or ""),
        "files": [file],
    }


def _voice(voice: Voice, reader: Reader) -> dict[str, Any]:
    topics = [str(topic) for topic in voice.topics.all()]
    wish = _("Wish: %(wish)s") % {"wish": voice.wish} if voice.wish else ""
    return {
        "icon": "message",
        "tone": _MOODS[Sentiment(voice.sentiment)],
        "title": _said(voice.product or _("About us"), *topics),
        "text": "\n".join(filter(None, [f"“{voice.text}”", wish])),
        "badge": voice.get_sentiment_display(),
    }


def _pause(pause: ResponsePause, reader: Reader) -> dict[str, Any]:
    day = date_format(localtime(pause.until), "SHORT_DATE_FORMAT")
    over = ""
    if pause.ended_at:
        when = date_format(localtime(pause.ended_at), "SHORT_DATETIME_FORMAT")
        over = _("Runs on since %(when)s: %(why)s") % {"when": when, "why": pause.get_ended_as_display()}
    return {
        "icon": "clock",
        "tone": "gray" if pause.ended_at else "amber",
        "title": _("Time to answer paused until %(day)s") % {"day": day},
        "text": "\n".join(filter(None, [_said(pause.get_reason_display(), pause.by), over])),
    }


ROOMS: Final = (
    Room("touch", gettext_lazy("Touchpoints"), touchpoint_list_of_contact, _touchpoint, at="due_at"),
    Room("talk", gettext_lazy("Follow-ups"), interaction_list_of_contact, _talk, UUID),
    Room("stage", gettext_lazy("Stages"), stage_transition_list_of_contact, _transition),
    Room("tag", gettext_lazy("Tags"), tag_change_list_of_contact, _tag_change),
    Room("event", gettext_lazy("Events"), event_list_of_contact, _event, at="occurred_at"),
    Room("lead", gettext_lazy("Leads"), lead_story_of_contact, _lead, UUID, "captured_at", scoped=True),
    Room("deal", gettext_lazy("Opportunities"), opportunity_moves_of_contact, _deal, scoped=True),
    Room("order", gettext_lazy("Orders"), order_list_of_contact, _order, UUID, "ordered_at"),
    Room("voice", gettext_lazy("What they said"), voice_list_of_contact, _voice, UUID),
    Room("owner", gettext_lazy("Owners"), owner_change_list_of_contact, _owner),
    Room("rating", gettext_lazy("Ratings"), rating_change_list_of_contact, _rating),
    Room("consent", gettext_lazy("Consents"), consent_list_of_contact, _consent),
    Room("file", gettext_lazy("Files"), attachment_list_loose, _file, UUID),
    Room("pause", gettext_lazy("Pauses"), response_pauses_of_contact, _pause, UUID, scoped=True),
)
"""The order is the rank in which rooms tell of one instant; a place in the story names it, so new ones come last."""
