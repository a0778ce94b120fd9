"""Plans that count from something of each contact, and steps that come several times."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from accounts.models import CalendarDay
from campaigns.enums import EnrollmentState, Reason, TouchState
from campaigns.models import Enrollment, Touchpoint
from campaigns.preview import preview_steps
from campaigns.selectors import draft_problems, planned_by_day
from commerce.models import Order
from contacts.models import Contact, CustomField
from scheduler.budget import Budget
from scrm.core import clock
from scrm.flows.touchpoint import touchpoints_due
from tests.campaigns.people import mailable, put_in
from tests.factories import make_contact, make_live_sop, make_user, step

SHANGHAI = "Asia/Shanghai"
BIRTHDAY = {"kind": "date", "field": "born", "n": 0, "yearly": True, "at": "10:00"}
IN_TWO_DAYS = {"kind": "days", "n": 2, "at": "10:00"}


@pytest.fixture
def born(acme):
    CustomField.objects.create(code="born", kind="date", label="Birthday", created_at=clock.now())


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(SHANGHAI))


def dues(contact: Contact) -> list[tuple[int, int, datetime, TouchState, str | None]]:
    rows = Touchpoint.objects.filter(contact=contact).order_by("pk")
    return list(rows.values_list("step_number", "occurrence", "due_at", "state", "reason"))


def test_a_step_that_counts_from_a_birthday_is_left_out_where_nobody_knows_it(born):
    sop = make_live_sop(step(offset=BIRTHDAY), step(offset=IN_TWO_DAYS, name="Second"))
    lin, wang = make_contact("Lin", fields={"born": "1990-05-01"}), make_contact("Wang")

    put_in(sop, lin, wang, anchor_at=local("2027-04-01T12:00"), zone=SHANGHAI)

    assert dues(lin) == [(1, 1, local("2027-05-01T10:00"), TouchState.PLANNED, None)]
    (left_out, planned) = dues(wang)
    assert (left_out[0], *left_out[3:]) == (1, TouchState.SKIPPED, Reason.NO_DATE)
    assert planned == (2, 1, local("2027-04-03T10:00"), TouchState.PLANNED, None)


def test_whoever_has_no_step_at_all_is_through_at_once(born):
    sop = make_live_sop(step(offset=BIRTHDAY))

    put_in(sop, make_contact("Wang"))

    run = Enrollment.objects.get()
    assert run.state == EnrollmentState.FINISHED
    assert run.ended_at is not None
    assert Touchpoint.objects.get().finished_at is not None


def test_a_day_that_had_passed_is_left_out_with_its_reason(acme):
    sop = make_live_sop(
        step(offset={"kind": "fixed", "date": "2026-01-01", "at": "10:00"}), step(offset=IN_TWO_DAYS, name="Second")
    )
    lin = make_contact()

    put_in(sop, lin, anchor_at=local("2027-04-01T12:00"), zone=SHANGHAI)

    assert [(row[0], row[4]) for row in dues(lin)] == [(1, Reason.DAY_PASSED), (2, None)]


def test_a_step_that_repeats_is_planned_one_after_the_other(acme, memory):
    weekly = {"kind": "weekday", "weekday": 0, "at": "10:00", "times": 2}
    sop = make_live_sop(step("email", weekly), step("email", {"kind": "days", "n": 390, "at": "10:00"}, name="B"))
    [lin] = mailable("Lin")
    # Both Mondays are past, so that both go out now, and the step after them lies ahead.
    anchor_at = clock.now() - timedelta(days=30)
    put_in(sop, lin, anchor_at=anchor_at, zone="UTC")
    assert [row[:2] for row in dues(lin)] == [(1, 1)]

    touchpoints_due(Budget(10))

    first, second, third = dues(lin)
    assert [each[:2] for each in (first, second, third)] == [(1, 1), (1, 2), (2, 1)]
    assert second[2] - first[2] == timedelta(weeks=1)
    assert [each[3] for each in (first, second, third)] == [TouchState.SENT, TouchState.SENT, TouchState.PLANNED]
    assert len(memory.taken) == 2


def test_the_days_of_the_business_count(acme):
    CalendarDay.objects.create(day=date(2036, 4, 2), works=False)
    sop = make_live_sop(step(offset={"kind": "workdays", "n": 1, "at": "10:00"}))
    lin = make_contact()

    # A Tuesday; the Wednesday is free.
    put_in(sop, lin, anchor_at=local("2036-04-01T12:00"), zone=SHANGHAI)

    assert dues(lin)[0][2] == local("2036-04-03T10:00")


def test_the_moment_in_which_they_buy_is_their_own(acme):
    sop = make_live_sop(step(offset={"kind": "moment", "n": 1, "at": "10:00"}))
    lin, wang = make_contact("Lin"), make_contact("Wang")
    bought = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)  # 20:30 in Shanghai
    for number in range(2):
        at = bought + timedelta(days=number)
        Order.objects.create(contact=lin, platform="shop", number=number, amount=1, ordered_at=at, updated_at=at)

    put_in(sop, lin, wang, anchor_at=local("2026-04-01T12:00"), zone=SHANGHAI)

    assert dues(lin)[0][2] == local("2026-04-02T20:30")
    assert dues(wang)[0][2] == local("2026-04-02T10:00")


def test_the_next_order_is_expected_from_those_before(acme):
    sop = make_live_sop(step(offset={"kind": "next_order", "n": -2, "at": "10:00"}))
    lin, wang = make_contact("Lin"), make_contact("Wang")
    for day in (1, 11, 21):
        at = local(f"2026-03-{day:02}T12:00")
        Order.objects.create(contact=lin, platform="shop", number=day, amount=1, ordered_at=at, updated_at=at)
    Order.objects.create(contact=wang, platform="shop", number=99, amount=1, ordered_at=at, updated_at=at)

    put_in(sop, lin, wang, anchor_at=local("2026-03-22T12:00"), zone=SHANGHAI)

    assert dues(lin)[0][2] == local("2026-03-29T10:00")
    assert dues(wang)[0][4] == Reason.NO_DATE


def test_what_counts_from_dates_is_forecast_from_what_is_planned(born):
    sop = make_live_sop(step(offset=BIRTHDAY))
    put_in(sop, make_contact("Lin", fields={"born": "1990-05-01"}), anchor_at=local("2036-04-01T12:00"), zone=SHANGHAI)

    found = planned_by_day(make_user("ada", "principal"), sop, since=clock.now())

    assert list(found) == [(local("2036-05-01T10:00"), "rep_task", 1)]


def test_a_draft_may_count_from_dates_that_there_are(acme):
    sop = make_live_sop()
    sop.draft_steps = [{**step(offset=BIRTHDAY), "number": 1}, {**step(), "number": 2}]

    assert draft_problems(sop) == {"steps.0.offset": "There is no such date of customers: choose another."}
    CustomField.objects.create(code="born", kind="date", label="Birthday", created_at=clock.now())
    assert draft_problems(sop) == {}
    sop.draft_steps[0]["offset"] = {"kind": "hours", "n": 1}
    assert list(draft_problems(sop)) == ["steps.1.offset"]


def test_the_preview_says_why_somebody_gets_none(born):
    [shown] = preview_steps([step(offset=BIRTHDAY)], make_contact("Wang"), clock.now())

    assert shown.due_at is None
    assert shown.when == "Birthday at 10:00 (The date that it counts from is not known)"
