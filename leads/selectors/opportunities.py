"""Reads about possible deals, within what the reader may see."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from accounts.models import User
from accounts.selectors import visible_to
from leads.models import OpportunityMove
from scrm.core.pagination import earlier


def opportunity_moves_of_contact(
    viewer: User,
    contact_id: UUID,
    *,
    before: datetime | None = None,
    before_id: int | None = None,
    text: str = "",
    limit: int = 30,
) -> list[OpportunityMove]:
    """How a contact's deals went, as far as the viewer sees them, newest first, older than a place in the timeline."""
    rows = OpportunityMove.objects.filter(opportunity__contact=contact_id)
    rows = visible_to(viewer, rows, owner="opportunity__owner")
    if text:
        rows = rows.filter(Q(opportunity__name__icontains=text) | Q(reason__icontains=text))
    rows = rows.select_related("opportunity", "to_stage", "by")
    return list(rows.filter(earlier("at", before, before_id)).order_by("-at", "-pk")[:limit])
