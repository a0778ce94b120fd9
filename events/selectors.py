"""Reads about what happened."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.utils.translation import get_language

from events.models import Event, EventType
from scrm.core.pagination import earlier


def event_list_of_contact(
    contact_id: UUID,
    *,
    before: datetime | None = None,
    before_id: int | None = None,
    text: str = "",
    limit: int = 30,
) -> list[Event]:
    """A contact's events, newest first, older than a place in its timeline."""
    rows = Event.objects.filter(contact=contact_id).select_related("type")
    if text:
        rows = rows.annotate(said=Cast("properties", TextField()))
        rows = rows.filter(Q(type__name__icontains=text) | Q(type__name_zh__icontains=text) | Q(said__icontains=text))
    return list(rows.filter(earlier("occurred_at", before, before_id)).order_by("-occurred_at", "-pk")[:limit])


def event_type_list(*, active_only: bool = True) -> list[EventType]:
    rows = EventType.objects.order_by("code")
    return list(rows.filter(active=True) if active_only else rows)


def event_type_label(event_type: EventType) -> str:
    """The type's name in the reader's language."""
    chinese = (get_language() or "").startswith("zh")
    return event_type.name_zh if chinese and event_type.name_zh else event_type.name
