"""Every kind of time rule, against an oracle that looks at one day after the other."""

from calendar import isleap, monthrange
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from campaigns.timing import Anchor, InvalidOffset, always_before, due_at, need_of, offset_words, validate_offset
from scrm.core.workdays import PLAIN, WorkCalendar
from tests.campaigns.test_planner import slow_due_at

SHANGHAI = "Asia/Shanghai"
CHINA = WorkCalendar(chinese=True)
ZONES = st.sampled_from([SHANGHAI, "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "UTC"])
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC))
CLOCKS = st.sampled_from(["00:00", "02:15", "09:30", "23:59"])
DATES = st.dates(date(1930, 1, 1), date(2035, 12, 31))


def nth_day(fits: Callable[[date], bool], at: str, anchor_at: datetime, zone: str, place: int = 1) -> datetime:
    """The place-th day that fits and whose time lies after T."""
    clock = time.fromisoformat(at)
    day = anchor_at.astimezone(ZoneInfo(zone)).date()
    while True:
        if fits(day):
            moment = slow_due_at(datetime.combine(day, clock), zone)
            if moment > anchor_at:
                place -= 1
            if not place:
                return moment
        day += timedelta(days=1)


def shanghai(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(SHANGHAI))


@given(anchor_at=MOMENTS, zone=ZONES, at=CLOCKS, day=st.integers(1, 31), place=st.integers(1, 5))
@example(anchor_at=datetime(2026, 1, 31, 20, tzinfo=UTC), zone=SHANGHAI, at="09:30", day=31, place=2)
def test_a_day_of_the_month(anchor_at, zone, at, day, place):
    def fits(on: date) -> bool:
        return on.day == min(day, monthrange(on.year, on.month)[1])

    offset = {"kind": "monthly", "day": day, "at": at, "times": 5}

    assert due_at(offset, Anchor(anchor_at, zone), PLAIN, place) == nth_day(fits, at, anchor_at, zone, place)


@given(anchor_at=MOMENTS, zone=ZONES, at=CLOCKS, born=DATES, n=st.integers(-400, 400), place=st.integers(1, 2))
@example(anchor_at=datetime(2026, 2, 1, tzinfo=UTC), zone="UTC", at="09:30", born=date(1996, 2, 29), n=0, place=1)
@example(anchor_at=datetime(2027, 12, 30, tzinfo=UTC), zone="UTC", at="09:30", born=date(1996, 2, 29), n=-3, place=1)
def test_a_date_that_returns_every_year(anchor_at, zone, at, born, n, place):
    def fits(on: date) -> bool:
        day = on - timedelta(days=n)
        if born.month == 2 and born.day == 29 and not isleap(day.year):
            return day.year >= born.year and (day.month, day.day) == (2, 28)
        return day >= born and (day.month, day.day) == (born.month, born.day)

    offset = {"kind": "date", "field": "birthday", "n": n, "yearly": True, "at": at, "times": 2}

    found = due_at(offset, Anchor(anchor_at, zone, born), PLAIN, place)

    assert found == nth_day(fits, at, anchor_at, zone, place)


@given(
    anchor_at=MOMENTS,
    zone=ZONES,
    at=CLOCKS,
    n=st.integers(0, 25),
    own=st.dictionaries(st.integers(-5, 40), st.booleans(), max_size=12),
)
def test_working_days_are_counted_with_those_of_the_business(anchor_at, zone, at, n, own):
    begin = anchor_at.astimezone(ZoneInfo(zone)).date()
    said = {begin + timedelta(days=away): works for away, works in own.items()}

    def fits(on: date) -> bool:
        return said.get(on, on.weekday() < 5) and (n == 0 or on > begin)

    found = due_at({"kind": "workdays", "n": n, "at": at}, Anchor(anchor_at, zone), WorkCalendar(own=said))

    assert found == nth_day(fits, at, anchor_at, zone, max(n, 1))


