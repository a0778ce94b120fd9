"""Writes of the rules that move contacts, and of when they are looked after that wait for no event."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record_audit
from events.models import EventType
from lifecycle.deadlines import chase
from lifecycle.enums import DeadlineAction, StageKind
from lifecycle.models import Stage, StageDeadline, StageRule
from lifecycle.rules import Rule
from lifecycle.transitions import StageInfo, leads_on
from scheduler.services import due_work, note_due
from scrm.core.conditions import All, Condition, Scope, facts, parse, stored_condition
from scrm.core.stored_rules import readable

LOOKED_EVERY: Final = timedelta(minutes=10)


def save_stage_rule(
    *,
    rule: StageRule | None = None,
    name: str,
    to_stage: Stage,
    event_type: str = "",
    condition: object,
    from_stage: Stage | None = None,
    active: bool = True,
    by: User | None,
    now: datetime,
) -> StageRule:
    """Make or change a rule. Raises ConditionInvalid or ValidationError and then changes nothing.

    Without an event it is looked after at once, and again every ten minutes.
    """
    stored = stored_condition(condition)
    if event_type:
        if not EventType.objects.filter(code=event_type, active=True).exists():
            raise ValidationError({"event_type": _("Choose an event type of the tracking plan.")})
    else:
        if not stored:
            raise ValidationError(_("Without an event a rule needs a condition."))
        parse(condition, facts, scope=Scope.CONTACT)
    if from_stage is not None and (from_stage.lifecycle_id != to_stage.lifecycle_id or from_stage.pk == to_stage.pk):
        raise ValidationError({"from_stage": _("Choose another stage of the same lifecycle.")})
    with due_work():
        stages = _hold_stages(to_stage.lifecycle_id)
        if rule is None:
            rule = StageRule(created_at=now)
        else:
            _hold(rule)
        rule.name, rule.to_stage, rule.from_stage, rule.event_type = name.strip(), to_stage, from_stage, event_type
        rule.condition, rule.active = stored, active
        rule.look_at, rule.looked_to = None if event_type else now, None
        _check_stages(rule, stages)
        check_circles(to_stage.lifecycle_id, rule=rule)
        rule.full_clean()
        rule.save()
        note_due(rule.look_at)
        record_audit(action="lifecycle.rule_saved", actor=by, subject=rule, details={"name": rule.name}, now=now)
    return rule


def switch_stage_rule(*, rule: StageRule, active: bool, by: User | None, now: datetime) -> None:
    """Switch it on or off. ValidationError where it would lead round in a circle, or says something else by now."""
    with due_work():
        stages, looked_at = _hold_stages(rule.to_stage.lifecycle_id), _says(rule)
        _hold(rule)
        if active and looked_at != _says(rule):
            raise ValidationError(_("Somebody has just changed this rule: read it again before you switch it on."))
        rule.active, rule.look_at = active, None if rule.event_type else now
        if active:
            _check_stages(rule, stages)
            check_circles(rule.to_stage.lifecycle_id, rule=rule)
        StageRule.objects.filter(pk=rule.pk).update(active=active, look_at=rule.look_at, looked_to=None)
        note_due(rule.look_at if active else None)
        action = "lifecycle.rule_started" if active else "lifecycle.rule_stopped"
        record_audit(action=action, actor=by, subject=rule, details={"name": rule.name}, now=now)


def _hold_stages(lifecycle_id: UUID) -> list[Stage]:
    """One writer at a time, so that no two complete a circle. Before the lock of a rule, as a version takes them.

    Who is moved to a stage meanwhile is not held up, so that no writer waits for a rule that waits for its stage.
    """
    rows = Stage.objects.filter(lifecycle=lifecycle_id, retired_at=None)
    return list(rows.select_for_update(no_key=True).order_by("pk"))


def _hold(rule: StageRule) -> None:
    """Read it again under a lock."""
    if not StageRule.objects.select_for_update(no_key=True).filter(pk=rule.pk):
        raise ValidationError(_("Somebody has just removed this rule."))
    rule.refresh_from_db()


def _says(rule: StageRule) -> tuple[object, ...]:
    return rule.to_stage_id, rule.from_stage_id, rule.event_type, rule.condition


def _check_stages(rule: StageRule, stages: Iterable[Stage]) -> None:
    """ValidationError where a version has just taken out a stage that it names."""
    there = {each.pk for each in stages}
    for name, pk in (("to_stage", rule.to_stage_id), ("from_stage", rule.from_stage_id)):
        if pk is not None and pk not in there:
            raise ValidationError({name: _("There is no such stage.")})


def hold_due_rule(*, now: datetime) -> tuple[Rule, Condition, UUID | None] | None:
    """A rule without an event that is to be looked after now, held, whom it is about, and behind whom it goes on.

    It is about those in a stage that it leads on from for whom its condition holds. One that can be read no more is
    put to its next turn, so that it can't hold up the others. Inside `due_work`.
    """
    due = StageRule.objects.filter(active=True, look_at__lte=now, event_type="").order_by("look_at", "pk")
    while (row := due.select_for_update(skip_locked=True, no_key=True).first()) is not None:
        about = _about(row)
        if about is not None:
            return *about, row.looked_to
        keep_looked(rule_id=row.pk, now=now)
    return None


def _about(row: StageRule) -> tuple[Rule, Condition] | None:
    """The rule, and whom it is about; None where that can't be told, or is nobody, as for a first stage."""
    condition = readable(row.condition, row.pk)
    stages = {each.pk: each for each in _stages(row.to_stage_id)}
    if condition is None or row.to_stage_id not in stages:
        return None
    codes = [stages[before].code for before, _to in _ways(row, stages.values()) if before in stages]
    if not codes:
        return None
    args = {"lifecycle": str(stages[row.to_stage_id].lifecycle_id)}
    stands = parse({"fact": "stage.current", "args": args, "op": "in", "value": codes}, facts, stored=True)
    return Rule(row.pk, row.to_stage_id, "", condition, row.from_stage_id), All((condition, stands))


