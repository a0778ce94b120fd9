"""Claim, skip, plan, finish: what the ledger does with one due row."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django_tenants.utils import tenant_context

from accounts.models import AuditEntry
from campaigns.enums import EnrollmentState, Reason, TaskState, TouchState
from campaigns.inputs import Start
from campaigns.models import Enrollment, Lane, RepTask, Touchpoint
from campaigns.services import (
    exit_enrollments,
    finish_task,
    give_up_task,
    pause_sop,
    publish_sop,
    resume_sop,
    save_draft,
    stop_sop,
)
from campaigns.services.enrolment import enroll, start_sops
from campaigns.services.ledger import claim_batch, recover
from contacts.models import Contact, DoNotContact
from scheduler.budget import Budget
from scheduler.services import due_work
from scrm.core import clock
from scrm.flows.touchpoint import touchpoints_due
from tenants.models import Tenant
from tests.factories import make_contact, make_live_sop, make_user, step


def put_in(sop, *contacts, anchor_at=None) -> int:
    anchor_at = anchor_at or clock.now()
    with due_work():
        return enroll(sop=sop, starts=[Start(contact.pk, anchor_at, "Asia/Shanghai") for contact in contacts])


def test_due_step_becomes_a_task_of_the_owner(acme):
    ben = make_user("ben")
    lin = make_contact(owner=ben)
    sop = make_live_sop(step(body="Say hello to {{contact.name}}."))
    put_in(sop, lin)

    touchpoints_due(Budget(5))

    task = RepTask.objects.get()
    assert (task.owner, task.contact, task.body) == (ben, lin, "Say hello to Lin.")
    assert Touchpoint.objects.get().state == TouchState.WITH_REP


def test_next_step_is_planned_from_t_when_this_one_is_claimed(acme):
    lin = make_contact(owner=make_user())
    anchor_at = clock.now() - timedelta(minutes=7)
    sop = make_live_sop(step(), step(name="Again", offset={"kind": "hours", "n": 2}))
    put_in(sop, lin, anchor_at=anchor_at)

    touchpoints_due(Budget(5))

    second = Touchpoint.objects.get(step_number=2)
    assert (second.state, second.due_at) == (TouchState.PLANNED, anchor_at + timedelta(hours=2))


def test_contact_enters_an_sop_once(acme):
    lin = make_contact()
    sop = make_live_sop()

    assert put_in(sop, lin, lin) == 1
    assert put_in(sop, lin) == 0
    assert Touchpoint.objects.count() == 1


def test_second_touchpoint_of_the_same_step_is_impossible(acme):
    put_in(make_live_sop(), make_contact())
    touch = Touchpoint.objects.get()
    touch.pk = None

    with pytest.raises(IntegrityError), transaction.atomic():
        touch.save(force_insert=True)


def test_contact_without_owner_is_skipped_with_the_reason(acme):
    put_in(make_live_sop(), make_contact())

    touchpoints_due(Budget(5))

    touch = Touchpoint.objects.get()
    assert (touch.state, touch.reason) == (TouchState.SKIPPED, Reason.NO_OWNER)
    assert Enrollment.objects.get().state == EnrollmentState.FINISHED


def test_closed_channel_is_skipped_with_the_reason(acme):
    lin = make_contact(owner=make_user())
    DoNotContact.objects.create(contact=lin, channel="all", since=clock.now())
    put_in(make_live_sop(), lin)

    touchpoints_due(Budget(5))

    assert Touchpoint.objects.get().reason == Reason.DO_NOT_CONTACT
    assert not RepTask.objects.exists()


def test_done_task_sends_the_touch_and_finishes_the_enrollment(acme):
    ben = make_user()
    put_in(make_live_sop(), make_contact(owner=ben))
    touchpoints_due(Budget(5))
    now = clock.now()

    assert finish_task(task=RepTask.objects.get(), now=now)

    touch = Touchpoint.objects.get()
    assert (touch.state, touch.sent_at) == (TouchState.SENT, now)
    assert Enrollment.objects.get().state == EnrollmentState.FINISHED


def test_task_is_finished_once(acme):
    ben = make_user()
    put_in(make_live_sop(), make_contact(owner=ben))
    touchpoints_due(Budget(5))
    task = RepTask.objects.get()
    give_up_task(task=task, reason="Number is wrong", now=clock.now())

    assert not finish_task(task=task, now=clock.now())
    assert RepTask.objects.get().state == TaskState.CANNOT
    assert Touchpoint.objects.get().reason == Reason.CANNOT


def test_winning_cancels_what_has_not_gone_out(acme):
    lin = make_contact(owner=make_user())
    put_in(make_live_sop(step(), step(name="Later", offset={"kind": "days", "n": 1, "at": "10:00"})), lin)
    touchpoints_due(Budget(5))

    exit_enrollments(contact_ids=[lin.pk], reason=Reason.WON, now=clock.now())

    assert set(Touchpoint.objects.values_list("state", "reason")) == {(TouchState.CANCELLED, Reason.WON)}
    assert RepTask.objects.get().state == TaskState.CANCELLED
    assert Enrollment.objects.get().exit_reason == Reason.WON


def test_sop_that_goes_on_after_winning_keeps_its_people(acme):
    lin = make_contact()
    put_in(make_live_sop(exit_when_won=False), lin)

    exit_enrollments(contact_ids=[lin.pk], reason=Reason.WON, now=clock.now())

    assert Enrollment.objects.get().state == EnrollmentState.ACTIVE


def test_paused_sop_sends_nothing_until_resumed(acme):
    sop = make_live_sop()
    put_in(sop, make_contact(owner=make_user()))
    pause_sop(sop=sop)
    touchpoints_due(Budget(5))
    assert Touchpoint.objects.get().state == TouchState.PLANNED

    resume_sop(sop=sop)
    touchpoints_due(Budget(5))

    assert Touchpoint.objects.get().state == TouchState.WITH_REP


def test_stopping_cancels_everybody_inside(acme):
    sop = make_live_sop()
    put_in(sop, make_contact(), make_contact("Wang"))

    assert stop_sop(sop=sop, now=clock.now()) == 2

    assert set(Touchpoint.objects.values_list("reason", flat=True)) == {Reason.STOPPED}


def test_new_version_leaves_those_inside_on_theirs(acme):
    sop = make_live_sop(step(body="Old"))
    lin, wang = make_contact(owner=make_user()), make_contact("Wang", owner=make_user("cai"))
    put_in(sop, lin)
    save_draft(sop=sop, steps=[step(body="New", number=1)], now=clock.now())
    publish_sop(sop=sop, by=None, now=clock.now())
    put_in(sop, wang)

    touchpoints_due(Budget(5))

    assert dict(RepTask.objects.values_list("contact__name", "body")) == {"Lin": "Old", "Wang": "New"}


def test_trigger_starts_live_sops_only(acme):
    make_live_sop(name="Live", trigger="lead_captured")
    paused = make_live_sop(name="Paused", trigger="lead_captured")
    pause_sop(sop=paused)

    with due_work():
        started = start_sops(
            trigger="lead_captured", starts=[Start(make_contact().pk, clock.now(), "UTC")], now=clock.now()
        )

    assert started == 1


def test_expired_claim_waits_again(acme):
    put_in(make_live_sop(), make_contact())
    Touchpoint.objects.update(
        state=TouchState.CLAIMED, token="0" * 32, lease_until=clock.now() - timedelta(seconds=1), attempt=1
    )

    recover(now=clock.now())

    touch = Touchpoint.objects.get()
    assert (touch.state, touch.token, touch.lease_until) == (TouchState.PLANNED, None, None)


def test_stale_sending_becomes_unknown_and_never_planned(acme):
    put_in(make_live_sop(step("email")), make_contact())
    Touchpoint.objects.update(
        state=TouchState.SENDING, token="0" * 32, lease_until=clock.now() - timedelta(days=1), attempt=1
    )

    recover(now=clock.now())
    recover(now=clock.now() + timedelta(days=2))

    assert Touchpoint.objects.get().state == TouchState.UNKNOWN


def test_eight_claimers_never_share_a_row(own_database):
    tenant = Tenant.objects.get(schema_name="acme")
    with tenant_context(tenant):
        ben = make_user()
        now = clock.now()
        sop = make_live_sop(step("email"))
        Contact.objects.bulk_create(
            Contact(name=f"C{number}", owner=ben, created_at=now, updated_at=now) for number in range(400)
        )
        put_in(sop, *Contact.objects.all())
        lane = Lane.objects.get(sop=sop)

    import uuid

    from campaigns import queries

    barrier = threading.Barrier(8)
    claimed: list[list[int]] = []

    def work() -> None:
        mine: list[int] = []
        with tenant_context(tenant):
            barrier.wait()
            while True:
                now = clock.now()
                with due_work():
                    rows = queries.claim(
                        lane_id=lane.pk, limit=7, token=uuid.uuid4(), now=now, lease_until=now + timedelta(minutes=1)
                    )
                if not rows:
                    break
                mine += [row.id for row in rows]
        claimed.append(mine)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    counts = Counter(pk for mine in claimed for pk in mine)
    assert len(counts) == 400
    assert set(counts.values()) == {1}


def test_other_tenant_sees_none_of_it(acme, globex):
    with tenant_context(acme):
        put_in(make_live_sop(), make_contact(owner=make_user()))
    with tenant_context(globex):
        touchpoints_due(Budget(5))
        assert not RepTask.objects.exists()
    with tenant_context(acme):
        assert Touchpoint.objects.get().state == TouchState.PLANNED
        assert claim_batch(lane=Lane.objects.get()) is not None


def test_row_that_comes_back_after_its_person_left_is_cancelled(acme):
    lin = make_contact(owner=make_user())
    put_in(make_live_sop(), lin)
    with due_work():
        exit_enrollments(contact_ids=[lin.pk], reason=Reason.WON, now=clock.now())
    Touchpoint.objects.update(state=TouchState.PLANNED, reason=None, finished_at=None)

    touchpoints_due(Budget(5))

    touch = Touchpoint.objects.get()
    assert (touch.state, touch.reason) == (TouchState.CANCELLED, Reason.WON)
    assert not RepTask.objects.exists()


def test_pause_resume_and_stop_are_in_the_trail(acme):
    ben = make_user("ben")
    sop = make_live_sop()

    pause_sop(sop=sop, by=ben, reason="Holiday\0")
    pause_sop(sop=sop, by=ben)
    resume_sop(sop=sop, by=ben)
    stop_sop(sop=sop, now=clock.now(), by=ben)
    resume_sop(sop=sop, by=ben)

    trail = AuditEntry.objects.exclude(action="sop.published").order_by("pk")
    assert list(trail.values_list("action", "actor", "details")) == [
        ("sop.paused", ben.pk, {"reason": "Holiday"}),
        ("sop.resumed", ben.pk, {}),
        ("sop.stopped", ben.pk, {"contacts": 0}),
    ]


def test_stopped_sop_takes_nobody_in(acme):
    sop = make_live_sop()
    stop_sop(sop=sop, now=clock.now())

    assert put_in(sop, make_contact()) == 0
    assert not Enrollment.objects.exists()


def test_expired_claim_costs_no_attempt(acme):
    put_in(make_live_sop(), make_contact())
    Touchpoint.objects.update(
        state=TouchState.CLAIMED, token="0" * 32, lease_until=clock.now() - timedelta(seconds=1), attempt=1
    )

    recover(now=clock.now())

    assert Touchpoint.objects.get().attempt == 0


def test_claim_that_expires_after_its_person_left_is_cancelled(acme):
    lin = make_contact()
    put_in(make_live_sop(), lin)
    exit_enrollments(contact_ids=[lin.pk], reason=Reason.LOST, now=clock.now())
    Touchpoint.objects.update(
        state=TouchState.CLAIMED, token="0" * 32, lease_until=clock.now() - timedelta(seconds=1), attempt=1
    )

    recover(now=clock.now())

    touch = Touchpoint.objects.get()
    assert (touch.state, touch.reason) == (TouchState.CANCELLED, Reason.LOST)
