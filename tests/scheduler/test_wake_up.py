"""The wake-up index: it may be early, never late."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django_tenants.utils import tenant_context

from accounts.audit import seal_audit
from campaigns.inputs import Start
from campaigns.services.enrolment import enroll
from scheduler import bell, queries
from scheduler.models import WakeUp
from scheduler.selectors import wake_up_due
from scheduler.services import OutsideDueWork, due_work, note_due, raise_wake_up, rebuild_wake_up
from scrm.core import clock
from scrm.core.tenancy import leave_tenant
from tenants.models import Tenant
from tenants.standing import suspend_tenant
from tests.factories import make_contact, make_live_sop, step


def index_of(tenant) -> object:
    return WakeUp.objects.get(tenant_id=tenant.pk).due_at


def test_due_work_lowers_the_index(acme):
    now = clock.now()
    rebuild_wake_up()

    with due_work() as due:
        due.at(now + timedelta(hours=2))
        due.at(now + timedelta(hours=1))

    assert index_of(acme) == now + timedelta(hours=1)


def test_later_work_leaves_the_index_alone(acme):
    now = clock.now()
    with due_work() as due:
        due.at(now)

    with due_work() as due:
        due.at(now + timedelta(days=1))

    assert index_of(acme) == now


def test_work_outside_due_work_is_refused(acme):
    with pytest.raises(OutsideDueWork):
        note_due(clock.now())


def test_failed_work_leaves_the_index_alone(acme):
    rebuild_wake_up()
    before = index_of(acme)

    def fail() -> None:
        with due_work() as due:
            due.at(clock.now())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert index_of(acme) == before


def test_raise_sets_the_least_of_all_sources(acme):
    now = clock.now()
    sop = make_live_sop(step(offset={"kind": "minutes", "n": 30}))
    with due_work():
        enroll(sop=sop, starts=[Start(make_contact().pk, now, "UTC")])
    with due_work() as due:
        due.at(now)
    seal_audit()

    raise_wake_up()

    assert index_of(acme) == now + timedelta(minutes=30)


def test_raise_with_nothing_due_goes_to_the_far_future(acme):
    rebuild_wake_up()

    assert index_of(acme) == queries.FAR_FUTURE


def test_suspended_tenants_are_not_woken(acme):
    with due_work() as due:
        due.at(clock.now())
    leave_tenant()
    suspend_tenant(tenant=acme)

    assert wake_up_due(clock.now()) == []


def test_bell_rings_after_the_commit_for_work_due_now(acme, monkeypatch, django_capture_on_commit_callbacks):
    rung = []
    monkeypatch.setattr(bell, "_ringer", rung.append)
    with django_capture_on_commit_callbacks(execute=True):
        with due_work() as due:
            due.at(clock.now())
        assert rung == []

    assert rung == ["acme"]


def test_bell_is_silent_for_work_due_later(acme, monkeypatch, django_capture_on_commit_callbacks):
    rung = []
    monkeypatch.setattr(bell, "_ringer", rung.append)
    with django_capture_on_commit_callbacks(execute=True), due_work() as due:
        due.at(clock.now() + timedelta(hours=1))

    assert rung == []


def test_writer_open_across_a_raise_is_never_lost(own_database):
    """The raiser skips a row that a writer holds; after the writer's commit the index has its time."""
    tenant = Tenant.objects.get(schema_name="acme")
    with tenant_context(tenant):
        rebuild_wake_up()
        lowered, let_go = threading.Event(), threading.Event()
        when = clock.now() + timedelta(minutes=5)

        def write() -> None:
            with tenant_context(tenant), transaction.atomic():
                queries.lower_wake_up(tenant.pk, when)
                lowered.set()
                let_go.wait(20)
            connection.close()

        writer = threading.Thread(target=write)
        writer.start()
        assert lowered.wait(20)

        raised = raise_wake_up()
        let_go.set()
        writer.join()

        assert raised is False
        assert index_of(tenant) == when
