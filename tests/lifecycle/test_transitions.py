"""Who moves to which stage."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from lifecycle.enums import StageKind
from lifecycle.transitions import Move, StageInfo, Standing, decide_transitions, leads_on

NOW = datetime(2026, 11, 21, tzinfo=UTC)
LIN, LIFECYCLE = uuid4(), uuid4()
CAPTURED, INTERESTED, WON, LOST, ADVOCATE = (
    StageInfo(uuid4(), LIFECYCLE, kind, position)
    for position, kind in enumerate(
        [StageKind.OPEN, StageKind.OPEN, StageKind.WON, StageKind.LOST, StageKind.ADVOCATE], 1
    )
)
ALL = (CAPTURED, INTERESTED, WON, LOST, ADVOCATE)
STAGES = {stage.id: stage for stage in ALL}


def decide(*moves: Move, at: StageInfo | None = None):
    standings = {(LIN, LIFECYCLE): Standing(at, NOW - timedelta(hours=2))} if at else {}
    return decide_transitions(moves, STAGES, standings, NOW)


def to(stage: StageInfo, **how) -> Move:
    return Move(LIN, stage.id, **how)


def test_a_move_remembers_the_time_in_the_stage_before():
    [transition] = decide(to(INTERESTED), at=CAPTURED)

    assert (transition.before, transition.to, transition.seconds_before) == (CAPTURED, INTERESTED, 7200)


def test_a_move_to_where_one_stands_is_none():
    assert decide(to(CAPTURED), at=CAPTURED) == []


def test_people_may_move_back():
    assert decide(to(CAPTURED), at=WON)


def test_rules_never_move_back():
    assert decide(to(CAPTURED, onward=True), at=INTERESTED) == []
    assert decide(to(INTERESTED, onward=True), at=WON) == []
    assert decide(to(LOST, onward=True), at=WON) == []


def test_the_lost_can_still_be_won():
    assert decide(to(WON, onward=True), at=LOST)


def test_of_several_onward_moves_the_furthest_counts():
    [transition] = decide(to(WON, onward=True), to(INTERESTED, onward=True), at=CAPTURED)

    assert transition.to == WON


def test_entering_only_places_newcomers():
    assert decide(to(CAPTURED, entering=True))
    assert decide(to(CAPTURED, entering=True), at=LOST) == []


def test_an_unknown_stage_moves_nobody():
    assert decide(Move(LIN, uuid4())) == []


@given(st.lists(st.sampled_from(ALL), max_size=6), st.none() | st.sampled_from(ALL))
def test_onward_moves_in_one_batch_or_one_by_one_end_no_further_back(goals, start):
    together = decide(*(to(goal, onward=True) for goal in goals), at=start)
    standing = start
    for goal in goals:
        [*moved] = decide(to(goal, onward=True), at=standing)
        standing = moved[0].to if moved else standing

    assert (together[0].to if together else start) == standing


@given(st.sampled_from(ALL), st.sampled_from(ALL))
def test_leading_on_never_goes_both_ways(one, other):
    assert not (leads_on(one, other) and leads_on(other, one))
