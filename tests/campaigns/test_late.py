"""Touches that come too late: sent in turns, left out, put off; and what a restored business leaves out."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from campaigns.enums import LatePolicy, Reason, TouchState
from campaigns.lane_queries import TOUCHPOINTS_NEXT_DUE, take_turn
from campaigns.models import Lane, Touchpoint
from campaigns.policy import Lateness
from campaigns.services import leave_out_past, update_sop
from campaigns.services.lanes import note_progress
from campaigns.services.ledger import claim_batch
from campaigns.timing import shifted
from scheduler.budget import Budget
from scrm.core import clock
from scrm.core.workdays import PLAIN
from scrm.flows.touchpoint import touchpoints_due
from tests.campaigns.people import mailable, put_in
from tests.factories import make_contact, make_live_sop, make_user, step

HOUR = timedelta(hours=1)


@pytest.fixture
def later():
    """Let that much time go by."""
    yield clock.set_offset
    clock.set_offset(timedelta(0))


def late_sop(policy: str, *steps: dict, per_minute: int = 600):
    sop = make_live_sop(*(steps or [step("email")]))
    return update_sop(
        sop=sop, now=clock.now(), late_policy=policy, late_after_minutes=30, catch_up_per_minute=per_minute
    )


def test_late_touch_is_left_out_and_what_follows_is_not(acme, memory):
    sop = late_sop(LatePolicy.SKIP, step("email"), step("email", {"kind": "hours", "n": 2}, name="Second"))
    put_in(sop, *mailable("Lin"), anchor_at=clock.now() - HOUR)

    touchpoints_due(Budget(5))

    first, second = Touchpoint.objects.order_by("step_number")
    assert (first.state, first.reason) == (TouchState.EXPIRED, Reason.LATE)
    assert second.state == TouchState.PLANNED
    assert memory.taken == []


def test_touch_within_the_patience_goes_out(acme, memory):
    put_in(late_sop(LatePolicy.SKIP), *mailable("Lin"), anchor_at=clock.now() - timedelta(minutes=29))

    touchpoints_due(Budget(5))

    assert Touchpoint.objects.get().state == TouchState.SENT


def test_late_touch_is_put_off_to_its_time_of_day(acme, memory):
    sop = late_sop(LatePolicy.SHIFT)
    was_due = clock.now() - HOUR
    put_in(sop, *mailable("Lin"), anchor_at=was_due)

    touchpoints_due(Budget(5))

    touch = Touchpoint.objects.get()
    assert (touch.state, touch.reason, touch.attempt) == (TouchState.PLANNED, Reason.SHIFTED, 0)
    assert touch.due_at == was_due + timedelta(days=1)
    assert memory.taken == []


def test_put_off_touch_goes_out_when_its_time_comes(acme, memory, later):
    put_in(late_sop(LatePolicy.SHIFT), *mailable("Lin"), anchor_at=clock.now() - HOUR)
    touchpoints_due(Budget(5))

    later(timedelta(hours=23, minutes=1))
    touchpoints_due(Budget(5))

    touch = Touchpoint.objects.get()
    assert (touch.state, touch.reason) == (TouchState.SENT, None)


def test_backlog_of_an_outage_goes_out_in_turns_and_the_rest_at_once(acme, memory, later):
    sop = late_sop(LatePolicy.SEND, per_minute=120)
    put_in(sop, *mailable("A", "B", "C", "D", "E"), anchor_at=clock.now() - 2 * HOUR)
    put_in(sop, *mailable("Fresh"))

    touchpoints_due(Budget(5))
    at_first = Touchpoint.objects.filter(state=TouchState.SENT).values_list("contact__name", flat=True)
    assert set(at_first) == {"A", "B", "Fresh"}

    later(timedelta(seconds=1.1))
    touchpoints_due(Budget(5))
    assert len(memory.taken) == 5

    later(timedelta(seconds=2.2))
    touchpoints_due(Budget(5))
    lane = Lane.objects.get()
    assert (len(memory.taken), lane.late_before, lane.catch_up_at) == (6, None, None)


def test_catch_up_sleeps_between_its_turns(acme, memory):
    sop = late_sop(LatePolicy.SEND, per_minute=1)
    put_in(sop, *mailable("A", "B"), anchor_at=clock.now() - 2 * HOUR)

    touchpoints_due(Budget(5))

    with connection.cursor() as cursor:
        cursor.execute(TOUCHPOINTS_NEXT_DUE)
        next_due_at = cursor.fetchone()[0]
    assert next_due_at == Lane.objects.get().catch_up_at
    assert next_due_at > clock.now() + timedelta(seconds=50)


def test_what_waits_behind_a_full_lane_is_no_backlog(acme, memory):
    """A million touches due at once take longer than the patience, and must not slow down for it."""
    put_in(late_sop(LatePolicy.SEND, per_minute=1), *mailable("A", "B", "C"), anchor_at=clock.now() - 2 * HOUR)
    note_progress(lane_id=Lane.objects.get().pk, now=clock.now())

    touchpoints_due(Budget(5))

    assert len(memory.taken) == 3


def test_turn_is_taken_once(acme, memory):
    put_in(late_sop(LatePolicy.SEND), *mailable("A", "B"), anchor_at=clock.now() - 2 * HOUR)
    now, lane_id = clock.now(), Lane.objects.get().pk
    turn = {"lane_id": lane_id, "now": now, "late_before": now - HOUR, "next_at": now + HOUR}

    assert take_turn(**turn) is True
    assert take_turn(**turn) is False


def test_other_policy_ends_a_catch_up_at_its_next_turn(acme, memory, later):
    sop = late_sop(LatePolicy.SEND, per_minute=1)
    put_in(sop, *mailable("A", "B"), anchor_at=clock.now() - 2 * HOUR)
    touchpoints_due(Budget(5))

    update_sop(sop=sop, now=clock.now(), late_policy=LatePolicy.SKIP)
    later(timedelta(seconds=61))
    touchpoints_due(Budget(5))

    assert sorted(Touchpoint.objects.values_list("state", flat=True)) == [TouchState.SENT, TouchState.EXPIRED]


def test_catch_up_begun_by_a_claim_that_knew_the_old_policy_holds_up_nothing(acme, memory):
    sop = late_sop(LatePolicy.SEND, per_minute=1)
    put_in(sop, *mailable("A", "B", "C"), anchor_at=clock.now() - 2 * HOUR)
    lane = Lane.objects.select_related("sop").get()
    update_sop(sop=sop, now=clock.now(), late_policy=LatePolicy.SKIP)
    claim_batch(lane=lane)
    assert Lane.objects.get().late_before is not None

    Lane.objects.update(catch_up_at=clock.now())
    touchpoints_due(Budget(5))

    states = Touchpoint.objects.values_list("state", flat=True)
    assert sorted(states) == [TouchState.CLAIMED, TouchState.EXPIRED, TouchState.EXPIRED]
    assert Lane.objects.get().late_before is None


def test_restored_business_leaves_out_the_past_whatever_its_sops_say(acme, memory):
    lin, wang = mailable("Lin"), mailable("Wang")
    sop = make_live_sop(step("email"), step("email", {"kind": "hours", "n": 1}, name="Second"))
    put_in(sop, *lin, anchor_at=clock.now() - timedelta(minutes=5))

    leave_out_past(now=clock.now())
    put_in(sop, *wang)
    touchpoints_due(Budget(5))

    first, second = Touchpoint.objects.filter(contact=lin[0]).order_by("step_number")
    assert (first.state, first.reason, second.state) == (TouchState.EXPIRED, Reason.PAST, TouchState.PLANNED)
    assert Touchpoint.objects.filter(contact=wang[0], state=TouchState.SENT).count() == 1


def test_representatives_get_a_backlog_in_turns_too(acme):
    ben = make_user()
    sop = late_sop(LatePolicy.SEND, step(), per_minute=60)
    put_in(sop, make_contact("A", owner=ben), make_contact("B", owner=ben), anchor_at=clock.now() - 2 * HOUR)

    claim_batch(lane=Lane.objects.get())

    assert sorted(Touchpoint.objects.values_list("state", flat=True)) == [TouchState.PLANNED, TouchState.WITH_REP]


ZONES = st.sampled_from(["Asia/Shanghai", "America/New_York", "Europe/Berlin", "Pacific/Apia", "UTC"])
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))


@given(due_at=MOMENTS, late=st.timedeltas(timedelta(minutes=1), timedelta(days=40)), zone=ZONES, weekly=st.booleans())
def test_put_off_time_is_the_next_that_fits(due_at, late, zone, weekly):
    """Day by day from the missed one: the first at that time of day (and weekday) that is still to come."""
    now, local = due_at + late, ZoneInfo(zone)
    offset = {"kind": "weekday"} if weekly else {"kind": "days"}

    found = shifted(offset, due_at, zone, now, PLAIN)

    wall = due_at.astimezone(local).replace(tzinfo=None, fold=0)
    days = range(0, 60, 7 if weekly else 1)
    candidates = [(wall + timedelta(days=day)).replace(tzinfo=local).astimezone(UTC) for day in days]
    nearest = next(each for each in candidates if each > now - timedelta(hours=2))
    assert found > now
    assert min(abs(found - each) for each in candidates) <= timedelta(hours=1)
    assert found - nearest <= timedelta(days=8 if weekly else 2)


@given(per_minute=st.integers(1, 60_000), batch=st.integers(1, 500))
def test_turns_keep_to_the_rate(per_minute, batch):
    lateness = Lateness(LatePolicy.SEND, HOUR, per_minute)

    size, pause = lateness.turn(batch)

    assert 1 <= size <= max(1, batch // 2)
    assert abs(size / pause.total_seconds() * 60 - per_minute) <= per_minute * 0.01
