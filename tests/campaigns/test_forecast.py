"""What is to go out, and what a new version changes."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns import timing
from campaigns.differences import differences
from campaigns.forecast import forecast, reach
from campaigns.timing import Anchor
from scrm.core.workdays import PLAIN

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)  # a Monday noon in Shanghai

OFFSETS = st.one_of(
    st.just({"kind": "immediately"}),
    st.builds(lambda n: {"kind": "minutes", "n": n}, st.integers(0, 5000)),
    st.builds(lambda n: {"kind": "hours", "n": n}, st.integers(0, 200)),
    st.builds(
        lambda n, at: {"kind": "days", "n": n, "at": at}, st.integers(0, 20), st.sampled_from(["00:00", "23:59"])
    ),
    st.builds(lambda n: {"kind": "weeks", "n": n, "at": "23:59"}, st.integers(1, 9)),
    st.just({"kind": "weekend", "at": "00:00"}),
    st.builds(lambda n: {"kind": "workdays", "n": n, "at": "12:00"}, st.integers(0, 40)),
    st.builds(lambda day: {"kind": "monthly", "day": day, "at": "10:00"}, st.integers(1, 31)),
    st.builds(lambda n: {"kind": "moment", "n": n, "at": "10:00"}, st.integers(0, 20)),
    st.builds(
        lambda day, n: {"kind": "weekday", "weekday": day, "at": "02:30", "n": n}, st.integers(0, 6), st.integers(0, 3)
    ),
)
ZONES = st.sampled_from(["Asia/Shanghai", "America/New_York", "Pacific/Kiritimati", "Europe/Berlin"])


def due_at(offset: dict, anchor: datetime, zone: str) -> datetime:
    return timing.due_at(offset, Anchor(anchor, zone), PLAIN)


def steps(*offsets: dict, channel: str = "email") -> list:
    return [SimpleNamespace(offset=offset, channel=channel, number=index) for index, offset in enumerate(offsets)]


def test_days_are_of_the_business_and_past_touches_are_not_counted():
    plan = {1: steps({"kind": "hours", "n": 1}, {"kind": "days", "n": 1, "at": "09:00"})}
    anchors = [(1, "Asia/Shanghai", NOW, 5), (1, "Asia/Shanghai", NOW - timedelta(hours=2), 7)]

    found = forecast(anchors, plan, now=NOW, zone=SHANGHAI, days=7, calendar=PLAIN)

    assert found[date(2026, 3, 2)] == Counter(email=5)
    assert found[date(2026, 3, 3)] == Counter(email=12)
    assert sum(counts.total() for counts in found.values()) == 17


@given(offset=OFFSETS, zone=ZONES, hours=st.integers(-2000, 0))
def test_nothing_falls_due_after_the_reach_of_its_offset(offset, zone, hours):
    anchor = NOW + timedelta(hours=hours)

    assert due_at(offset, anchor, zone) <= anchor + reach(offset)


@given(offset=OFFSETS, zone=ZONES, hours=st.integers(-2000, 100))
def test_the_forecast_is_the_planner_asked_one_by_one(offset, zone, hours):
    anchor = NOW + timedelta(hours=hours)
    due = due_at(offset, anchor, zone)

    found = forecast([(1, zone, anchor, 3)], {1: steps(offset)}, now=NOW, zone=SHANGHAI, days=7, calendar=PLAIN)

    day = due.astimezone(SHANGHAI).date()
    expected = {day: 3} if due > NOW and day in found else {}
    assert {on: counts.total() for on, counts in found.items() if counts} == expected


def drafted(number: int, name: str = "Call", **fields: object) -> dict:
    base = {"number": number, "name": name, "channel": "rep_task", "offset": {"kind": "immediately"}, "body": "Ask."}
    return {**base, **fields}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"body": "Ask again."}, "another text"),
        ({"channel": "email", "subject": ""}, "another channel"),
        ({"subject": "Now"}, "another subject"),
        ({"name": "Ring"}, "name: was “Call”"),
        ({"material": "x"}, "another material"),
        ({"offset": {"kind": "hours", "n": 2}}, "time: At once becomes T+2 hours"),
        ({"offset": {"kind": "hours"}}, "time: At once becomes –"),
    ],
)
def test_a_changed_step_says_how(change, told):
    found = differences([drafted(1)], [drafted(1, **change)])

    assert [(each.kind, each.details) for each in found] == [("changed", (told,))]


def test_only_steps_that_changed_order_have_moved():
    before = [drafted(1, "A"), drafted(2, "B"), drafted(3, "C")]

    inserted = differences(before, [drafted(4, "New"), *before])
    swapped = differences(before, [before[1], before[0], before[2]])

    assert [each.kind for each in inserted] == ["added", "same", "same", "same"]
    assert [(each.name, each.details) for each in swapped] == [
        ("B", ("another place in the order",)),
        ("A", ("another place in the order",)),
        ("C", ()),
    ]


def test_the_same_draft_differs_in_nothing():
    assert {each.kind for each in differences([drafted(1)], [drafted(1, subject="", material="")])} == {"same"}
