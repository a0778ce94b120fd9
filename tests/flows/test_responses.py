"""A lead waits for its first answer: reminded, escalated, taken away, and never twice."""

import contextlib
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django_tenants.utils import tenant_context

from accounts.models import AuditEntry, Department
from accounts.services_duty import save_duty, save_hours
from alerts.enums import AlertKind
from alerts.models import Alert
from leads.enums import PauseReason, ResponseEnd, ResponseStep, TakenTo
from leads.models import Lead, ResponseClock, ResponseRule, Source
from leads.responses import Promise, next_step, step_to_take
from leads.selectors import leads_to_take, responses_kept
from leads.services import save_response_rule
from leads.upkeep import start_working
from scheduler.budget import Budget
from scheduler.models import WakeUp
from scrm.core import clock
from scrm.flows import responses
from scrm.flows.arrival import lead_arrived
from scrm.flows.progress import lead_lost, lead_won
from scrm.flows.response_pauses import response_paused
from scrm.flows.responses import responses_due
from scrm.flows.starter import lay_out_tenant
from tenants.models import Tenant
from tests.factories import make_user
from tests.flows.arrivals import make_arrival


@pytest.fixture
def shop(acme):
    lay_out_tenant()
    return Department.objects.create(name="Shop")


@pytest.fixture
def ada(shop):
    return make_user("ada", role="manager", department=shop)


@pytest.fixture
def ben(shop, ada):
    return make_user("ben", takes_leads=True, department=shop)


@pytest.fixture
def later(monkeypatch):
    """Moves the clock on; the test ends at the time of the database again."""

    def move(**length):
        clock.set_offset(clock._offset + timedelta(**length))

    yield move
    clock.set_offset(timedelta(0))


def rule(source=None, **fields) -> ResponseRule:
    said = {"minutes": 30, "within_hours": False, "remind_before": 10, "escalate_after": 0, "take_after": 60, **fields}
    return save_response_rule(rule=None, source=source, by=None, now=clock.now(), **said)


def arrive(number=1, **said) -> Lead:
    [outcome] = lead_arrived([make_arrival(number, **said)], now=clock.now())
    return Lead.objects.get(pk=outcome.lead_id)


def drain() -> None:
    responses_due(Budget(10))


def kinds(user) -> list[str]:
    return list(Alert.objects.filter(recipient=user).order_by("created_at", "pk").values_list("kind", flat=True))


def test_owner_is_reminded_the_head_is_told_and_somebody_else_gets_it(ben, ada, later):
    bea = make_user("bea", takes_leads=True)
    rule()
    lead = arrive(1, owner_id=ben.pk)

    later(minutes=19)
    drain()
    assert kinds(ben) == [AlertKind.LEAD_ASSIGNED]
    later(minutes=2)
    drain()
    drain()
    assert kinds(ben) == [AlertKind.LEAD_ASSIGNED, AlertKind.SLA_REMINDER]
    later(minutes=10)
    drain()
    assert kinds(ada) == [AlertKind.ESCALATION]
    later(minutes=60)
    drain()

    lead.refresh_from_db()
    assert (lead.owner, lead.contact.owner) == (bea, bea)
    assert kinds(bea) == [AlertKind.HAND_OVER]
    waits = ResponseClock.objects.get()
    assert (waits.step, waits.ended_as) == (ResponseStep.REMIND, "")
    assert waits.due_at > clock.now()


@pytest.mark.parametrize("meanwhile", ["taken", "answered", "paused"])
def test_what_was_found_to_be_taken_is_asked_again_once_it_is_held(ben, ada, later, meanwhile):
    bea = make_user("bea", takes_leads=True)
    rule()
    lead = arrive(1, owner_id=ben.pk)
    for _step in ("reminder", "escalation", "taking"):
        later(minutes=31)
        responses._remind()
    [found] = leads_to_take(limit=9, now=clock.now())
    if meanwhile == "taken":
        responses._take_away(*found)
    elif meanwhile == "answered":
        start_working(lead_ids=[lead.pk], by=ben, now=clock.now())
    else:
        until = clock.now() + timedelta(days=1)
        assert response_paused(lead, reason=PauseReason.ASKED, until=until, by=ben, now=clock.now())

    responses._take_away(*found)

    assert Lead.objects.get().owner == (bea if meanwhile == "taken" else ben)
    assert AuditEntry.objects.filter(action="lead.taken_away").count() == (meanwhile == "taken")


