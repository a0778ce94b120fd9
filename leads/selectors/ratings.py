"""Reads about how promising people are."""

from datetime import datetime
from uuid import UUID

from leads.models import ContactRating, RatingChange
from scrm.core.pagination import earlier


def rating_change_list_of_contact(
    contact_id: UUID, *, before: datetime | None = None, before_id: int | None = None, text: str = "", limit: int = 30
) -> list[RatingChange]:
    """How a contact and their leads were rated, newest first, older than a place in the timeline."""
    rows = RatingChange.objects.filter(contact=contact_id).select_related("by")
    if text:
        rows = rows.filter(after__iexact=text)
    return list(rows.filter(earlier("at", before, before_id)).order_by("-at", "-pk")[:limit])


def own_rating_of(contact_id: UUID) -> ContactRating | None:
    """What a person said of the contact; None where only leads are rated."""
    return ContactRating.objects.filter(contact=contact_id).select_related("by").first()
