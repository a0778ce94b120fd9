"""A customer asked to wait: the time to answer stands still, and runs on when the day comes or they come back."""

import os
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import AuditEntry, Department
from accounts.services_duty import save_hours
from alerts.enums import AlertKind
from alerts.models import Alert
from contacts.enums import PutBack
from events.inputs import Happening
from events.models import EventType
from leads.enums import PauseEnd, PauseReason, ResponseEnd, ResponseStep
from leads.models import Lead, ResponseClock, ResponsePause, ResponseRule
from leads.selectors import leads_to_take, responses_kept
from leads.services import hold_clock, save_response_rule
from leads.upkeep import start_working
from scheduler.budget import Budget
from scheduler.models import WakeUp
from scheduler.services import due_work
from scrm.core import clock
from scrm.core.tenancy import on_platform
from scrm.flows.arrival import lead_arrived
from scrm.flows.engagement import events_happened
from scrm.flows.pool_queries import Patience, idle_contacts
from scrm.flows.releasing import customers_released
from scrm.flows.response_pauses import pauses_due, response_paused, response_resumed
from scrm.flows.responses import responses_due
from scrm.flows.starter import lay_out_tenant
from tests.factories import make_user
from tests.flows.arrivals import make_arrival

HALF_HOUR = {"minutes": 30, "within_hours": False, "remind_before": 10, "escalate_after": 0, "take_after": None}
START = datetime(2026, 9, 7, 1, tzinfo=UTC)
"""A Monday, 9:00 in Shanghai."""


@pytest.fixture
def shop(acme):
    lay_out_tenant()
    return Department.objects.create(name="Shop")


@pytest.fixture
def ben(shop):
    make_user("ada", role="manager", department=shop)
    return make_user("ben", takes_leads=True, department=shop)


def rule(**fields) -> ResponseRule:
    return save_response_rule(rule=None, source=None, by=None, now=START, **HALF_HOUR | fields)


def arrive(number=1, *, now=START, **said) -> Lead:
    [outcome] = lead_arrived([make_arrival(number, **said)], now=now)
    return Lead.objects.get(pk=outcome.lead_id)


