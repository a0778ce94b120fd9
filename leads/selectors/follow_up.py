"""Reads about calls, visits, meetings and chats."""

from datetime import datetime
from uuid import UUID

from leads.models import Interaction
from scrm.core.pagination import earlier


def interaction_list_of_lead(lead_id: UUID) -> list[Interaction]:
    return list(Interaction.objects.filter(lead=lead_id).select_related("by").order_by("-at", "-pk")[:100])


def interaction_list_of_contact(
    contact_id: UUID, *, before: datetime | None = None, before_id: UUID | None = None, limit: int = 30
) -> list[Interaction]:
    """A contact's interactions, newest first, older than a place in its timeline."""
    rows = Interaction.objects.filter(contact=contact_id).select_related("by")
    return list(rows.filter(earlier("at", before, before_id)).order_by("-at", "-pk")[:limit])
