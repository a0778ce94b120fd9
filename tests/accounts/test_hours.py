"""Opening hours: against a walk minute by minute."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from chinese_calendar import get_holiday_detail
from hypothesis import given
from hypothesis import strategies as st

from accounts.hours import Hours, after_open_minutes, is_open, open_minutes, problem_of, read_hours
from scrm.core.workdays import WorkCalendar

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
CHINA = WorkCalendar(chinese=True)
NINE_TO_SIX = (((540, 720), (780, 1080)),) * 5 + ((), ())


@st.composite
def weeks(draw):
    def day():
        ends = sorted(draw(st.sets(st.integers(0, 1440), min_size=0, max_size=4)))
        return tuple(zip(ends[0::2], ends[1::2], strict=False))

    return tuple(day() for _ in range(7))


def moments():
    # The oracle knows the holidays of no year to come.
    start = datetime(2025, 11, 1, tzinfo=UTC)
    return st.integers(0, 400 * 24 * 60).map(lambda minutes: start + timedelta(minutes=minutes))


def is_open_by_the_clock(hours: Hours, moment: datetime) -> bool:
    """Read off a clock on the wall."""
    local = moment.astimezone(hours.zone)
    spans = hours.week[local.weekday()]
    free, name = get_holiday_detail(local.date())
    if hours.calendar and name is not None:
        spans = () if free else hours.week[0] if local.weekday() >= 5 else spans
    return any(opens <= local.hour * 60 + local.minute < closes for opens, closes in spans)


@given(weeks(), moments(), st.integers(1, 600), st.booleans())
def test_due_time_is_where_a_walk_by_minutes_ends(week, since, minutes, holidays):
    hours = Hours(week, SHANGHAI, CHINA if holidays else None)
    if hours.never_opens:
        assert after_open_minutes(hours, since, minutes) == since + timedelta(minutes=minutes)
        return
    due = after_open_minutes(hours, since, minutes)

    if due - since > timedelta(days=4):
        return
    walked, at = 0, since
    while walked < minutes:
        walked += is_open_by_the_clock(hours, at)
        at += timedelta(minutes=1)
    assert due == at
    assert round(open_minutes(hours, since, due)) == minutes


@given(weeks(), moments(), st.booleans())
def test_open_is_what_the_clock_on_the_wall_says(week, moment, holidays):
    hours = Hours(week, SHANGHAI, CHINA if holidays else None)

    assert is_open(hours, moment) == is_open_by_the_clock(hours, moment)


def test_night_between_friday_and_monday_does_not_count():
    hours = Hours(NINE_TO_SIX, SHANGHAI)
    friday_evening = datetime(2026, 11, 20, 17, 50, tzinfo=SHANGHAI)

    assert after_open_minutes(hours, friday_evening, 30) == datetime(2026, 11, 23, 9, 20, tzinfo=SHANGHAI)


def test_saturday_of_a_holiday_is_closed_where_other_saturdays_are_open():
    hours = Hours((((540, 1080),),) * 7, SHANGHAI, CHINA)
    noon = datetime(2025, 10, 4, 12, tzinfo=SHANGHAI)

    assert not is_open(hours, noon)
    assert is_open(hours, noon + timedelta(days=28))


def test_holiday_is_closed_and_the_sunday_that_makes_up_for_it_is_open():
    hours = Hours(NINE_TO_SIX, SHANGHAI, CHINA)

    assert not is_open(hours, datetime(2026, 10, 1, 10, tzinfo=SHANGHAI))
    assert is_open(hours, datetime(2026, 9, 20, 10, tzinfo=SHANGHAI))
    assert not is_open(Hours(NINE_TO_SIX, SHANGHAI), datetime(2026, 9, 20, 10, tzinfo=SHANGHAI))


def test_hour_that_the_clock_leaves_out_is_not_worked():
    always = Hours((((0, 1440),),) * 7, BERLIN)
    before = datetime(2026, 3, 29, 0, tzinfo=BERLIN)

    assert open_minutes(always, before, datetime(2026, 3, 30, 0, tzinfo=BERLIN)) == 23 * 60


def test_without_hours_the_clock_alone_counts():
    now = datetime(2026, 11, 21, tzinfo=UTC)

    assert after_open_minutes(None, now, 30) == now + timedelta(minutes=30)
    assert is_open(None, now)


@pytest.mark.parametrize(
    ("week", "wrong"),
    [
        ([[["09:00", "18:00"]]] * 7, False),
        ([[["00:00", "24:00"]]] * 7, False),
        ([[["18:00", "09:00"]]] * 7, True),
        ([[["09:00", "12:00"], ["11:00", "18:00"]]] * 7, True),
        ([[["09:00", "25:00"]]] * 7, True),
        ([[["noon"]]] * 7, True),
        ([[]] * 6, True),
        ("nonsense", True),
    ],
)
def test_hours_that_can_t_be_are_refused(week, wrong):
    assert bool(problem_of(week, "")) is wrong
    assert problem_of([[]] * 7, "Mars/Olympus")
    if not wrong:
        assert read_hours(week, "UTC", calendar=None)
