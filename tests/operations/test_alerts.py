"""What is wrong is noticed, told once, shown with what to do, and over when it is over."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django_tenants.utils import tenant_context

from accounts.enums import Role
from campaigns.enums import Closure, TouchState
from campaigns.inputs import Start
from campaigns.models import Breaker, Touchpoint
from campaigns.services.enrolment import enroll
from exchange.enums import JobState
from exchange.models import Job
from operations.enums import ADVICE, Kind
from operations.judging import Problem, State, problems_in
from operations.models import Incident, Reading
from operations.services import note_problems, tell_operators
from scheduler.models import Pulse, WakeUp
from scheduler.services import due_work, record_pulse
from scrm.core import clock
from scrm.flows.watch import installation_watched
from tenants.models import Tenant
from tests.factories import make_contact, make_live_sop, make_user, step


@pytest.fixture
def platform(db):
    """On the bare host, with an operator to be told and workers that are alive."""
    connection.set_schema_to_public()
    now = clock.now()
    record_pulse("worker", now=now)
    WakeUp.objects.update(due_at=now + timedelta(days=1))
    return now


@pytest.fixture
def told(settings):
    settings.SCRM_ALERT_EMAIL = ["ops@example.com"]
    return mail.outbox


def test_each_problem_has_its_bound_and_its_advice():
    assert problems_in(State()) == []
    wrong = {
        Kind.LATE: State(lag_seconds=61),
        Kind.UNKNOWN: State(unknown=1),
        Kind.CHANNEL: State(channels_shut=1),
        Kind.BEAT: State(silent_seconds=31),
        Kind.WORKER: State(silent_seconds=31, queue_length=5),
        Kind.REDIS: State(queue_length=None),
        Kind.DISK: State(free={"media": 0.149}),
        Kind.JOBS: State(failed_jobs=1),
        Kind.MIGRATIONS: State(pending=1),
        Kind.CLOCK: State(clock_difference=-5.1),
    }
    assert {kind: [problem.kind for problem in problems_in(state)] for kind, state in wrong.items()} == {
        kind: [kind] for kind in Kind
    }
    assert set(ADVICE) == set(Kind)
    right = State(lag_seconds=60, silent_seconds=30, free={"media": 0.15}, clock_difference=5)
    assert problems_in(right) == []


def test_round_counts_over_all_tenants(platform):
    """An unknown touch at acme, which shut its channel; a late one, a failed job and a shut channel at globex."""
    with tenant_context(Tenant.objects.get(schema_name="acme")):
        sop = make_live_sop()
        with due_work():
            enroll(sop=sop, starts=[Start(make_contact().pk, platform, "UTC")])
        Touchpoint.objects.update(state=TouchState.UNKNOWN)
        Breaker.objects.create(channel="rep_task", failures=5, closure=Closure.FAILING, reopen_at=platform)
    with tenant_context(Tenant.objects.get(schema_name="globex")):
        sop = make_live_sop(step("email"))
        with due_work():
            enroll(sop=sop, starts=[Start(make_contact().pk, platform, "UTC")])
        Touchpoint.objects.update(due_at=platform - timedelta(minutes=5))
        Job.objects.create(
            kind="x", state=JobState.FAILED, created_at=platform, finished_at=platform - timedelta(hours=1)
        )
        Breaker.objects.create(channel="email", failures=5, closure=Closure.HUNG_UP, reopen_at=platform)
    connection.set_schema_to_public()

    installation_watched()

    assert dict(Reading.objects.values_list("name", "value")) == {
        "unknown": 1,
        "claimed": 0,
        "sending": 0,
        "lanes_closed": 0,
        "channels_shut": 1,
        "due": 1,
        "failed_jobs": 1,
        "bits_waiting": 0,
    }
    assert {Kind.UNKNOWN, Kind.JOBS} <= set(Incident.objects.filter(closed_at=None).values_list("kind", flat=True))


def test_lateness_is_of_tenants_that_send(platform):
    acme = Tenant.objects.get(schema_name="acme")
    WakeUp.objects.update_or_create(tenant=acme, defaults={"due_at": platform - timedelta(seconds=90)})
    Tenant.objects.filter(schema_name="acme").update(status="paused")
    installation_watched()
    assert not Incident.objects.filter(kind=Kind.LATE).exists()
    Tenant.objects.filter(schema_name="acme").update(status="active")

    installation_watched()

    assert Incident.objects.get(kind=Kind.LATE, closed_at=None).figure.startswith("9")


def test_incident_is_told_once(platform, told):
    problem = Problem(Kind.UNKNOWN, "3")
    for minute in range(3):
        now = platform + timedelta(minutes=minute)
        for incident in note_problems([problem], now):
            tell_operators(incident, now)

    assert [message.subject for message in told] == ["SCRM: Messages whose outcome is unknown"]
    assert "Nothing is sent again by itself" in told[0].body
    assert Incident.objects.count() == 1


def test_problem_that_comes_back_at_once_is_the_same_and_later_a_new_one(platform, told):
    problem = Problem(Kind.CLOCK, "+9.0 s")
    for minutes, problems in [(0, [problem]), (1, []), (5, [problem]), (6, []), (30, [problem])]:
        now = platform + timedelta(minutes=minutes)
        for incident in note_problems(problems, now):
            tell_operators(incident, now)

    assert len(told) == 2
    assert list(Incident.objects.values_list("closed_at", flat=True)) == [None, platform + timedelta(minutes=6)]


def test_mail_that_did_not_go_out_goes_out_the_next_time(platform, told, monkeypatch):
    def down(*args, **options):
        raise ConnectionRefusedError

    with monkeypatch.context() as patch:
        patch.setattr("operations.services.send_mail", down)
        [incident] = note_problems([Problem(Kind.JOBS, "1")], platform)
        assert not tell_operators(incident, platform)

    [again] = note_problems([Problem(Kind.JOBS, "1")], platform)
    assert tell_operators(again, platform)
    assert len(told) == 1


def test_page_says_what_is_wrong_now_and_what_to_do(platform, rf):
    olga = make_user("olga", Role.PRINCIPAL, is_staff=True)
    desk = Client(HTTP_HOST="localhost", HTTP_ACCEPT_LANGUAGE="en")
    desk.force_login(olga)
    Reading.objects.create(name="unknown", value=2, at=platform)
    Pulse.objects.update(at=platform - timedelta(minutes=10))
    note_problems([Problem(Kind.UNKNOWN, "2")], platform)

    page = desk.get("/admin/operations/incident/").content.decode()

    for words in ("Messages whose outcome is unknown", "Nothing ticks", "Start beat again", "Since"):
        assert words in page
    Reading.objects.all().delete()
    record_pulse("worker", now=clock.now())
    assert "Nothing is wrong." in desk.get("/admin/operations/incident/").content.decode()


def test_nobody_of_a_business_sees_the_page(acme):
    ada = make_user("ada", Role.PRINCIPAL, is_staff=True)
    desk = Client(HTTP_HOST="acme.localhost")
    desk.force_login(ada)

    assert desk.get("/admin/operations/incident/").status_code == 404