@given(anchor_at=MOMENTS, zone=ZONES, at=CLOCKS)
def test_the_weekend_is_the_next_day_of_one(anchor_at, zone, at):
    found = due_at({"kind": "weekend", "at": at}, Anchor(anchor_at, zone), PLAIN)

    assert found == nth_day(lambda on: on.weekday() >= 5, at, anchor_at, zone)


@given(anchor_at=MOMENTS, zone=ZONES, at=CLOCKS, n=st.integers(1, 57))
def test_weeks_keep_the_weekday(anchor_at, zone, at, n):
    begin = anchor_at.astimezone(ZoneInfo(zone)).date()

    found = due_at({"kind": "weeks", "n": n, "at": at}, Anchor(anchor_at, zone), PLAIN)

    assert found == nth_day(lambda on: on == begin + timedelta(weeks=n), at, anchor_at, zone)


@pytest.mark.parametrize(
    ("offset", "anchor_at", "expected"),
    [
        # The National Day holiday of 2026 lasts from 1 to 7 October; Saturday the 10th makes up for it.
        ({"kind": "workdays", "n": 1, "at": "10:00"}, "2026-09-30T12:00", "2026-10-08T10:00"),
        ({"kind": "workdays", "n": 3, "at": "10:00"}, "2026-09-30T12:00", "2026-10-10T10:00"),
        ({"kind": "workdays", "n": 0, "at": "10:00"}, "2026-10-01T09:00", "2026-10-08T10:00"),
        ({"kind": "weekend", "at": "10:00"}, "2026-10-08T09:00", "2026-10-11T10:00"),
    ],
)
def test_holidays_and_the_days_that_make_up_for_them(offset, anchor_at, expected):
    assert due_at(offset, Anchor(shanghai(anchor_at), SHANGHAI), CHINA) == shanghai(expected)


def test_of_years_that_nobody_decreed_monday_to_friday_are_worked():
    assert not CHINA.knows(date(2036, 10, 1))
    assert CHINA.works(date(2036, 10, 1))
    assert PLAIN.knows(date(2036, 10, 1))


def test_the_business_has_the_last_word_on_a_day():
    own = WorkCalendar(chinese=True, own={date(2026, 10, 1): True, date(2026, 11, 2): False})

    told = [(own.works(day), own.is_holiday(day)) for day in (date(2026, 10, 1), date(2026, 11, 2))]
    assert told == [(True, False), (False, True)]


AT_TEN = {"at": "10:00"}


@pytest.mark.parametrize(
    ("offset", "anchor", "expected"),
    [
        ({"kind": "fixed", "date": "2026-11-11", **AT_TEN}, {}, "2026-11-11T10:00"),
        ({"kind": "fixed", "date": "2026-03-01", **AT_TEN}, {}, None),
        ({"kind": "date", "field": "ends_on", "n": -7, **AT_TEN}, {"day": date(2026, 6, 10)}, "2026-06-03T10:00"),
        ({"kind": "date", "field": "ends_on", "n": -7, **AT_TEN}, {"day": date(2026, 3, 6)}, None),
        ({"kind": "date", "field": "ends_on", **AT_TEN}, {}, None),
        ({"kind": "date", "field": "born", "yearly": True, **AT_TEN}, {}, None),
        ({"kind": "date", "field": "born", "yearly": True, **AT_TEN}, {"day": date(9999, 12, 31)}, None),
        ({"kind": "next_order", "n": 2, **AT_TEN}, {"day": date(2026, 3, 10)}, "2026-03-12T10:00"),
        ({"kind": "next_order", "n": 0, **AT_TEN}, {}, None),
        ({"kind": "moment", "n": 1, **AT_TEN}, {"usual": time(20, 30)}, "2026-03-02T20:30"),
        ({"kind": "moment", "n": 1, **AT_TEN}, {}, "2026-03-02T10:00"),
        ({"kind": "moment", "n": 0, **AT_TEN}, {"usual": time(8, 0)}, "2026-03-02T08:00"),
    ],
)
def test_what_counts_from_something_of_theirs(offset, anchor, expected):
    begin = Anchor(shanghai("2026-03-01T12:00"), SHANGHAI, **anchor)

    assert due_at(validate_offset(offset), begin, PLAIN) == (shanghai(expected) if expected else None)