def after(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def pause(lead, *, at, until, reason=PauseReason.ASKED, by=None) -> bool:
    return response_paused(lead, reason=reason, until=after(until), by=by, now=after(at))


def drain() -> None:
    responses_due(Budget(10))


def kinds(user) -> list[str]:
    return list(Alert.objects.filter(recipient=user).order_by("created_at", "pk").values_list("kind", flat=True))


def the_clock() -> ResponseClock:
    return ResponseClock.objects.get()


def test_time_stands_still_until_the_day_and_then_goes_on_where_it_was(ben, acme):
    rule()
    lead = arrive()
    with on_platform():
        WakeUp.objects.filter(tenant=acme).delete()

    assert pause(lead, at=5, until=1000, by=ben)

    waits = the_clock()
    assert (waits.paused_at, waits.next_at, waits.due_at) == (after(5), after(1000), after(1025))
    assert WakeUp.objects.get(tenant=acme).due_at <= waits.next_at
    held = ResponsePause.objects.get()
    assert (held.reason, held.by, held.until, held.ended_at) == (PauseReason.ASKED, ben, after(1000), None)
    entry = AuditEntry.objects.get(action="response.paused")
    assert (entry.actor, entry.details["reason"]) == (ben, "asked")


def test_when_the_day_comes_it_runs_on_from_that_very_moment_and_its_owner_hears(ben):
    rule()
    lead = arrive()
    pause(lead, at=5, until=1000)

    drain()

    waits = the_clock()
    assert (waits.paused_at, waits.resumed_at, waits.spent) == (None, after(1000), timedelta(minutes=5))
    assert (waits.due_at, waits.paused_for) == (after(1025), timedelta(minutes=995))
    assert ResponsePause.objects.get().ended_as == PauseEnd.DAY
    # All of it lies in the past: what came last is taken at once.
    assert kinds(ben) == [AlertKind.LEAD_ASSIGNED, AlertKind.ANSWER_AGAIN]
    assert waits.step == ""


def test_nobody_is_reminded_while_it_stands_still(ben):
    rule()
    lead = arrive()
    ahead = (clock.now() - START).total_seconds() / 60 + 60
    pause(lead, at=19, until=ahead)

    drain()
    drain()

    assert kinds(ben) == [AlertKind.LEAD_ASSIGNED]
    assert the_clock().step == ResponseStep.REMIND


def test_nothing_is_taken_away_while_it_stands_still(ben):
    make_user("bea", takes_leads=True)
    rule(remind_before=None, escalate_after=None, take_after=0)
    lead = arrive(owner_id=ben.pk)
    pause(lead, at=5, until=(clock.now() - START).total_seconds() / 60 + 60)
    # As if the day had come while nobody ran what is due.
    ResponseClock.objects.update(next_at=after(60))

    assert leads_to_take(limit=9, now=clock.now()) == []
    assert hold_clock(lead_id=lead.pk, now=clock.now()) is None


def test_customer_who_comes_back_is_waited_for_no_more(ben):
    rule()
    lead = arrive()
    pause(lead, at=5, until=1000, reason=PauseReason.CUSTOMER)
    opened = Happening(lead.contact_id, "page_visited", after(60), "page:1", {"url": "/a"})

    events_happened([opened], now=after(60))

    waits = the_clock()
    assert (waits.paused_at, waits.resumed_at, waits.due_at) == (None, after(60), after(85))
    assert (waits.step, waits.next_at) == (ResponseStep.REMIND, after(75))
    assert ResponsePause.objects.get().ended_as == PauseEnd.CAME
    assert kinds(ben)[-1] == AlertKind.ANSWER_AGAIN


def test_new_enquiry_of_theirs_lets_the_old_one_run_on(ben):
    rule()
    first = arrive()
    pause(first, at=5, until=1000)

    arrive(1, now=after(60), key="lead:again")

    assert ResponseClock.objects.get(lead=first).resumed_at == after(60)


def test_it_runs_on_although_its_rule_was_switched_off(ben):
    terms = rule()
    first = arrive()
    pause(first, at=5, until=1000)
    ResponseRule.objects.filter(pk=terms.pk).update(active=False)

    arrive(1, now=after(60), key="lead:again")

    assert ResponseClock.objects.get().resumed_at == after(60)


@pytest.mark.parametrize(
    "happening",
    [
        ("mail_sent", 60),
        ("page_visited", 4),
    ],
    ids=["done to them", "before they asked to wait"],
)
def test_what_is_no_coming_back_changes_nothing(ben, happening):
    EventType.objects.get_or_create(code="mail_sent", defaults={"name": "Sent", "engaging": False, "properties": {}})
    rule()
    lead = arrive()
    pause(lead, at=5, until=1000)
    code, minutes = happening

    [outcome] = events_happened([Happening(lead.contact_id, code, after(minutes), "x:1", {})], now=after(60))

    assert outcome.new
    assert the_clock().paused_at == after(5)


def test_somebody_else_who_comes_back_changes_nothing(ben):
    rule()
    lead, other = arrive(1), arrive(2)
    pause(lead, at=5, until=1000)

    events_happened([Happening(other.contact_id, "page_visited", after(60), "x:1", {"url": "/a"})], now=after(60))

    assert ResponseClock.objects.get(lead=lead).paused_at == after(5)


def test_somebody_lets_it_run_on(ben):
    rule()
    lead = arrive()
    pause(lead, at=5, until=1000)

    assert response_resumed(lead, by=ben, now=after(35))
    assert not response_resumed(lead, by=ben, now=after(36))

    assert (the_clock().due_at, ResponsePause.objects.get().ended_as) == (after(60), PauseEnd.HAND)
    assert kinds(ben) == [AlertKind.LEAD_ASSIGNED]


def test_another_day_is_chosen_while_it_stands_still(ben):
    rule()
    lead = arrive()
    pause(lead, at=5, until=100)

    pause(lead, at=50, until=200, reason=PauseReason.CUSTOMER)

    waits = the_clock()
    assert (waits.paused_at, waits.spent, waits.due_at) == (after(5), timedelta(minutes=5), after(225))
    pauses = ResponsePause.objects.order_by("at").values_list("reason", "ended_as")
    assert list(pauses) == [("asked", PauseEnd.HAND), ("customer", "")]


def test_answer_while_it_stands_still_is_in_time(ben):
    ada = make_user("ops", role="ops")
    rule()
    lead = arrive()
    pause(lead, at=5, until=1000)

    start_working(lead_ids=[lead.pk], by=None, now=after(500))

    waits = the_clock()
    assert (waits.ended_as, waits.paused_at, waits.next_at) == (ResponseEnd.MET, None, None)
    assert ResponsePause.objects.get().ended_as == PauseEnd.OVER
    # Five minutes: nobody answers for the time in which they were to wait.
    [kept] = responses_kept(ada, by="owner", since=START, now=after(600))
    assert (kept.met, kept.median) == (1, timedelta(minutes=5))
    assert not pause(lead, at=501, until=1000)


def test_what_was_late_before_stays_late(ben):
    rule()
    lead = arrive()
    pause(lead, at=40, until=1000)

    assert the_clock().due_at == after(30)
    start_working(lead_ids=[lead.pk], by=None, now=after(900))
    assert the_clock().ended_as == ResponseEnd.LATE


def test_time_counts_in_opening_hours_on_both_sides_of_the_pause(ben, shop):
    week = [[["09:00", "18:00"]]] * 5 + [[], []]
    save_hours(department=shop, week=week, follows_holidays=False, zone="Asia/Shanghai", by=None, now=START)
    rule(within_hours=True, minutes=600)
    lead = arrive()
    # Eight of ten hours are left on Monday at 11:00, and six on Thursday at 11:00.
    pause(lead, at=120, until=3 * 24 * 60)

    waits = the_clock()
    assert waits.spent == timedelta(hours=2)
    # Thursday 9:00 until 17:00.
    assert waits.due_at == after(3 * 24 * 60 + 480)


def test_who_goes_to_the_pool_is_not_waited_for(ben):
    rule()
    lead = arrive()
    pause(lead, at=5, until=1000)

    with due_work():
        customers_released([lead.contact_id], reason=PutBack.UNANSWERED, by=None, now=after(60))

    waits = the_clock()
    assert (waits.paused_at, waits.next_at) == (None, None)
    assert ResponsePause.objects.get().ended_as == PauseEnd.OVER
    drain()
    assert the_clock().resumed_at is None


def test_whom_somebody_waits_for_is_not_idle(ben):
    rule()
    lead = arrive()
    patience = Patience({}, 1, 30)
    assert idle_contacts([lead.contact_id], patience=patience, now=after(3 * 1440)) == {lead.contact_id: ben.pk}

    pause(lead, at=5, until=4 * 1440)

    assert idle_contacts([lead.contact_id], patience=patience, now=after(3 * 1440)) == {}


def test_and_cai_has_no_pause_of_it(ben, globex):
    assert not ResponsePause.objects.exists()


WEEKS = st.lists(
    st.sets(st.integers(0, 24), min_size=2, max_size=4)
    .map(sorted)
    .map(lambda ends: list(zip(ends[::2], ends[1::2], strict=False))),
    min_size=7,
    max_size=7,
)
GAPS = st.lists(
    st.tuples(st.integers(1, 900), st.integers(1, 3000), st.sampled_from(["day", "hand", "again"])),
    min_size=1,
    max_size=4,
)


@settings(
    max_examples=300 if os.environ.get("SCRM_DEEP") else 8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(week=WEEKS, minutes=st.integers(30, 2000), gaps=GAPS)
def test_due_time_is_where_a_walk_by_minutes_ends(ben, shop, week, minutes, gaps):
    """Whatever pauses and hours there are: a minute counts when it is open and nobody waits for the customer."""
    with transaction.atomic():
        hours = [[[f"{opens:02}:00", f"{closes:02}:00"] for opens, closes in day] for day in week]
        save_hours(department=shop, week=hours, follows_holidays=False, zone="Asia/Shanghai", by=None, now=START)
        rule(within_hours=True, minutes=minutes, remind_before=None)
        lead = arrive()
        paused, at = [], 0
        for gap, length, end in gaps:
            begins, at = at + gap, at + gap + length
            if end == "again":
                pause(lead, at=begins, until=begins + 1)
                pause(lead, at=begins, until=at)
            else:
                pause(lead, at=begins, until=at + (60 if end == "hand" else 0))
            paused.append(range(begins, at))
            if end == "hand":
                response_resumed(lead, by=None, now=after(at))
            else:
                assert pauses_due() is False
        found = the_clock()

        assert found.due_at == after(walked(week, minutes, paused))
        assert found.paused_for == timedelta(minutes=sum(map(len, paused)))
        transaction.set_rollback(True)


def walked(week, minutes: int, paused: list[range]) -> int:
    """The minute, from Monday 9:00 on, after which so many counted."""
    counted, at = 0, 0
    while True:
        if not any(at in span for span in paused) and _is_open(week, at):
            counted += 1
            if counted == minutes:
                return at + 1
        at += 1


def _is_open(week, at: int) -> bool:
    day, minute = divmod(9 * 60 + at, 24 * 60)
    return any(opens * 60 <= minute < closes * 60 for opens, closes in week[day % 7])
