"""T+N in the contact's own zone, against an oracle that walks the line of minutes."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from campaigns import timing
from campaigns.planner import due_times, following, plan
from campaigns.timing import Anchor, InvalidOffset, offset_words, validate_offset
from scrm.core.workdays import PLAIN

ZONES = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/")))
SHANGHAI = "Asia/Shanghai"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def due_at(offset: dict, anchor_at: datetime, zone: str) -> datetime | None:
    return timing.due_at(offset, Anchor(anchor_at, zone), PLAIN)


def slow_due_at(wall: datetime, zone: str) -> datetime:
    """The first minute of the UTC line whose local date and time are at or past the wanted ones, on that day.

    From a day and a half before, minute by minute; in a gap that is the first minute after it.
    """
    local = ZoneInfo(zone)
    moment = wall.replace(tzinfo=UTC) - timedelta(hours=36)
    while moment.astimezone(local).replace(tzinfo=None, fold=0) < wall:
        moment += timedelta(minutes=1)
    return moment


@pytest.mark.parametrize(
    ("offset", "expected"),
    [
        ({"kind": "immediately"}, "2026-03-01T04:00"),
        ({"kind": "minutes", "n": 90}, "2026-03-01T05:30"),
        ({"kind": "hours", "n": 24}, "2026-03-02T04:00"),
        ({"kind": "days", "n": 1, "at": "10:00"}, "2026-03-02T02:00"),
        ({"kind": "days", "n": 0, "at": "20:00"}, "2026-03-01T12:00"),
        ({"kind": "days", "n": 0, "at": "10:00"}, "2026-03-02T02:00"),
        ({"kind": "weekday", "weekday": 6, "at": "13:00"}, "2026-03-01T05:00"),
        ({"kind": "weekday", "weekday": 6, "at": "12:00"}, "2026-03-08T04:00"),
        ({"kind": "weekday", "weekday": 2, "at": "09:30", "n": 1}, "2026-03-11T01:30"),
    ],
)
def test_offset_counts_from_t_in_the_contacts_zone(offset, expected):
    assert due_at(offset, at("2026-03-01T04:00"), SHANGHAI) == at(expected)


def test_time_in_a_gap_is_the_first_instant_after_it():
    assert due_at({"kind": "days", "n": 1, "at": "02:30"}, at("2026-03-28T12:00"), "Europe/Berlin") == at(
        "2026-03-29T01:00"
    )


def test_time_shown_twice_is_its_first_occurrence():
    assert due_at({"kind": "days", "n": 1, "at": "02:30"}, at("2026-10-24T12:00"), "Europe/Berlin") == at(
        "2026-10-25T00:30"
    )


def test_gap_of_half_an_hour_ends_where_the_clocks_go_on():
    # Lord Howe leaps 02:00 -> 02:30 on 4 October 2026.
    found = due_at({"kind": "days", "n": 1, "at": "02:10"}, at("2026-10-02T20:00"), "Australia/Lord_Howe")

    assert found == at("2026-10-03T15:30")


@settings(max_examples=100_000 if os.environ.get("SCRM_DEEP") else 150, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    anchor=st.datetimes(datetime(2024, 1, 1), datetime(2037, 1, 1)),
    days=st.integers(1, 400),
    minute=st.integers(0, 24 * 60 - 1),
)
@example(zone="America/Santiago", anchor=datetime(2026, 9, 5, 12), days=1, minute=15)
@example(zone="Africa/Cairo", anchor=datetime(2026, 4, 23, 12), days=1, minute=30)
@example(zone="Asia/Beirut", anchor=datetime(2026, 3, 28, 12), days=1, minute=0)
@example(zone="America/St_Johns", anchor=datetime(2026, 3, 7, 12), days=1, minute=150)
def test_days_agree_with_the_oracle_in_every_zone(zone, anchor, days, minute):
    anchor_at = anchor.replace(tzinfo=UTC)
    clock_time = f"{minute // 60:02d}:{minute % 60:02d}"
    wall = datetime.combine(
        anchor_at.astimezone(ZoneInfo(zone)).date() + timedelta(days=days), datetime.min.time()
    ) + timedelta(minutes=minute)

    found = due_at({"kind": "days", "n": days, "at": clock_time}, anchor_at, zone)

    assert found == slow_due_at(wall, zone)


@given(
    anchor=st.datetimes(datetime(2024, 1, 1), datetime(2037, 1, 1)),
    weekday=st.integers(0, 6),
    weeks=st.integers(0, 8),
)
def test_weekday_is_that_day_and_within_its_week(anchor, weekday, weeks):
    anchor_at = anchor.replace(tzinfo=UTC)

    found = due_at({"kind": "weekday", "weekday": weekday, "at": "09:30", "n": weeks}, anchor_at, SHANGHAI)

    local = found.astimezone(ZoneInfo(SHANGHAI))
    assert (local.weekday(), local.strftime("%H:%M")) == (weekday, "09:30")
    assert timedelta(0) < found - anchor_at - timedelta(weeks=weeks) <= timedelta(weeks=1)


@dataclass
class Step:
    number: int
    offset: dict


def at_one(offset: dict) -> Anchor:
    return Anchor(at("2026-01-01T00:00"), SHANGHAI)


def test_plan_lists_what_comes_after_a_step():
    steps = [Step(4, {"kind": "immediately"}), Step(1, {"kind": "hours", "n": 1}), Step(2, {"kind": "hours", "n": 5})]

    planned = plan(steps, at_one, PLAIN, after=(4, 1))

    assert [(touch.step_number, touch.due_at.hour) for touch in planned] == [(1, 1), (2, 5)]
    assert [touch.step_number for touch in plan(steps, at_one, PLAIN)] == [4, 1, 2]


def test_a_step_that_repeats_comes_so_many_times_before_the_next():
    weekly = {"kind": "weekday", "weekday": 0, "at": "10:00", "times": 3}
    steps = [Step(7, weekly), Step(8, {"kind": "days", "n": 40, "at": "10:00"})]

    planned = plan(steps, at_one, PLAIN)

    assert [(touch.step_number, touch.occurrence, touch.due_at.date().isoformat()) for touch in planned] == [
        (7, 1, "2026-01-05"),
        (7, 2, "2026-01-12"),
        (7, 3, "2026-01-19"),
        (8, 1, "2026-02-10"),
    ]
    assert following(steps, (7, 2)) == (steps[0], 3)
    assert following(steps, (7, 1), skip=True) == (steps[1], 1)
    assert following(steps, (8, 1)) is None


def test_each_anchor_has_its_time():
    anchors = [Anchor(at("2026-03-01T04:00"), SHANGHAI), Anchor(at("2026-03-01T04:00"), "UTC")]

    found = due_times({"kind": "days", "n": 1, "at": "10:00"}, anchors * 3, PLAIN)

    assert found == {anchors[0]: at("2026-03-02T02:00"), anchors[1]: at("2026-03-02T10:00")}


@pytest.mark.parametrize(
    "offset",
    [
        None,
        {"kind": "yearly"},
        {"kind": "minutes"},
        {"kind": "minutes", "n": True},
        {"kind": "minutes", "n": -1},
        {"kind": "days", "n": 401, "at": "10:00"},
        {"kind": "days", "n": 1, "at": "25:00"},
        {"kind": "days", "n": 1, "at": "T1000"},
        {"kind": "days", "n": 1, "at": "1000Z"},
        {"kind": "days", "n": 1, "at": "9:00"},
        {"kind": "weekday", "weekday": 7, "at": "10:00"},
        {"kind": "immediately", "n": 1},
    ],
)
def test_offset_that_says_no_time_is_refused(offset):
    with pytest.raises(InvalidOffset):
        validate_offset(offset)


def test_offsets_read_as_people_say_them():
    assert offset_words({"kind": "days", "n": 1, "at": "10:00"}) == "T+1 day at 10:00"
    assert offset_words({"kind": "weekday", "weekday": 0, "at": "09:00"}) == "Next Monday at 09:00"
