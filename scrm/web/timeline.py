"""One contact's story from every room, merged newest first and paged by place."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from campaigns.enums import Channel, TouchState
from campaigns.models import Touchpoint
from campaigns.of_contacts import touch_why, touchpoint_list_of_contact
from events.models import Event
from events.selectors import event_list_of_contact, event_type_label
from leads.enums import InteractionKind
from leads.models import Interaction
from leads.selectors import interaction_list_of_contact
from lifecycle.models import StageTransition
from lifecycle.of_contacts import stage_transition_list_of_contact
from scrm.web.templatetags.ui import STATUS_TONES
from tagging.models import TagChange
from tagging.of_contacts import tag_change_list_of_contact

PAGE = 30


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the story: the time, the room's rank and the row's id, newest first."""

    at: datetime
    rank: int
    pk: str

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.rank}~{self.pk}"

    @classmethod
    def read(cls, text: str) -> "Place | None":
        try:
            at, rank, pk = text.split("~")
            if int(rank) == _INTERACTIONS:
                UUID(pk)
            else:
                int(pk)
            moment = datetime.fromisoformat(at)
            if moment.tzinfo is None or int(rank) not in range(len(_ROOMS)):
                return None
            # The next instant is asked for too, and must still be one.
            moment.astimezone(UTC) + timedelta(microseconds=1)
            return cls(moment, int(rank), pk)
        except (ValueError, OverflowError):
            return None


@dataclass(frozen=True, slots=True)
class Story:
    items: list[dict[str, Any]]
    more_after: Place | None


def story_of(contact_id: UUID, after: Place | None = None) -> Story:
    """A page of the contact's story, and the place from which the next one goes on."""
    told: list[tuple[Place, dict[str, Any]]] = []
    for rank, (rows_of, tell) in enumerate(_ROOMS):
        for row in rows_of(contact_id, limit=PAGE + 1, **_older(after, rank)):
            item = tell(row)
            told.append((Place(item["at"], rank, str(row.pk)), item))
    # A stable sort: rooms that tell of the same instant stay in the order of their rank, as do a room's own rows.
    told.sort(key=lambda pair: pair[0].at, reverse=True)
    page = told[:PAGE]
    return Story([item for _place, item in page], page[-1][0] if len(told) > PAGE else None)


def _older(after: Place | None, rank: int) -> dict[str, Any]:
    if after is None:
        return {}
    if rank == after.rank:
        return {"before": after.at, "before_id": after.pk}
    # A room of later rank still has the rows of the very instant to tell.
    return {"before": after.at + timedelta(microseconds=1) if rank > after.rank else after.at}


# Properties that say something to a person; the others are keys and numbers for machines.
_TELLING = ("title", "source", "topic", "product", "order", "url", "channel", "direction", "reason")


def _event(event: Event) -> dict[str, Any]:
    said = " · ".join(str(event.properties[name]) for name in _TELLING if event.properties.get(name))
    return {
        "icon": "bolt" if not event.type.engaging else "hand-click",
        "tone": "teal" if event.type.engaging else "gray",
        "title": event_type_label(event.type),
        "text": said[:120],
        "at": event.occurred_at,
    }


def _transition(move: StageTransition) -> dict[str, Any]:
    title = _("Moved to %(stage)s") % {"stage": move.to_stage}
    if move.from_stage:
        title = _("Moved from %(before)s to %(stage)s") % {"before": move.from_stage, "stage": move.to_stage}
    who = str(move.by) if move.by else str(move.rule or move.get_source_display())
    return {
        "icon": "refresh",
        "tone": "violet",
        "title": title,
        "text": " · ".join(filter(None, [who, move.reason])),
        "at": move.at,
    }


_CHANNEL_ICONS = {Channel.EMAIL: "mail", Channel.REP_TASK: "phone"}


def _touchpoint(touch: Touchpoint) -> dict[str, Any]:
    state = TouchState(touch.state)
    return {
        "icon": _CHANNEL_ICONS.get(Channel(touch.lane.channel), "send"),
        "tone": STATUS_TONES.get(state.name.lower(), "gray"),
        "title": f"{touch.lane.sop} · {touch.step.name}",
        "text": touch_why(touch),
        "badge": state.label,
        "at": touch.due_at,
    }


_INTERACTION_ICONS = {
    InteractionKind.CALL: "phone",
    InteractionKind.VISIT: "map-pin",
    InteractionKind.MEETING: "users",
    InteractionKind.CHAT: "message-circle",
    InteractionKind.NOTE: "note",
}


def _interaction(interaction: Interaction) -> dict[str, Any]:
    who = f"{interaction.get_kind_display()} · {interaction.by}" if interaction.by else interaction.get_kind_display()
    return {
        "icon": _INTERACTION_ICONS[InteractionKind(interaction.kind)],
        "tone": "green" if interaction.effective else "blue",
        "title": who,
        "text": interaction.text,
        "badge": _("Effective") if interaction.effective else "",
        "at": interaction.at,
    }


def _tag_change(change: TagChange) -> dict[str, Any]:
    title = _("Tagged %(tag)s") if change.added else _("Tag %(tag)s removed")
    who = str(change.by) if change.by else str(change.get_source_display())
    return {
        "icon": "tag",
        "tone": "amber" if change.added else "gray",
        "title": title % {"tag": change.tag},
        "text": " · ".join(filter(None, [who, change.evidence])),
        "at": change.at,
    }


Room = tuple[Callable[..., Iterable[Any]], Callable[[Any], dict[str, Any]]]
_ROOMS: tuple[Room, ...] = (
    (touchpoint_list_of_contact, _touchpoint),
    (interaction_list_of_contact, _interaction),
    (stage_transition_list_of_contact, _transition),
    (tag_change_list_of_contact, _tag_change),
    (event_list_of_contact, _event),
)
_INTERACTIONS = 1
