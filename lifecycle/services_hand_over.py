"""Writes of what becomes of the owner when a stage is reached."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Department, User
from accounts.services import record_audit
from leads.enums import AssignMethod
from lifecycle.models import Stage, StageHandOver


def hold_stage(stage_id: UUID) -> None:
    """Let nobody change what becomes of its owners until the transaction ends."""
    Stage.objects.select_for_update().filter(pk=stage_id).values_list("pk").first()


@transaction.atomic
def save_stage_hand_over(
    *,
    stage: Stage,
    method: str,
    department: Department | None,
    people: Collection[UUID],
    keep_days: int,
    active: bool,
    by: User | None,
    now: datetime,
) -> StageHandOver:
    """Say to whom customers go who reach the stage. ValidationError."""
    if not people and department is None:
        raise ValidationError({"department": _("Name somebody, or a department.")})
    if method == AssignMethod.WEIGHTED:
        raise ValidationError({"method": _("Weights belong to rules for new leads.")})
    # One writer at a time, so that two who make the first one don't collide.
    Stage.objects.select_for_update().get(pk=stage.pk)
    kept = StageHandOver.objects.filter(stage=stage).first() or StageHandOver(stage=stage, created_at=now)
    kept.method, kept.department, kept.keep_days, kept.active = method, department, keep_days, active
    kept.full_clean(validate_unique=False, validate_constraints=False)
    kept.save()
    kept.people.set(User.objects.filter(pk__in=list(people)))
    details = {
        "stage": stage.name,
        "method": method,
        "department": department.name if department else "",
        "people": len(people),
        "days": keep_days,
        "active": active,
    }
    record_audit(action="stage_hand_over.saved", actor=by, subject=stage, details=details, now=now)
    return kept
