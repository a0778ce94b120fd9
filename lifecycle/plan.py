"""What a lifecycle is to be: its stages in order, and who moves where when that comes to hold. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from lifecycle.enums import StageColour, StageKind

MOST_STAGES: Final = 40
NAME_MAX: Final = 60
_ALIKE: Final = {StageKind.OPEN: 0, StageKind.WON: 1, StageKind.ADVOCATE: 1, StageKind.LOST: 2}
"""Between kinds of one number somebody is moved without having come on, or been lost."""


@dataclass(frozen=True, slots=True)
class StagePlan:
    id: str
    code: str
    name: str
    kind: str
    typical_days: int | None = None
    asks: tuple[str, ...] = ()
    moves_to: tuple[str, ...] = ()
    colour: str = ""


@dataclass(frozen=True, slots=True)
class MovePlan:
    """Whoever stands in a stage goes to another; with a condition only those for whom it holds."""

    from_stage: str
    to_stage: str
    condition: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Moves are made in their order, each of those whom the ones before it left."""

    stages: tuple[StagePlan, ...] = ()
    moves: tuple[MovePlan, ...] = ()

    @property
    def ids(self) -> list[str]:
        return [stage.id for stage in self.stages]

    def stage(self, pk: str) -> StagePlan | None:
        return next((stage for stage in self.stages if stage.id == pk), None)

    def heir_of(self, pk: str) -> str | None:
        """Where those go for whom no condition of a move holds."""
        return next((move.to_stage for move in self.moves if move.from_stage == pk and move.condition is None), None)


def plan_json(plan: Plan) -> dict[str, Any]:
    return asdict(plan)


def read_plan(data: Mapping[str, Any]) -> Plan:
    """The plan that was stored."""
    stages = (
        StagePlan(**{**each, "asks": tuple(each["asks"]), "moves_to": tuple(each["moves_to"])})
        for each in data["stages"]
    )
    return Plan(tuple(stages), tuple(MovePlan(**each) for each in data["moves"]))


def put_stage(plan: Plan, stage: StagePlan) -> Plan:
    """With this stage: in its place, or at the end where it is new."""
    if plan.stage(stage.id) is None:
        return replace(plan, stages=(*plan.stages, stage))
    return replace(plan, stages=tuple(stage if each.id == stage.id else each for each in plan.stages))


def take_out(plan: Plan, pk: str, heir: str | None) -> Plan:
    """Without a stage, whose people go to its heir; who was to come to it goes there too. Of a new one without heir."""
    stages = [
        replace(each, moves_to=_renamed(each.moves_to, pk, heir, but=each.id)) for each in plan.stages if each.id != pk
    ]
    moves = [
        replace(move, to_stage=heir) if heir is not None and move.to_stage == pk else move
        for move in plan.moves
        if (move.from_stage, move.condition) != (pk, None) and (heir is not None or move.to_stage != pk)
    ]
    moves = [move for move in moves if move.from_stage != move.to_stage]
    if heir is not None:
        moves.append(MovePlan(pk, heir))
    return Plan(tuple(stages), _ordered(moves))


def put_move(plan: Plan, move: MovePlan) -> Plan:
    """With those for whom a condition holds going elsewhere; before whatever all the others do."""
    return replace(plan, moves=_ordered((*plan.moves, move)))


def drop_move(plan: Plan, place: int) -> Plan:
    return replace(plan, moves=tuple(move for index, move in enumerate(plan.moves) if index != place))


def keep_stage(plan: Plan, stage: StagePlan, live: Sequence[str]) -> Plan:
    """With a stage that was to go: back in its place among the live ones, and nobody leaves it."""
    if plan.stage(stage.id) is not None:
        return plan
    before = set(live[: live.index(stage.id)])
    place = max((index + 1 for index, pk in enumerate(plan.ids) if pk in before), default=0)
    moves = tuple(move for move in plan.moves if move.from_stage != stage.id)
    return Plan((*plan.stages[:place], stage, *plan.stages[place:]), moves)


def put_in_order(plan: Plan, ids: Sequence[str]) -> Plan:
    """In this order; those that it does not name stay behind, as they are."""
    wanted = {pk: place for place, pk in enumerate(ids)}
    return replace(plan, stages=tuple(sorted(plan.stages, key=lambda stage: wanted.get(stage.id, len(wanted)))))


def shifted(plan: Plan, pk: str, *, earlier: bool) -> Plan:
    """Changed places with the neighbour; at the end of the row the same."""
    ids = plan.ids
    place = ids.index(pk)
    other = place - 1 if earlier else place + 1
    if not 0 <= other < len(ids):
        return plan
    ids[place], ids[other] = ids[other], ids[place]
    return put_in_order(plan, ids)


def places_of(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """Every stage in order: those of the plan, and each that went behind what stood before it."""
    found = list(after)
    for index, pk in enumerate(before):
        if pk not in found:
            found.insert(found.index(before[index - 1]) + 1 if index else 0, pk)
    return found


def check_plan(plan: Plan, live: Mapping[str, str]) -> None:
    """ValidationError where it can't come to hold; `live` is the kind of each stage that people stand in now."""
    _check_stages(plan)
    kinds = {stage.id: stage.kind for stage in plan.stages}
    for move in plan.moves:
        if move.from_stage not in live:
            raise ValidationError(_("Only whoever stands in a stage of now can be moved."))
        if move.to_stage not in kinds or move.to_stage == move.from_stage:
            raise ValidationError(_("Choose another stage of the draft for them."))
        if move.condition is None and move.from_stage in kinds:
            raise ValidationError(_("Who leaves a stage that stays is said by conditions."))
        if not alike(live[move.from_stage], kinds[move.to_stage]):
            raise ValidationError(
                _("A version wins and loses nobody: move people to a stage of the same kind, or by hand.")
            )


def unsettled(plan: Plan, live: Iterable[str]) -> list[str]:
    """Stages that go without a word about where their people do."""
    return [pk for pk in live if plan.stage(pk) is None and plan.heir_of(pk) is None]


def alike(kind: str, other: str) -> bool:
    return _ALIKE[StageKind(kind)] == _ALIKE[StageKind(other)]


def _check_stages(plan: Plan) -> None:
    ids = plan.ids
    if not ids:
        raise ValidationError(_("A lifecycle needs a stage."))
    if len(ids) > MOST_STAGES:
        raise ValidationError(_("A lifecycle has at most %(count)s stages.") % {"count": MOST_STAGES})
    if len(set(ids)) < len(ids) or len({stage.code for stage in plan.stages}) < len(ids):
        raise ValidationError(_("A stage stands there twice."))
    for stage in plan.stages:
        if not stage.name.strip() or len(stage.name) > NAME_MAX:
            raise ValidationError({"name": _("Name the stage, in at most 60 characters.")})
        if stage.kind not in StageKind.values or stage.colour not in ("", *StageColour.values):
            raise ValidationError({"kind": _("Choose a kind of stage.")})


def _renamed(ids: Iterable[str], pk: str, heir: str | None, *, but: str) -> tuple[str, ...]:
    found = (heir if each == pk else each for each in ids)
    return tuple(dict.fromkeys(each for each in found if each is not None and each != but))


def _ordered(moves: Collection[MovePlan]) -> tuple[MovePlan, ...]:
    return tuple(sorted(moves, key=lambda move: move.condition is None))
