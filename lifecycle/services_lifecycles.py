"""Writes of lifecycles as a whole: made from a template, renamed, the one for newcomers, reasons of loss."""

from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record_audit
from lifecycle.models import Lifecycle, LossReason, Stage, StageDeadline
from lifecycle.templates import Template


@transaction.atomic
def create_lifecycle(*, name: str, by: User | None, now: datetime) -> Lifecycle:
    """One without stages. The first one becomes the one that new contacts enter. ValidationError."""
    name = " ".join(name.split())
    lifecycle = Lifecycle(name=name, is_default=not Lifecycle.objects.filter(is_default=True).exists())
    lifecycle.full_clean()
    lifecycle.save()
    record_audit(action="lifecycle.created", actor=by, subject=lifecycle, details={"name": lifecycle.name}, now=now)
    return lifecycle


@transaction.atomic
def lay_out_lifecycle(*, template: Template, name: str, chinese: bool, by: User | None, now: datetime) -> Lifecycle:
    """A lifecycle as a template has it, with reasons of loss and deadlines. ValidationError.

    An empty name is the template's.
    """
    lifecycle = create_lifecycle(name=name.strip() or template.name.say(chinese=chinese), by=by, now=now)
    stages = Stage.objects.bulk_create(
        Stage(
            lifecycle=lifecycle,
            code=each.code,
            name=each.name.say(chinese=chinese),
            kind=each.kind,
            position=place,
            typical_days=each.days,
            colour=each.colour,
        )
        for place, each in enumerate(template.stages, 1)
    )
    by_code = {stage.code: stage for stage in stages}
    add_loss_reasons(lifecycle=lifecycle, names=[each.say(chinese=chinese) for each in template.reasons])
    StageDeadline.objects.bulk_create(
        StageDeadline(
            stage=by_code[each.stage],
            after=each.after,
            unit=each.unit,
            working=each.working,
            action=each.action,
            text=each.text.say(chinese=chinese) if each.text else "",
            created_at=now,
        )
        for each in template.deadlines
    )
    return lifecycle


def add_loss_reasons(*, lifecycle: Lifecycle, names: Sequence[str]) -> None:
    LossReason.objects.bulk_create(
        [LossReason(lifecycle=lifecycle, name=name, position=place) for place, name in enumerate(names, 1)],
        ignore_conflicts=True,
    )


@transaction.atomic
def change_lifecycle(
    *, lifecycle: Lifecycle, name: str, is_default: bool, active: bool, by: User | None, now: datetime
) -> None:
    """Rename it, let newcomers enter it, put it aside. ValidationError.

    One lifecycle takes the newcomers: it gives that up by another's taking it over, and is not put aside before.
    """
    # One writer at a time, in one order: of two that take the newcomers the later one has them.
    held = {each.pk: each for each in Lifecycle.objects.select_for_update().order_by("pk")}
    lifecycle = held[lifecycle.pk]
    if lifecycle.is_default and not (is_default and active):
        raise ValidationError(_("New contacts enter this one: let another lifecycle take them first."))
    if is_default and not active:
        raise ValidationError({"active": _("Whom new contacts enter is not put aside.")})
    if is_default and not lifecycle.is_default:
        Lifecycle.objects.filter(is_default=True).update(is_default=False)
    lifecycle.name, lifecycle.is_default, lifecycle.active = " ".join(name.split()), is_default, active
    lifecycle.full_clean()
    lifecycle.save()
    details = {"name": lifecycle.name, "newcomers": is_default, "active": active}
    record_audit(action="lifecycle.changed", actor=by, subject=lifecycle, details=details, now=now)


@transaction.atomic
def save_loss_reason(
    *, lifecycle: Lifecycle, reason: LossReason | None, name: str, by: User | None, now: datetime
) -> LossReason:
    """Make one at the end of the list, or rename one, in the history too. ValidationError."""
    Lifecycle.objects.select_for_update().get(pk=lifecycle.pk)
    if reason is None:
        last = lifecycle.loss_reasons.aggregate(last=Max("position"))["last"]
        reason = LossReason(lifecycle=lifecycle, position=(last or 0) + 1)
    reason.name = " ".join(name.split())
    reason.full_clean()
    reason.save()
    record_audit(action="loss_reason.saved", actor=by, subject=reason, details={"name": reason.name}, now=now)
    return reason


@transaction.atomic
def switch_loss_reason(*, reason: LossReason, archived: bool, by: User | None, now: datetime) -> None:
    """Offer it no more, or again; what was lost for it stays so."""
    LossReason.objects.filter(pk=reason.pk).update(archived=archived)
    details = {"name": reason.name, "archived": archived}
    record_audit(action="loss_reason.switched", actor=by, subject=reason, details=details, now=now)