def test_lead_that_nobody_answers_goes_into_the_pool(ben, ada, later):
    rule(taken_to=TakenTo.POOL)
    lead = arrive(1)

    later(minutes=91)
    drain()
    drain()

    lead.refresh_from_db()
    assert (lead.owner, lead.status, lead.contact.owner) == (None, "new", None)
    assert AlertKind.POOL in kinds(ada)
    assert ResponseClock.objects.get().next_at is None


def test_overdue_leads_of_nobody_are_told_to_each_manager_once(shop, ada, later):
    dan = make_user("dan", role="manager")
    make_user("ops", role="ops")
    rule(remind_before=None, take_after=None)
    assert arrive(1).owner is None
    arrive(2)
    later(minutes=31)
    drain()
    arrive(3)
    later(minutes=31)
    drain()

    for manager in (ada, dan):
        [alert] = Alert.objects.filter(recipient=manager)
        assert (alert.kind, alert.count, alert.subject_id) == (AlertKind.ESCALATION, 3, None)
    assert Alert.objects.count() == 2


def test_lead_that_cant_be_taken_holds_up_no_other(ben, later, monkeypatch):
    make_user("bea", takes_leads=True)
    rule(remind_before=None, escalate_after=None, take_after=0)
    broken, *others = [arrive(number, owner_id=ben.pk) for number in range(4)]
    later(minutes=31)
    take = responses._take_away

    def taken(lead_id, contact_id):
        assert lead_id != broken.pk
        take(lead_id, contact_id)

    monkeypatch.setattr(responses, "_take_away", taken)

    # In the order in which they came, none of the others is ever tried.
    for _ in range(40):
        with contextlib.suppress(AssertionError):
            drain()

    assert not Lead.objects.filter(pk__in=[lead.pk for lead in others], owner=ben).exists()


def test_where_nobody_else_is_there_it_stays(ben, later):
    rule()
    lead = arrive(1)

    later(minutes=91)
    drain()
    drain()

    lead.refresh_from_db()
    assert lead.owner == ben
    assert ResponseClock.objects.get().next_at is None


def test_lead_that_was_taken_from_somebody_counts_for_the_day_of_whoever_gets_it(ben, later):
    bea = make_user("bea", takes_leads=True)
    save_duty(user=bea, skills=[], regions=[], most_open=None, most_a_day=1, takes_leads=True, by=None, now=clock.now())
    save_duty(user=ben, skills=[], regions=[], most_open=None, most_a_day=0, takes_leads=True, by=None, now=clock.now())
    rule(minutes=1, remind_before=None, escalate_after=None, take_after=0)
    arrive(1, owner_id=ben.pk)
    later(minutes=1, seconds=1)
    drain()

    arrive(2)

    assert list(Lead.objects.order_by("pk").values_list("owner__username", flat=True)) == ["bea", None]


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        (lambda lead, now: start_working(lead_ids=[lead.pk], by=None, now=now), ResponseEnd.MET),
        (lambda lead, now: lead_won(lead.pk, by=None, now=now), ResponseEnd.MET),
        (lambda lead, now: lead_lost(lead.pk, by=None, reason="x", now=now), ResponseEnd.CLOSED),
        (lambda lead, now: arrive(1, status="working"), ResponseEnd.MET),
    ],
)
def test_answer_or_end_stops_the_clock(ben, later, end, expected):
    rule()
    lead = arrive(1)

    end(lead, clock.now())
    later(minutes=200)
    drain()

    waits = ResponseClock.objects.get()
    assert (waits.ended_as, waits.next_at) == (expected, None)
    assert kinds(ben) == [AlertKind.LEAD_ASSIGNED]


