"""When a deadline falls due, and which are done."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.hours import read_hours
from lifecycle.deadlines import ENDS_IT, Planned, Term, chase, due_at, first_after, plans, what_is_due
from lifecycle.enums import DeadlineAction, DeadlineUnit
from scrm.core.workdays import WorkCalendar

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
OFFICE = read_hours([[["09:00", "18:00"]]] * 5 + [[], []], "Asia/Shanghai", calendar=WorkCalendar(chinese=True))
NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)  # Friday noon in Shanghai


def term(after: int, unit: str = DeadlineUnit.DAYS, *, working: bool = False, action: str = "remind") -> Term:
    return Term(uuid4(), after, unit, working, action)


@pytest.mark.parametrize(
    ("after", "unit", "working", "due"),
    [
        (3, "hours", False, datetime(2026, 11, 20, 15)),
        (3, "days", False, datetime(2026, 11, 23, 12)),
        (8, "hours", True, datetime(2026, 11, 23, 11)),
        (1, "days", True, datetime(2026, 11, 23, 12)),
        (5, "days", True, datetime(2026, 11, 27, 12)),
    ],
)
def test_time_goes_by_the_clock_or_by_the_business(after, unit, working, due):
    found = due_at(term(after, unit, working=working), NOON, SHANGHAI, OFFICE)

    assert found.astimezone(SHANGHAI).replace(tzinfo=None) == due


def test_without_hours_of_its_own_days_are_those_on_which_china_works():
    before = datetime(2026, 9, 30, 4, tzinfo=UTC)

    found = due_at(term(1, working=True), before, SHANGHAI, None)

    assert found.astimezone(SHANGHAI).date() == date(2026, 10, 8)


def test_a_day_is_the_same_time_whatever_the_clocks_do():
    evening = datetime(2026, 10, 24, 20, tzinfo=BERLIN)

    assert due_at(term(1), evening, BERLIN, None) - evening == timedelta(hours=25)


def naive(planned: Sequence[Planned], actions: dict[UUID, str], noted: Planned, now: datetime) -> list[UUID]:
    """Each minute's work done in its minute, less the reminders that somebody who comes late is spared."""
    done: list[UUID] = []
    for each in sorted(planned):
        if each.at > now:
            break
        if each.at < noted.at or (each.at == noted.at and each.id < noted.id):
            continue
        done = [pk for pk in done if actions[pk] != DeadlineAction.REMIND] + [each.id]
        if actions[each.id] in ENDS_IT:
            break
    return done


@given(
    st.lists(st.tuples(st.integers(1, 8), st.sampled_from(DeadlineAction.values)), min_size=1, max_size=5),
    st.integers(0, 9),
    st.data(),
)
def test_of_several_that_are_due_each_is_done_once_and_none_after_a_move(those, days, data):
    terms = [term(after, action=action) for after, action in those]
    planned = plans(terms, NOON, SHANGHAI, None)
    actions = {each.id: each.action for each in terms}
    noted = data.draw(st.sampled_from(planned))
    now = NOON + timedelta(days=days)

    due = what_is_due(planned, actions, noted, now)

    assert due.now == naive(planned, actions, noted, now)
    ended = bool(due.now) and actions[due.now[-1]] in ENDS_IT
    assert due.next == (None if ended else first_after([each for each in planned if each >= noted], now))


def test_one_that_was_switched_off_is_passed_over():
    later = term(5)
    planned = plans([later], NOON, SHANGHAI, None)

    due = what_is_due(planned, {later.id: "remind"}, Planned(NOON, uuid4()), NOON + timedelta(days=1))

    assert (due.now, due.next) == ([], planned[0])


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=12))
def test_a_circle_is_found_where_somebody_could_go_round(moves):
    names = [UUID(int=number) for number in range(6)]
    ways = [(names[before], names[after]) for before, after in moves]
    reach = {name: {after for before, after in ways if before == name} for name in names}
    for _each in names:
        reach = {name: known.union(*(reach[each] for each in known)) for name, known in reach.items()}

    found = chase(ways)

    assert bool(found) == any(name in reach[name] for name in names)
    assert all(pair in ways for pair in zip(found, [*found[1:], *found[:1]], strict=True))
