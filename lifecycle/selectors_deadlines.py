"""Reads of deadlines of stages: what is set up, and for whom one is due."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from lifecycle.models import Lifecycle, Position, Stage, StageDeadline


def stage_deadline_list(lifecycle: Lifecycle) -> QuerySet[StageDeadline]:
    """Those of a lifecycle, in the order of its stages."""
    rows = StageDeadline.objects.filter(stage__lifecycle=lifecycle, stage__retired_at=None)
    rows = rows.select_related("stage", "to_stage", "loss_reason")
    return rows.order_by("stage__position", "unit", "after", "created_at")


def stage_deadline_get(pk: UUID) -> StageDeadline | None:
    rows = StageDeadline.objects.select_related("stage__lifecycle", "to_stage", "loss_reason")
    return rows.filter(pk=pk).first()


def contact_ids_with_deadline(*, limit: int, now: datetime) -> list[UUID]:
    """Of whom a deadline is due, whoever waits longest first; some may stand in several lifecycles."""
    due = Position.objects.filter(next_at__lte=now).order_by("next_at")
    return list(dict.fromkeys(due.values_list("contact", flat=True)[:limit]))


def first_stage_of_kind(lifecycle_id: UUID, kind: str) -> UUID | None:
    rows = Stage.objects.filter(lifecycle=lifecycle_id, kind=kind, retired_at=None).order_by("position")
    return rows.values_list("pk", flat=True).first()
