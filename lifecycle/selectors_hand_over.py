"""Reads of what becomes of the owner when a stage is reached."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from lifecycle.models import Position, StageHandOver


def stage_hand_overs_active(stage_ids: Collection[UUID]) -> list[StageHandOver]:
    """Those in force for these stages, with their people, in the order of the stages' ids: one statement for none."""
    rows = StageHandOver.objects.filter(stage__in=list(stage_ids), active=True).select_related("stage")
    return list(rows.prefetch_related("people").order_by("stage_id"))


def stage_hand_over_list() -> QuerySet[StageHandOver]:
    """All of them, with what a row shows."""
    rows = StageHandOver.objects.select_related("stage__lifecycle", "department").prefetch_related("people")
    return rows.order_by("-stage__lifecycle__is_default", "stage__lifecycle__name", "stage__position")


def stage_hand_over_of(stage_id: UUID) -> StageHandOver | None:
    return stage_hand_over_list().filter(stage=stage_id).first()


def stage_hand_over_detail(pk: UUID) -> StageHandOver | None:
    return stage_hand_over_list().filter(pk=pk).first()


def contact_ids_newest_in_stage(stage_id: UUID, limit: int) -> list[UUID]:
    """Who reached the stage last and stands there still."""
    rows = Position.objects.filter(stage=stage_id, contact__erased_at=None).order_by("-since", "-pk")
    return list(rows.values_list("contact", flat=True)[:limit])
