"""Writes of versions: a draft comes to hold, stages go, and whoever stands in them is moved."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record_audit
from lifecycle import queries
from lifecycle.enums import DeadlineAction, MoveSource, StageKind
from lifecycle.models import Lifecycle, LifecycleVersion, Position, Stage, StageDeadline, StageRule, StageTransition
from lifecycle.plan import Plan, StagePlan, check_plan, places_of, plan_json, read_plan, unsettled
from lifecycle.plan_words import changes_anything
from lifecycle.selectors_versions import deadlines_naming, plan_in_force, rules_naming
from lifecycle.services_deadlines import SETTLES, deadlines_ahead, keep_replanned
from lifecycle.services_rules import check_circles
from lifecycle.transitions import StageInfo, Transition
from scheduler.services import note_due
from scrm.core.bulk import insert_columns, update_columns

_AT_LAST: Final = timedelta(days=1)
"""By then whoever is still in a stage that went is moved, whatever became of the job."""

_LED: Final[dict[str, type[StageRule] | type[StageDeadline]]] = {"rule": StageRule, "deadline": StageDeadline}


@dataclass(frozen=True, slots=True)
class Published:
    number: int
    plan: Plan
    gone: tuple[str, ...]


def publish_draft(*, lifecycle: Lifecycle, revision: int, by: User | None, now: datetime) -> Published:
    """Let the draft hold, if it is still what was looked at. Whoever stands in a stage that goes stays there for now.

    ValidationError, and then nothing changes. Inside `due_work`.
    """
    held = Lifecycle.objects.select_for_update().get(pk=lifecycle.pk)
    draft = LifecycleVersion.objects.filter(lifecycle=held, number=None).first()
    if draft is None or draft.revision != revision:
        raise ValidationError(_("The draft was changed meanwhile: look at it once more."))
    return _publish(held, draft, by, now)


def publish_plan(*, lifecycle: Lifecycle, plan: Plan, undoes: int, by: User | None, now: datetime) -> Published:
    """Let a plan hold that takes back the version in force. ValidationError. Inside `due_work`."""
    held = Lifecycle.objects.select_for_update().get(pk=lifecycle.pk)
    if held.version != undoes:
        raise ValidationError(_("Another version has come to hold since."))
    row = LifecycleVersion(lifecycle=held, plan=plan_json(plan), undoes=undoes)
    return _publish(held, row, by, now)


def restage(
    *, lifecycle_id: UUID, contact_ids: Collection[UUID], between: tuple[UUID, UUID], by: User | None, now: datetime
) -> list[Transition]:
    """Of locked contacts those who stand in the first of two stages stand in the second, since when they stood.

    A new version moves nobody on: their time in the stage goes on, and its deadlines that lie ahead are planned.
    Inside `due_work`.
    """
    from_id, to_id = between
    to = next(iter(queries.stages_named([to_id])), None)
    rows = Position.objects.filter(contact__in=list(contact_ids), stage=from_id)
    held = list(rows.select_for_update(no_key=True).order_by("pk"))
    if to is None or not held:
        return []
    planned = deadlines_ahead(to.terms, {row.pk: row.since for row in held}, now)
    columns: dict[str, list[Any]] = {
        "id": [row.pk for row in held],
        "next_at": [each.at if each else None for each in planned.values()],
        "deadline_id": [each.id if each else None for each in planned.values()],
    }
    update_columns(Position, columns, {"stage_id": to_id})
    for each in planned.values():
        if each is not None:
            note_due(each.at)
    stage = Stage.objects.get(pk=from_id)
    before = StageInfo(stage.pk, stage.lifecycle_id, stage.kind, stage.position)
    found = [
        Transition(row.contact_id, to, before, max(0, int((now - row.since).total_seconds())), None) for row in held
    ]
    moved: dict[str, list[Any]] = {
        "contact_id": [each.contact_id for each in found],
        "seconds_before": [each.seconds_before for each in found],
    }
    same = {"lifecycle_id": lifecycle_id, "from_stage_id": from_id, "to_stage_id": to_id, "at": now, "reason": ""}
    same |= {"source": MoveSource.VERSION.value, "version": to.version, "by_id": by.pk if by else None}
    insert_columns(StageTransition, moved, same)
    return found


def look_again(*, stage_ids: Collection[str], now: datetime) -> None:
    """Move soon whoever came to these stages from a transaction that had read them before they went. In `due_work`."""
    gone = Stage.objects.filter(pk__in=list(stage_ids), retired_at__isnull=False)
    gone.update(replan_at=now + SETTLES, replanned_to=None)
    note_due(now + SETTLES)


def move_on_late(*, stage: Stage, contact_ids: Sequence[UUID], is_last: bool, now: datetime) -> list[Transition]:
    """Whoever stands in a held stage that is gone, and is locked, goes to its heir. Inside `due_work`."""
    found: list[Transition] = []
    if stage.heir_id is not None:
        between = (stage.pk, stage.heir_id)
        found = restage(lifecycle_id=stage.lifecycle_id, contact_ids=contact_ids, between=between, by=None, now=now)
    keep_replanned(stage=stage, upto=None, is_last=is_last)
    return found


def _publish(held: Lifecycle, row: LifecycleVersion, by: User | None, now: datetime) -> Published:
    live, plan = plan_in_force(held), read_plan(row.plan)
    kinds = {stage.id: stage.kind for stage in live.stages}
    check_plan(plan, kinds)
    names = {stage.id: stage.name for stage in live.stages}
    open_still = unsettled(plan, live.ids)
    if open_still:
        raise ValidationError(_("Say where those in “%(stage)s” go.") % {"stage": names[open_still[0]]})
    if not changes_anything(live, plan):
        raise ValidationError(_("The draft changes nothing."))
    gone = tuple(pk for pk in live.ids if plan.stage(pk) is None)
    _keep_first(held, live, now)
    _write_stages(held, plan, {pk: plan.heir_of(pk) for pk in gone}, now)
    if row.undoes:
        undone = LifecycleVersion.objects.get(lifecycle=held, number=row.undoes)
        _lead_back(undone.led, now)
    row.led = _lead_elsewhere({pk: heir for pk in gone if (heir := plan.heir_of(pk)) is not None}, now)
    _check_losses(held, plan)
    check_circles(held.pk)
    last = LifecycleVersion.objects.filter(lifecycle=held).aggregate(last=Max("number"))["last"]
    row.number, row.made_by, row.changed_at, row.published_at = last + 1, by, now, now
    row.save()
    held.version = row.number
    held.save(update_fields=["version"])
    details = {"name": held.name, "version": row.number, "stages": len(plan.stages), "gone": len(gone)}
    action = "lifecycle.version_undone" if row.undoes else "lifecycle.published"
    record_audit(action=action, actor=by, subject=held, details=details, now=now)
    return Published(row.number, plan, gone)


def _keep_first(held: Lifecycle, live: Plan, now: datetime) -> None:
    """What was there before anything was published anew is the version that this one follows."""
    if not LifecycleVersion.objects.filter(lifecycle=held, number__isnull=False).exists():
        plan = plan_json(live)
        LifecycleVersion.objects.create(lifecycle=held, number=held.version, plan=plan, changed_at=now)


def _write_stages(held: Lifecycle, plan: Plan, heirs: Mapping[str, str | None], now: datetime) -> None:
    rows = list(Stage.objects.filter(lifecycle=held).select_for_update().order_by("pk"))
    known = {str(stage.pk): stage for stage in rows}
    before = [str(stage.pk) for stage in sorted(rows, key=lambda stage: stage.position)]
    places = {pk: place for place, pk in enumerate(places_of(before, plan.ids), 1)}
    # Two stages never share a place: first all go out of the way.
    aside = max((stage.position for stage in rows), default=0) + len(places)
    for place, stage in enumerate(rows, aside + 1):
        stage.position = place
    Stage.objects.bulk_update(rows, ["position"])
    for each in plan.stages:
        stage = known.get(each.id) or Stage(pk=UUID(each.id), lifecycle=held, code=each.code)
        _fill(stage, each)
        stage.position, stage.retired_at, stage.heir_id = places[each.id], None, None
        stage.full_clean(exclude=["lifecycle"])
        stage.save()
    for stage in rows:
        pk = str(stage.pk)
        if pk in heirs:
            stage.retired_at, stage.heir_id, stage.moves_to = now, _uuid(heirs[pk]), []
            stage.replan_at, stage.replanned_to = now + _AT_LAST, None
            note_due(stage.replan_at)
        elif plan.stage(pk) is not None:
            continue
        elif stage.heir_id is not None and str(stage.heir_id) in heirs:
            stage.heir_id = _uuid(heirs[str(stage.heir_id)])
        stage.position = places[pk]
        stage.save()


def _fill(stage: Stage, said: StagePlan) -> None:
    stage.name, stage.kind, stage.typical_days, stage.colour = said.name, said.kind, said.typical_days, said.colour
    stage.asks, stage.moves_to = list(said.asks), [UUID(pk) for pk in said.moves_to]


def _lead_elsewhere(heirs: Mapping[str, str], now: datetime) -> list[dict[str, Any]]:
    """Rules and deadlines that name a stage that goes name its heir; where that makes no sense they are switched off.

    Gives what each of them was and is.
    """
    led: list[dict[str, Any]] = []
    for rule in rules_naming(list(heirs)):
        was = _said(rule, ("to_stage_id", "from_stage_id"))
        to, start = (heirs.get(str(was[name]), was[name]) for name in ("to_stage_id", "from_stage_id"))
        becomes = {"to_stage_id": to, "from_stage_id": start, "active": rule.active and start != to}
        led.append({"what": "rule", "id": str(rule.pk), "was": was, "is": becomes})
    for deadline in deadlines_naming(list(heirs)):
        was = _said(deadline, ("to_stage_id",))
        heir = heirs[str(deadline.to_stage_id)]
        # One that leads to its own stage would keep them there for ever.
        becomes = {"to_stage_id": heir, "active": deadline.active and heir != str(deadline.stage_id)}
        led.append({"what": "deadline", "id": str(deadline.pk), "was": was, "is": becomes})
    for each in led:
        _lead(each, each["is"], now)
    return led


def _lead_back(led: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """They name what they named, if nobody has changed them since."""
    for each in led:
        model = _LED[each["what"]]
        row = model.objects.filter(pk=each["id"]).first()
        if row is not None and _said(row, each["was"].keys() - {"active"}) == each["is"]:
            _lead(each, each["was"], now)


def _lead(each: Mapping[str, Any], said: Mapping[str, Any], now: datetime) -> None:
    model = _LED[each["what"]]
    model.objects.filter(pk=each["id"]).update(**said)
    if model is StageRule and said["active"]:
        StageRule.objects.filter(pk=each["id"], event_type="").update(look_at=now, looked_to=None)
        note_due(now)


def _said(row: StageRule | StageDeadline, names: Collection[str]) -> dict[str, Any]:
    ids = {name: getattr(row, name) for name in names}
    return {name: str(pk) if pk else None for name, pk in ids.items()} | {"active": row.active}


def _check_losses(held: Lifecycle, plan: Plan) -> None:
    losing = StageDeadline.objects.filter(
        stage__lifecycle=held, stage__retired_at=None, active=True, action=DeadlineAction.LOSE
    )
    if all(stage.kind != StageKind.LOST for stage in plan.stages) and losing.exists():
        raise ValidationError(_("A deadline counts people as lost: keep a stage for them."))


def _uuid(text: str | None) -> UUID | None:
    return UUID(text) if text else None