def test_late_answer_is_late(ben, later):
    rule(take_after=None)
    lead = arrive(1)
    later(minutes=31)

    start_working(lead_ids=[lead.pk], by=None, now=clock.now())

    assert ResponseClock.objects.get().ended_as == ResponseEnd.LATE


def test_time_counts_while_the_department_is_open(ben, shop, later):
    # Closed all week, but for one minute a day: half an hour takes a month.
    save_hours(
        department=shop, week=[[["00:00", "00:01"]]] * 7, follows_holidays=False, zone="", by=None, now=clock.now()
    )
    rule(within_hours=True)
    arrive(1)

    waits = ResponseClock.objects.get()
    assert timedelta(days=28) < waits.due_at - waits.started_at < timedelta(days=32)


def test_rule_of_a_source_holds_for_its_parts_and_another_for_the_rest(ben):
    fairs = Source.objects.create(name="Fairs", created_at=clock.now())
    Source.objects.create(name="Expo", parent=fairs, created_at=clock.now())
    of_fairs, of_others = rule(fairs, minutes=5), rule(minutes=60)

    arrive(1, source="Expo")
    arrive(2, source="Web")

    assert list(ResponseClock.objects.order_by("due_at").values_list("rule", flat=True)) == [of_fairs.pk, of_others.pk]


def test_without_rules_nothing_waits_and_a_file_without_sops_does_not(ben):
    arrive(1)
    rule()
    lead_arrived([make_arrival(2)], now=clock.now(), start_sops=False)

    assert not ResponseClock.objects.exists()


def test_wake_up_is_no_later_than_the_reminder(ben, acme):
    rule()
    WakeUp.objects.filter(tenant=acme).delete()

    arrive(1)

    waits = ResponseClock.objects.get()
    assert WakeUp.objects.get(tenant=acme).due_at <= waits.next_at


def test_after_an_outage_nobody_is_reminded_of_what_is_overdue():
    promise, now = Promise(30, remind_before=10, escalate_after=0), clock_free()
    planned = next_step(promise, None, now)

    assert (planned.step, planned.at) == (ResponseStep.REMIND, now + timedelta(minutes=20))
    late = now + timedelta(minutes=40)
    assert step_to_take(promise, None, now, planned=ResponseStep.REMIND, now=late) is ResponseStep.ESCALATE
    assert next_step(promise, None, now, done=ResponseStep.ESCALATE) is None


def clock_free():
    from datetime import UTC, datetime

    return datetime(2026, 11, 21, tzinfo=UTC)


def test_report_counts_what_was_in_time(ben, ada, later):
    rule(take_after=None)
    first, second, third = arrive(1), arrive(2), arrive(3)
    later(minutes=10)
    start_working(lead_ids=[first.pk], by=None, now=clock.now())
    later(minutes=30)
    start_working(lead_ids=[second.pk], by=None, now=clock.now())
    assert third.owner == ben

    [mine] = responses_kept(ada, by="owner", since=clock.now() - timedelta(days=1), now=clock.now())

    assert (mine.name, mine.leads, mine.met, mine.late, mine.waiting_late) == ("Ben", 3, 1, 1, 1)
    assert mine.share == pytest.approx(1 / 3)
    assert timedelta(minutes=24) < mine.median < timedelta(minutes=26)
    assert responses_kept(make_user("dan"), by="source", since=clock.now() - timedelta(days=1), now=clock.now()) == []


def test_two_workers_tell_and_take_once(own_database):
    acme = Tenant.objects.get(schema_name="acme")
    with tenant_context(acme):
        lay_out_tenant()
        ben, bea = make_user("ben", takes_leads=True), make_user("bea")
        rule(remind_before=30, take_after=None)
        for number in range(20):
            arrive(number)
    barrier = threading.Barrier(3)

    def work() -> None:
        try:
            with tenant_context(acme):
                barrier.wait()
                drain()
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with tenant_context(acme):
        assert Alert.objects.filter(recipient=ben, kind=AlertKind.SLA_REMINDER).count() == 20
        assert not Alert.objects.filter(recipient=bea).exists()


def test_and_cai_has_no_clock_of_it(ben, globex):
    assert not ResponseClock.objects.exists()
