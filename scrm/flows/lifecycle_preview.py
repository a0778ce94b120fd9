"""What publishing a draft would do: changes in words, how many people move, what stands in its way."""

from dataclasses import dataclass
from datetime import datetime

from lifecycle.models import Lifecycle, LifecycleVersion
from lifecycle.plan import MovePlan, Plan, StagePlan, read_plan, unsettled
from lifecycle.plan_words import SAME, Difference, differences
from lifecycle.selectors_versions import (
    deadlines_naming,
    draft_get,
    people_in,
    people_of_moves,
    plan_in_force,
    rules_naming,
)
from scrm.flows.stage_uses import names_of_uses


@dataclass(frozen=True, slots=True)
class MoveSeen:
    """One move of the draft; `people` are those whom it is about now."""

    place: int
    move: MovePlan
    start: StagePlan
    end: StagePlan
    people: int


@dataclass(frozen=True, slots=True)
class DraftSeen:
    """`waiting` are those in stages that go who have a deadline ahead, which is planned anew; `led` are rules and
    deadlines that will lead elsewhere, `uses` what has to be changed first, `unsettled` stages that go without a word
    about their people."""

    draft: LifecycleVersion | None
    plan: Plan
    stages: list[Difference]
    moves: list[MoveSeen]
    people: int
    waiting: int
    unsettled: list[StagePlan]
    led: list[str]
    uses: list[str]

    @property
    def is_ready(self) -> bool:
        return self.draft is not None and self.is_changed and not self.unsettled and not self.uses

    @property
    def is_changed(self) -> bool:
        return bool(self.moves) or any(each.kind != SAME for each in self.stages)


def draft_looked_through(lifecycle: Lifecycle, now: datetime) -> DraftSeen:
    """In a number of statements that grows with the moves alone."""
    live, draft = plan_in_force(lifecycle), draft_get(lifecycle)
    plan = read_plan(draft.plan) if draft else live
    known = {stage.id: stage for stage in (*live.stages, *plan.stages)}
    # A stage that somebody took out meanwhile is named by no move that still means something.
    moves = [each for each in plan.moves if each.from_stage in known and each.to_stage in known]
    counts = people_of_moves(lifecycle, Plan(plan.stages, tuple(moves)), now) if moves else []
    gone = [stage for stage in live.stages if plan.stage(stage.id) is None]
    ids = [stage.id for stage in gone]
    return DraftSeen(
        draft,
        plan,
        differences(live, plan),
        [
            MoveSeen(place, move, known[move.from_stage], known[move.to_stage], count)
            for place, (move, count) in enumerate(zip(moves, counts, strict=True))
        ],
        sum(counts),
        sum(waiting for _people, waiting in people_in(ids).values()) if ids else 0,
        [known[pk] for pk in unsettled(plan, live.ids)],
        _led(ids) if ids else [],
        names_of_uses(lifecycle, ids),
    )


def _led(ids: list[str]) -> list[str]:
    names = [rule.name for rule in rules_naming(ids)]
    return [*names, *(f"{each.stage.name}: {each.after} {each.get_unit_display()}" for each in deadlines_naming(ids))]
