"""Reads of stages by contact: what a list and a contact's page show."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from lifecycle.models import Position, StageTransition
from scrm.core.pagination import earlier


def positions_by_contact(contact_ids: Collection[UUID]) -> dict[UUID, list[Position]]:
    """Where many contacts stand, in one statement; the default lifecycle first."""
    rows = Position.objects.filter(contact__in=list(contact_ids)).select_related(
        "stage", "lifecycle", "deadline__to_stage", "deadline__loss_reason"
    )
    found: dict[UUID, list[Position]] = {pk: [] for pk in contact_ids}
    for row in rows.order_by("-lifecycle__is_default", "lifecycle__name"):
        found[row.contact_id].append(row)
    return found


def contact_ids_in_stage(stage_id: UUID | str) -> QuerySet[Position, UUID]:
    return Position.objects.filter(stage=UUID(str(stage_id))).values_list("contact", flat=True)


def stage_transition_list_of_contact(
    contact_id: UUID,
    *,
    before: datetime | None = None,
    before_id: int | None = None,
    text: str = "",
    limit: int = 30,
) -> list[StageTransition]:
    """A contact's moves, newest first, older than a place in its timeline."""
    rows = StageTransition.objects.filter(contact=contact_id).select_related(
        "from_stage", "to_stage", "by", "rule", "loss_reason"
    )
    if text:
        rows = rows.filter(Q(reason__icontains=text) | Q(to_stage__name__icontains=text))
    return list(rows.filter(earlier("at", before, before_id)).order_by("-at", "-pk")[:limit])


def stage_transition_latest(contact_id: UUID, lifecycle_id: UUID) -> StageTransition | None:
    """The last move of a contact in a lifecycle."""
    rows = StageTransition.objects.filter(contact=contact_id, lifecycle=lifecycle_id)
    return rows.select_related("from_stage", "to_stage").order_by("-at", "-pk").first()
