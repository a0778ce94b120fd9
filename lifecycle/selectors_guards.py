"""Reads of what is asked of a move by hand: where one goes from a stage, and why somebody is lost."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from lifecycle.enums import StageKind
from lifecycle.models import Lifecycle, LossReason, Position, Stage


def way_barred(contact_ids: Collection[UUID], stage_id: UUID) -> tuple[Stage, list[Stage]] | None:
    """A stage in which one of these stands and from which one does not go there, with where one goes from it."""
    there = Position.objects.filter(contact__in=list(contact_ids), lifecycle__stages=stage_id).exclude(stage=stage_id)
    limited = there.exclude(stage__moves_to=[]).exclude(stage__moves_to__contains=[stage_id])
    row = limited.select_related("stage").order_by("stage__position").first()
    if row is None:
        return None
    return row.stage, list(Stage.objects.filter(pk__in=row.stage.moves_to).order_by("position"))


def loss_reason_list(lifecycle: Lifecycle) -> list[LossReason]:
    """Why people are lost, in the order of the list; archived ones too."""
    return list(lifecycle.loss_reasons.order_by("archived", "position", "name"))


def loss_reasons_of(lifecycle: Lifecycle) -> QuerySet[LossReason]:
    """Those that may be chosen."""
    return lifecycle.loss_reasons.filter(archived=False).order_by("position", "name")


def loss_reasons_asked(stage_id: UUID) -> list[LossReason]:
    """Of which one is asked for when somebody comes to the stage; none where nobody is lost by that."""
    means_loss = {"lifecycle__stages": stage_id, "lifecycle__stages__kind": StageKind.LOST}
    return list(LossReason.objects.filter(**means_loss, archived=False).order_by("position", "name"))


def loss_reason_of(stage_id: UUID, pk: UUID) -> LossReason | None:
    """That reason, where the stage's lifecycle has it and the stage means a loss."""
    return next((each for each in loss_reasons_asked(stage_id) if each.pk == pk), None)


def loss_reason_get(pk: UUID) -> LossReason | None:
    return LossReason.objects.select_related("lifecycle").filter(pk=pk).first()
