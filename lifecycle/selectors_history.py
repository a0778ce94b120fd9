"""Reads of the history for other systems."""

from uuid import UUID

from django.db.models import QuerySet

from lifecycle.models import StageTransition


def stage_transitions_of(contact_id: UUID) -> QuerySet[StageTransition]:
    """A contact's moves in all lifecycles."""
    return StageTransition.objects.filter(contact=contact_id)