def go_on_behind(*, rule_id: UUID, contact_id: UUID) -> None:
    """The held rule has been looked after as far as this contact."""
    StageRule.objects.filter(pk=rule_id).update(looked_to=contact_id)


def keep_looked(*, rule_id: UUID, now: datetime) -> None:
    """Nobody is left whom the held rule is about: it is looked after again later, from the first on."""
    again = now + LOOKED_EVERY
    StageRule.objects.filter(pk=rule_id).update(look_at=again, looked_to=None)
    note_due(again)


def check_circles(lifecycle_id: UUID, *, rule: StageRule | None = None, deadline: StageDeadline | None = None) -> None:
    """ValidationError where rules without an event and deadlines, with this one as it is, lead people round."""
    stages = _hold_stages(lifecycle_id)
    rules = StageRule.objects.filter(to_stage__lifecycle=lifecycle_id, event_type="", active=True)
    rows = [each for each in rules if rule is None or each.pk != rule.pk]
    if rule is not None and rule.active and not rule.event_type:
        rows.append(rule)
    acting = StageDeadline.objects.filter(stage__lifecycle=lifecycle_id, stage__retired_at=None, active=True)
    those = [each for each in acting if deadline is None or each.pk != deadline.pk]
    if deadline is not None and deadline.active:
        those.append(deadline)
    moves = [way for each in rows for way in _ways(each, stages)]
    moves += [way for each in those for way in _way_of(each, stages)]
    circle = chase(moves)
    if circle:
        names_of = {stage.pk: stage.name for stage in stages}
        names = " → ".join(names_of[pk] for pk in [*circle, circle[0]])
        raise ValidationError(_("People would go round in a circle: %(stages)s.") % {"stages": names})


def _ways(rule: StageRule, stages: Iterable[Stage]) -> list[tuple[UUID, UUID]]:
    """From which stages it leads on: the one that it names, else all from which it goes forward."""
    if rule.from_stage_id is not None:
        return [(rule.from_stage_id, rule.to_stage_id)]
    infos = [StageInfo(each.pk, each.lifecycle_id, each.kind, each.position) for each in stages]
    to = next(each for each in infos if each.id == rule.to_stage_id)
    return [(each.id, to.id) for each in infos if leads_on(each, to)]


def _way_of(deadline: StageDeadline, stages: Iterable[Stage]) -> list[tuple[UUID, UUID]]:
    match deadline.action:
        case DeadlineAction.MOVE if deadline.to_stage_id is not None:
            return [(deadline.stage_id, deadline.to_stage_id)]
        case DeadlineAction.LOSE:
            lost = first_lost(stages)
            return [(deadline.stage_id, lost.pk)] if lost else []
    return []


def first_lost(stages: Iterable[Stage]) -> Stage | None:
    """Where those stand who are lost: the first stage of that kind."""
    return min((each for each in stages if each.kind == StageKind.LOST), key=lambda each: each.position, default=None)


def _stages(stage_id: UUID) -> list[Stage]:
    return list(Stage.objects.filter(lifecycle__stages=stage_id, retired_at=None).order_by("position"))
