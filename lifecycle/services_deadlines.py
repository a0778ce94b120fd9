"""Writes about deadlines of stages: what is set up, when they fall due for whom, and that they were done."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.hours import Hours
from accounts.models import User
from accounts.selectors_duty import Offices
from accounts.services import record_audit
from lifecycle import queries
from lifecycle.deadlines import Planned, Term, first_after, plans
from lifecycle.enums import DeadlineAction, StageKind
from lifecycle.models import Position, Stage, StageDeadline
from lifecycle.services_rules import check_circles, first_lost
from lifecycle.transitions import StageInfo
from scheduler.services import due_work, note_due
from scrm.core.bulk import update_columns
from tenants.selectors import tenant_current, tenant_zone

SETTLES: Final = timedelta(seconds=30)
"""Whoever read a stage's deadlines before a change has written the positions by then."""
REPLANNED: Final = 1_000
"""Positions planned anew in one transaction."""


def first_deadlines(stages: Sequence[StageInfo], now: datetime) -> dict[str, list[Any]]:
    """Columns of positions in these stages, reached now: the first deadline of each. Inside `due_work`."""
    found: dict[UUID, Planned | None] = {}
    for stage in stages:
        if stage.terms and stage.id not in found:
            found[stage.id] = first_after(plans(stage.terms, now, *_calendar(stage.terms)), now)
    planned = [found.get(stage.id) for stage in stages]
    for each in found.values():
        if each is not None:
            note_due(each.at)
    return {
        "next_at": [each.at if each else None for each in planned],
        "deadline_id": [each.id if each else None for each in planned],
    }


def save_stage_deadline(
    *, deadline: StageDeadline | None, stage: Stage, by: User | None, now: datetime, **fields: Any
) -> StageDeadline:
    """Say what happens after so long in a stage. ValidationError.

    It counts for those who are there too, as far as it lies ahead of them.
    """
    deadline = deadline or StageDeadline(created_at=now)
    deadline.stage = stage
    for name, value in fields.items():
        setattr(deadline, name, value)
    if deadline.action != DeadlineAction.MOVE:
        deadline.to_stage = None
    if deadline.action != DeadlineAction.LOSE:
        deadline.loss_reason = None
    with due_work():
        _check(deadline)
        deadline.full_clean()
        deadline.save()
        _replan(stage.pk, now)
        details = {"stage": stage.name, "after": deadline.after, "unit": deadline.unit, "action": deadline.action}
        record_audit(action="stage_deadline.saved", actor=by, subject=deadline, details=details, now=now)
    return deadline


def switch_stage_deadline(*, deadline: StageDeadline, active: bool, by: User | None, now: datetime) -> None:
    """Switch it on or off. ValidationError where it would lead round in a circle."""
    with due_work():
        deadline.active = active
        _check(deadline)
        StageDeadline.objects.filter(pk=deadline.pk).update(active=active)
        _replan(deadline.stage_id, now)
        record_audit(action="stage_deadline.switched", actor=by, subject=deadline, details={"active": active}, now=now)


def hold_due_positions(*, contact_ids: Collection[UUID], now: datetime) -> list[Position]:
    """Of contacts that the caller has locked, the positions of which a deadline is due; held."""
    rows = Position.objects.filter(contact__in=list(contact_ids), next_at__lte=now)
    return list(rows.select_for_update(no_key=True).order_by("pk"))


def set_next_deadlines(*, planned: Mapping[int, Planned | None]) -> None:
    """What comes next for each of these positions, which are held. Inside `due_work`."""
    columns: dict[str, list[Any]] = {
        "id": list(planned),
        "next_at": [each.at if each else None for each in planned.values()],
        "deadline_id": [each.id if each else None for each in planned.values()],
    }
    update_columns(Position, columns)
    for each in planned.values():
        if each is not None:
            note_due(each.at)


def hold_replan(*, now: datetime) -> tuple[Stage, list[UUID]] | None:
    """A stage whose deadlines were changed, held, and the next of those in it, who are to be locked then."""
    waiting = Stage.objects.filter(replan_at__lte=now).order_by("replan_at", "pk")
    stage = waiting.select_for_update(skip_locked=True, no_key=True).first()
    if stage is None:
        return None
    rows = Position.objects.filter(stage=stage, pk__gt=stage.replanned_to or 0).order_by("pk")
    return stage, list(rows.values_list("contact", flat=True)[:REPLANNED])


