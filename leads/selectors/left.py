"""What somebody leaves behind of leads and deals, within what the reader may see."""

from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from accounts.selectors import visible_to
from leads.enums import OPEN_STATUSES
from leads.models import Lead, Opportunity


def lead_count_left(viewer: User, owner_id: UUID) -> int:
    """How many open leads somebody has."""
    return _leads(viewer, owner_id).count()


def opportunity_count_left(viewer: User, owner_id: UUID) -> int:
    return _opportunities(viewer, owner_id).count()


def lead_count_left_elsewhere(viewer: User, owner_id: UUID) -> int:
    """How many of them are of contacts that are somebody else's, or nobody's."""
    return _leads(viewer, owner_id).exclude(contact__owner=owner_id).count()


def opportunity_count_left_elsewhere(viewer: User, owner_id: UUID) -> int:
    return _opportunities(viewer, owner_id).exclude(contact__owner=owner_id).count()


def leads_left_elsewhere(viewer: User, owner_id: UUID, *, after: UUID | None, limit: int) -> dict[UUID, UUID]:
    """The next of them by id, each with its contact."""
    rows = _leads(viewer, owner_id).exclude(contact__owner=owner_id)
    rows = rows if after is None else rows.filter(pk__gt=after)
    return dict(rows.order_by("pk").values_list("pk", "contact")[:limit])


def opportunities_left_elsewhere(viewer: User, owner_id: UUID, *, after: UUID | None, limit: int) -> dict[UUID, UUID]:
    rows = _opportunities(viewer, owner_id).exclude(contact__owner=owner_id)
    rows = rows if after is None else rows.filter(pk__gt=after)
    return dict(rows.order_by("pk").values_list("pk", "contact")[:limit])


def _leads(viewer: User, owner_id: UUID) -> QuerySet[Lead]:
    return visible_to(viewer, Lead.objects.filter(owner=owner_id, status__in=OPEN_STATUSES))


def _opportunities(viewer: User, owner_id: UUID) -> QuerySet[Opportunity]:
    return visible_to(viewer, Opportunity.objects.filter(owner=owner_id, settled_at=None))
