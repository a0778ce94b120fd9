"""Reads about how promising people are."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from accounts.models import User
from leads.enums import OPEN_STATUSES
from leads.models import ContactRating, Lead, Opportunity, RatingChange
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


def rating_of(contact_id: UUID, leads: Iterable[Lead]) -> tuple[str, bool]:
    """How promising somebody is: what a person said, else the best of these leads; and whether a person said it."""
    own = own_rating_of(contact_id)
    if own is not None:
        return own.rating, True
    return min((lead.rating for lead in leads if lead.rating), default=""), False


def colleagues_on(contact_id: UUID, apart_from: UUID | None) -> list[tuple[User, int, int]]:
    """Who else has open leads or deals with somebody, and how many of each."""
    leads = Lead.objects.filter(contact=contact_id, status__in=OPEN_STATUSES).exclude(owner=None)
    deals = Opportunity.objects.filter(contact=contact_id, settled_at=None).exclude(owner=None)
    counts: dict[UUID, list[int]] = {}
    for place, rows in enumerate((leads, deals)):
        for owner_id in rows.values_list("owner", flat=True):
            if owner_id != apart_from:
                counts.setdefault(owner_id, [0, 0])[place] += 1
    people = User.objects.in_bulk(list(counts))
    found = [(people[pk], leads_open, deals_open) for pk, (leads_open, deals_open) in counts.items()]
    return sorted(found, key=lambda row: str(row[0]))
