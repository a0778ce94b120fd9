"""Which stage loses most, and who stood where on any day."""

import random
from datetime import timedelta
from math import inf
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.enums import Role
from leads.models import Lead, Source
from lifecycle.flow import ENOUGH, Finding, Leavers, difference, loses_most, wilson
from lifecycle.models import Lifecycle, LossReason, Stage, StageTransition
from lifecycle.selectors_flow import Cohort, FlowFilter, Loss, flow_of, standing_as_of
from scrm.core import clock
from scrm.web.sankey import draw
from tests.factories import make_contact, make_user

A, B = UUID(int=1), UUID(int=2)


def test_wilson_and_newcombe_are_as_published():
    # Newcombe 1998: 81 of 263; and 56 of 70 against 48 of 80.
    assert wilson(81, 263, 1.96) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert difference(56, 70, 48, 80, 1.96) == pytest.approx((0.0524, 0.3339), abs=1e-4)


def test_the_stage_that_lost_most_people_beyond_its_history_is_named():
    found = loses_most([Leavers(A, 400, 120, 1000, 200), Leavers(B, 40, 30, 1000, 300)])

    assert (found.finding, found.stage_id, round(found.more)) == (Finding.FOUND, A, 40)
    assert 0 < found.low < found.share - found.share_before < found.high


def test_what_chance_explains_is_not_named():
    assert loses_most([Leavers(A, 40, 10, 400, 90)]).finding == Finding.NOTHING


@pytest.mark.parametrize("few", [Leavers(A, ENOUGH - 1, 20, 900, 9), Leavers(A, 900, 200, ENOUGH - 1, 0)])
def test_of_too_few_nothing_is_said(few):
    assert loses_most([few]).finding == Finding.TOO_LITTLE


def test_of_many_stages_without_a_change_hardly_one_is_named():
    chance = random.Random(7)

    def leavers():
        draws = [sum(chance.random() < 0.2 for _each in range(80)) for _each in range(2)]
        return Leavers(UUID(int=chance.randrange(99)), 80, draws[0], 80, draws[1])

    named = sum(loses_most([leavers() for _each in range(5)]).finding == Finding.FOUND for _run in range(300))

    assert named <= 300 * 0.05


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(1, 4), st.integers(0, 99)), max_size=12))
def test_bands_fill_their_boxes_and_boxes_do_not_overlap(ways):
    merged: dict[tuple[int, int], int] = {}
    for start, end, value in ways:
        merged[start, end] = merged.get((start, end), 0) + value
    told = [(start, end, value) for (start, end), value in merged.items()]

    drawing = draw(told, range(5))

    for boxes, side in ((drawing.left, 0), (drawing.right, 1)):
        assert {box.key: box.value for box in boxes} == {
            key: total for key in range(5) if (total := sum(way[2] for way in told if way[side] == key))
        }
        bottom = -inf
        for box in boxes:
            assert float(box.y) >= bottom
            bottom = float(box.y) + float(box.height) - 1
        assert bottom <= drawing.height + 1
    assert sum(band.value for band in drawing.bands) == sum(way[2] for way in told)


@pytest.fixture
def sales(acme):
    life = Lifecycle.objects.create(name="Sales")
    kinds = [("visit", "open"), ("drive", "open"), ("owner", "won"), ("lost", "lost")]
    for place, (code, kind) in enumerate(kinds, 1):
        Stage.objects.create(lifecycle=life, code=code, name=code, kind=kind, position=place)
    return life


def went(life, contact, *steps, reason=None):
    """(stage, days ago) in their order."""
    now, before, since = clock.now(), None, None
    stages = {stage.code: stage for stage in life.stages.all()}
    for code, ago in steps:
        at = now - timedelta(days=ago)
        StageTransition.objects.create(
            contact=contact,
            lifecycle=life,
            from_stage=before,
            to_stage=stages[code],
            at=at,
            seconds_before=int((at - since).total_seconds()) if since else None,
            source="hand",
            loss_reason=reason if code == "lost" else None,
        )
        before, since = stages[code], at


def test_a_period_is_told_as_it_was(sales):
    ops, now = make_user("olga", Role.OPS), clock.now()
    price = LossReason.objects.create(lifecycle=sales, name="Price")
    went(sales, make_contact("A"), ("visit", 20), ("drive", 8), ("owner", 2))
    went(sales, make_contact("B"), ("visit", 9), ("lost", 5), reason=price)
    went(sales, make_contact("C"), ("visit", 9))

    told = flow_of(ops, sales, FlowFilter(since=now - timedelta(days=10)), now)

    visit, drive, owner, lost = sales.stages.order_by("position")
    assert set(told.moves) == {
        (None, visit.pk, 2),
        (visit.pk, drive.pk, 1),
        (drive.pk, owner.pk, 1),
        (visit.pk, lost.pk, 1),
    }
    rows = {row.stage.code: row for row in told.stages}
    assert (rows["visit"].before, rows["visit"].after) == (1, 1)
    assert rows["visit"].cohort == Cohort(2, 0, 1)
    assert rows["drive"].cohort == Cohort(1, 1, 0)
    assert rows["visit"].times.left == 2
    assert rows["visit"].times.median == pytest.approx(8 * 86_400, abs=5)
    assert rows["visit"].times.ninetieth == pytest.approx(11.2 * 86_400, abs=5)
    assert told.losses == [Loss(visit.pk, "Price", 1)]
    assert told.verdict.finding == Finding.TOO_LITTLE


def test_it_is_narrowed_by_owner_and_source_and_to_what_the_reader_sees(sales, django_assert_num_queries):
    ben, now = make_user("ben"), clock.now()
    source = Source.objects.create(name="Fair", created_at=now)
    theirs = make_contact("A", owner=ben)
    Lead.objects.create(contact=theirs, source=source, came_by="hand", dedupe_key="x", captured_at=now, updated_at=now)
    for contact in (theirs, make_contact("B", owner=ben), make_contact("C")):
        went(sales, contact, ("visit", 3), ("drive", 1))
    ops = make_user("olga", Role.OPS)

    def drives(user, **asked):
        return next((n for before, _to, n in flow_of(user, sales, FlowFilter(**asked), now).moves if before), 0)

    assert [drives(ops), drives(ben), drives(make_user("zoe"))] == [3, 2, 0]
    assert drives(ops, owner=str(ben.pk)) == 2
    assert drives(ops, owner="none") == 1
    assert drives(ops, source=str(source.pk)) == 1
    with django_assert_num_queries(9):
        drives(ops, since=now - timedelta(days=9))


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from(["visit", "drive", "owner", "lost"]), st.integers(0, 30)), max_size=5),
        max_size=4,
    ),
    st.integers(0, 31),
)
def test_any_day_is_as_a_replay_of_the_history_has_it(sales, people, ago):
    StageTransition.objects.all().delete()
    ops = make_user(f"olga-{clock.now().timestamp()}", Role.OPS)
    for steps in people:
        went(sales, make_contact("X"), *sorted(steps, key=lambda step: -step[1]))
    moment = clock.now() - timedelta(days=ago, hours=12)

    standing: dict[int, UUID] = {}
    for move in StageTransition.objects.order_by("at", "pk"):
        if move.at < moment:
            standing[move.contact_id] = move.to_stage_id

    assert standing_as_of(ops, sales, moment) == {pk: list(standing.values()).count(pk) for pk in standing.values()}
