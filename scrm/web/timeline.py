"""One contact's story from every room, merged newest first, narrowed by kind and words, and paged by place."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404

from accounts.models import User
from scrm.core import clock
from scrm.web.access import Visit
from scrm.web.story_rooms import ROOMS, Reader, Room

PAGE = 30
MOST_WORDS = 80


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
            if int(rank) not in range(len(ROOMS)):
                return None
            if ROOMS[int(rank)].keyed_by is UUID:
                UUID(pk)
            elif not 0 <= int(pk) < 2**63:
                return None
            moment = datetime.fromisoformat(at)
            if moment.tzinfo is None:
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


def story_of(
    contact_id: UUID,
    after: Place | None = None,
    *,
    viewer: User,
    now: datetime,
    kinds: Collection[str] = (),
    text: str = "",
) -> Story:
    """A page of the contact's story, and the place from which the next one goes on.

    `kinds` are codes of rooms; none means all. The viewer may see the contact.
    """
    reader = Reader(contact_id, viewer, now, " ".join(text.replace("\0", "").split())[:MOST_WORDS])
    found: list[tuple[Place, Room, Any]] = []
    for rank, room in enumerate(ROOMS):
        if kinds and room.code not in kinds:
            continue
        rows = room.rows(reader, limit=PAGE + 1, **_older(after, rank))
        found.extend((Place(getattr(row, room.at), rank, str(row.pk)), room, row) for row in rows)
    # A stable sort: rooms that tell of the same instant stay in the order of their rank, as do a room's own rows.
    found.sort(key=lambda each: each[0].at, reverse=True)
    page = found[:PAGE]
    items = [room.tell(row, reader) | {"kind": room.code, "at": place.at} for place, room, row in page]
    return Story(items, page[-1][0] if len(found) > PAGE else None)


def story_asked(request: Visit, contact_id: UUID) -> dict[str, Any]:
    """The page of the story that the address asks for, and what its further pages go on with. Http404."""
    place = request.GET.get("after", "")
    after = Place.read(place)
    if place and after is None:
        raise Http404
    kind, text = request.GET.get("kind", ""), request.GET.get("q", "")
    kinds = [kind] if kind in {room.code for room in ROOMS} else []
    story = story_of(contact_id, after, viewer=request.user, now=clock.now(), kinds=kinds, text=text)
    narrowed = urlencode({"kind": kinds[0] if kinds else "", "q": text[:MOST_WORDS]})
    return {"story": story, "narrowed": narrowed, "is_narrowed": bool(kinds or text)}


def _older(after: Place | None, rank: int) -> dict[str, Any]:
    if after is None:
        return {}
    if rank == after.rank:
        return {"before": after.at, "before_id": after.pk}
    # A room of later rank still has the rows of the very instant to tell.
    return {"before": after.at + timedelta(microseconds=1) if rank > after.rank else after.at}
