"""Reads about what came through forms and waits for a person's word."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from leads.enums import HeldState
from leads.models import HeldLead


def held_list(state: str = HeldState.WAITING) -> QuerySet[HeldLead]:
    """What is held in this state, the latest first."""
    rows = HeldLead.objects.filter(state=state).select_related("form", "decided_by")
    return rows.order_by("-held_at", "-pk")


def held_waiting_among(held_ids: Collection[UUID]) -> list[HeldLead]:
    """Those of them that wait, the oldest first: in the order in which they came they become leads."""
    rows = HeldLead.objects.filter(pk__in=list(held_ids), state=HeldState.WAITING).select_related("form__source")
    return list(rows.order_by("held_at", "pk"))


def held_every() -> QuerySet[HeldLead]:
    """What is held and what became of it, the latest first."""
    return HeldLead.objects.select_related("form").order_by("-held_at", "-pk")


def held_detail(held_id: UUID) -> HeldLead | None:
    return HeldLead.objects.select_related("form").filter(pk=held_id).first()


def held_count() -> int:
    """How many wait."""
    return HeldLead.objects.filter(state=HeldState.WAITING).count()