@pytest.mark.parametrize(
    ("offset", "need"),
    [
        ({"kind": "date", "field": "born", **AT_TEN}, "field:born"),
        ({"kind": "next_order", **AT_TEN}, "next_order"),
        ({"kind": "moment", "n": 0, **AT_TEN}, "moment"),
        ({"kind": "days", "n": 0, **AT_TEN}, None),
    ],
)
def test_a_rule_says_what_has_to_be_known(offset, need):
    assert need_of(offset) == need


@pytest.mark.parametrize(
    ("offset", "words"),
    [
        ({"kind": "weeks", "n": 1, **AT_TEN}, "T+1 week at 10:00"),
        ({"kind": "weekday", "weekday": 2, "times": 4, **AT_TEN}, "Next Wednesday at 10:00, 4 times"),
        ({"kind": "weekend", **AT_TEN}, "Next weekend at 10:00"),
        ({"kind": "workdays", "n": 0, **AT_TEN}, "Next working day at 10:00"),
        ({"kind": "workdays", "n": 2, **AT_TEN}, "T+2 working days at 10:00"),
        ({"kind": "monthly", "day": 8, **AT_TEN}, "Day 8 of the month at 10:00"),
        ({"kind": "date", "field": "born", "n": -3, "yearly": True, **AT_TEN}, "3 days before: Birthday, at 10:00"),
        ({"kind": "date", "field": "born", "yearly": True, **AT_TEN}, "Birthday at 10:00"),
        ({"kind": "next_order", "n": 1, **AT_TEN}, "1 day after: Expected next order, at 10:00"),
        ({"kind": "moment", "n": 2, **AT_TEN}, "T+2 days when they usually buy, else at 10:00"),
    ],
)
def test_rules_read_as_people_say_them(offset, words):
    assert offset_words(validate_offset(offset), {"born": "Birthday"}) == words


@pytest.mark.parametrize(
    "offset",
    [
        {"kind": "weeks", "n": 0, **AT_TEN},
        {"kind": "weekday", "weekday": 1, "times": 61, **AT_TEN},
        {"kind": "monthly", "day": 32, **AT_TEN},
        {"kind": "monthly", "day": 0, **AT_TEN},
        {"kind": "fixed", "date": "2026-02-30", **AT_TEN},
        {"kind": "fixed", "date": "11.11.2026", **AT_TEN},
        {"kind": "date", "field": "", **AT_TEN},
        {"kind": "date", "field": "Born'; --", **AT_TEN},
        {"kind": "date", "field": "born", "n": 401, **AT_TEN},
        {"kind": "date", "field": "born", "times": 2, **AT_TEN},
        {"kind": "date", "field": "born", "yearly": "yes", **AT_TEN},
        {"kind": "moment", "n": 1},
        {"kind": "weekend"},
    ],
)
def test_a_rule_that_says_no_time_is_refused(offset):
    with pytest.raises(InvalidOffset):
        validate_offset(offset)


@pytest.mark.parametrize(
    ("offset", "above", "expected"),
    [
        ({"kind": "days", "n": 1, **AT_TEN}, {"kind": "days", "n": 3, **AT_TEN}, True),
        ({"kind": "days", "n": 3, **AT_TEN}, {"kind": "days", "n": 1, **AT_TEN}, False),
        ({"kind": "days", "n": 3, **AT_TEN}, {"kind": "weekday", "weekday": 0, **AT_TEN}, False),
        ({"kind": "days", "n": 3, **AT_TEN}, {"kind": "weekday", "weekday": 0, "times": 4, **AT_TEN}, True),
        ({"kind": "immediately"}, {"kind": "hours", "n": 1}, True),
        ({"kind": "immediately"}, {"kind": "immediately"}, False),
        ({"kind": "days", "n": 1, **AT_TEN}, {"kind": "fixed", "date": "2036-01-01", **AT_TEN}, False),
    ],
)
def test_a_step_before_the_one_above_it_is_seen(offset, above, expected):
    assert always_before(offset, above) is expected