def replan_positions(*, stage: Stage, contact_ids: Sequence[UUID], now: datetime) -> None:
    """Plan these anew, who are locked, in a stage that is held. Inside `due_work`.

    What lies behind somebody stays undone; what is due already is left to whoever works it off.
    """
    terms = queries.stages_named([stage.pk])[0].terms
    rows = Position.objects.filter(stage=stage, contact__in=list(contact_ids)).order_by("pk")
    page = list(rows.values_list("pk", "since", "next_at"))
    ahead = deadlines_ahead(terms, {pk: since for pk, since, at in page if at is None or at > now}, now)
    set_next_deadlines(planned=ahead)
    keep_replanned(stage=stage, upto=page[-1][0] if page else None, is_last=len(contact_ids) < REPLANNED)


def keep_replanned(*, stage: Stage, upto: int | None, is_last: bool) -> None:
    """How far a held stage is planned anew. Inside `due_work`."""
    if is_last:
        stage.replan_at = stage.replanned_to = None
    elif upto is not None:
        stage.replanned_to = upto
    stage.save(update_fields=["replan_at", "replanned_to"])
    note_due(stage.replan_at)


def deadlines_ahead(
    terms: Sequence[Term], since_of: Mapping[int, datetime], now: datetime
) -> dict[int, Planned | None]:
    """For whoever stands there since then, by position: the first deadline that lies ahead."""
    calendar = _calendar(terms)
    first = {since: first_after(plans(terms, since, *calendar), now) for since in set(since_of.values())}
    return {pk: first[since] for pk, since in since_of.items()}


def planned_for(rows: Sequence[Position]) -> dict[int, tuple[list[Planned], dict[UUID, StageDeadline]]]:
    """All deadlines of each of these, in their order, and what each of them is."""
    stages = {row.stage_id for row in rows}
    deadlines: dict[UUID, dict[UUID, StageDeadline]] = {pk: {} for pk in stages}
    for each in StageDeadline.objects.filter(stage__in=list(stages), active=True).select_related("loss_reason"):
        deadlines[each.stage_id][each.pk] = each
    terms = {pk: [_term(each) for each in found.values()] for pk, found in deadlines.items()}
    calendar = _calendar([each for found in terms.values() for each in found])
    return {row.pk: (plans(terms[row.stage_id], row.since, *calendar), deadlines[row.stage_id]) for row in rows}


def _term(each: StageDeadline) -> Term:
    return Term(each.pk, each.after, each.unit, each.working, each.action)


def _calendar(terms: Sequence[Term]) -> tuple[ZoneInfo, Hours | None]:
    """The zone of the business, and when it is open where that is asked for."""
    hours = Offices(tenant_current().zone).hours_of(None) if any(each.working for each in terms) else None
    return tenant_zone(), hours


def _replan(stage_id: UUID, now: datetime) -> None:
    at = now + SETTLES
    Stage.objects.filter(pk=stage_id).update(replan_at=at, replanned_to=None)
    note_due(at)


def _check(deadline: StageDeadline) -> None:
    stages = {each.pk: each for each in Stage.objects.filter(lifecycle=deadline.stage.lifecycle_id, retired_at=None)}
    match deadline.action:
        case DeadlineAction.MOVE if deadline.to_stage_id not in stages or deadline.to_stage_id == deadline.stage_id:
            raise ValidationError({"to_stage": _("Choose another stage of the same lifecycle.")})
        case DeadlineAction.LOSE if first_lost(stages.values()) is None:
            raise ValidationError({"action": _("This lifecycle has no stage for those who are lost.")})
        case DeadlineAction.LOSE if deadline.stage.kind == StageKind.LOST:
            raise ValidationError({"action": _("Whoever is here counts as lost already.")})
        case DeadlineAction.TASK if not deadline.text.strip():
            raise ValidationError({"text": _("Say what is to be done.")})
    check_circles(deadline.stage.lifecycle_id, deadline=deadline)
