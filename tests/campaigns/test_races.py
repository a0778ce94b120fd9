"""Claims that meet exits, withdrawals, each other and five tickers: in real transactions, at the same moment."""

import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django_tenants.utils import schema_context, tenant_context

from campaigns import queries
from campaigns.enums import EnrollmentState, Reason, TaskState, TouchState
from campaigns.models import Enrollment, Lane, RepTask, Sop, Touchpoint
from campaigns.services import exit_enrollments, finish_task, publish_sop, save_draft, stop_sop, update_sop
from campaigns.services.archive import archive_ended
from campaigns.services.delivery import deliver
from campaigns.services.ledger import claim_batch
from campaigns.services.unknown import look_up_unknown
from contacts.models import DoNotContact
from scheduler.budget import Budget
from scheduler.selectors import wake_up_due
from scheduler.services import drain_tenant, due_work, rebuild_wake_up
from scrm.core import clock
from scrm.flows.touchpoint import touchpoints_due
from tenants.models import Tenant
from tests import databases
from tests.campaigns.people import mailable, put_in
from tests.factories import make_contact, make_live_sop, make_user, step
from tests.live import eventually

ROUNDS = 10_000 if os.environ.get("SCRM_DEEP") else 8


@pytest.fixture(scope="module")
def committing(django_db_blocker) -> Iterator[Tenant]:
    """Acme on a copy of the database that the tests of this module share; what they write stays."""
    with databases.copy("races") as name, databases.connected_to(name), django_db_blocker.unblock():
        yield Tenant.objects.get(schema_name="acme")


@pytest.fixture
def acme(committing):
    with tenant_context(committing):
        yield committing


def at_once(tenant: Tenant, *works: Callable[[], object]) -> None:
    """Run these at the same moment, each in a thread and connection of its own; what one raises is raised."""
    barrier, broken = threading.Barrier(len(works)), []

    def run(work: Callable[[], object]) -> None:
        try:
            with tenant_context(tenant):
                connection.ensure_connection()
                barrier.wait(20)
                work()
        except BaseException as error:
            broken.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if broken:
        raise ExceptionGroup("A thread broke.", broken)


def test_exit_beside_a_claim_leaves_nothing_waiting(acme):
    """Whichever comes first: no touch waits afterwards, the next step's neither, and no task is open."""
    ben = make_user("racer")
    sop = make_live_sop(step(), step(name="Second", offset={"kind": "days", "n": 1, "at": "10:00"}), name="Race")
    lane = Lane.objects.get(sop=sop)
    for number in range(ROUNDS):
        lin = make_contact(f"L{number}", owner=ben)
        put_in(sop, lin)

        def leave(contact_id=lin.pk) -> None:
            with due_work():
                exit_enrollments(contact_ids=[contact_id], reason=Reason.WON, now=clock.now())

        at_once(acme, lambda: claim_batch(lane=lane), leave)

        states = set(Touchpoint.objects.filter(contact=lin).values_list("state", flat=True))
        assert states == {TouchState.CANCELLED}
        assert not RepTask.objects.filter(contact=lin, state=TaskState.OPEN).exists()


def test_stop_beside_a_claim_leaves_nothing_waiting(acme):
    """Whichever comes first; and who is being enrolled in that moment is either out or was never in."""
    ben = make_user("stopper")
    for number in range(ROUNDS):
        steps = step(), step(name="Second", offset={"kind": "days", "n": 1, "at": "10:00"})
        sop = make_live_sop(*steps, name=f"Stop {number}")
        lane, lin, mei = Lane.objects.get(sop=sop), *(make_contact(name, owner=ben) for name in ("Lin", "Mei"))
        put_in(sop, lin)

        at_once(
            acme,
            lambda lane=lane: claim_batch(lane=lane),
            lambda sop=sop: stop_sop(sop=Sop.objects.get(pk=sop.pk), now=clock.now()),
            lambda sop=sop, mei=mei: put_in(sop, mei),
        )

        assert set(Touchpoint.objects.filter(lane=lane).values_list("state", flat=True)) == {TouchState.CANCELLED}
        assert not Enrollment.objects.filter(sop=sop, state=EnrollmentState.ACTIVE).exists()
        assert not RepTask.objects.filter(contact__in=[lin, mei], state=TaskState.OPEN).exists()


def test_publish_beside_claims_and_enrolments_pins_everybody_to_one_version(acme):
    """The next step is planned from the version of the enrollment, and each is in a version as it was published."""
    ben = make_user("publisher")
    first = step(), step(name="Second", offset={"kind": "days", "n": 1, "at": "10:00"})
    sop = make_live_sop(*first, name="Publish")
    lane = Lane.objects.get(sop=sop)
    for number in range(ROUNDS):
        lin, mei = (make_contact(f"{name}{number}", owner=ben) for name in ("Lin", "Mei"))
        put_in(sop, lin)
        before = Sop.objects.get(pk=sop.pk).live_version_id

        def publish(sop_id=sop.pk) -> None:
            found = Sop.objects.get(pk=sop_id)
            save_draft(sop=found, steps=found.draft_steps, now=clock.now())
            publish_sop(sop=found, by=None, now=clock.now())

        at_once(acme, lambda: claim_batch(lane=lane), publish, lambda mei=mei: put_in(sop, mei))
        claim_batch(lane=lane)

        touches = Touchpoint.objects.filter(contact__in=[lin, mei])
        assert sorted(touches.values_list("contact__name", "step__position")) == [
            *((lin.name, 1), (lin.name, 2)),
            *((mei.name, 1), (mei.name, 2)),
        ]
        assert all(touch.step.version_id == touch.enrollment.version_id for touch in touches)
        assert Enrollment.objects.get(contact=lin).version_id == before
        assert Enrollment.objects.get(contact=mei).version_id in (before, before + 1)


def test_new_settings_beside_a_claim_count_wholly_or_not_at_all(acme):
    """A touch an hour late is left out or goes out, as the SOP said before or says now; none is lost or made twice."""
    ben = make_user("changer")
    sop = make_live_sop(step(), name="Change", late_policy="send")
    for number in range(ROUNDS):
        lin = make_contact(f"S{number}", owner=ben)
        put_in(sop, lin, anchor_at=clock.now() - timedelta(hours=2))
        wish = ("skip", "send")[number % 2]

        def change(wish=wish) -> None:
            update_sop(sop=Sop.objects.get(pk=sop.pk), now=clock.now(), late_policy=wish)

        def claim() -> None:
            claim_batch(lane=Lane.objects.select_related("sop").get(sop=sop))

        at_once(acme, claim, change)
        claim()

        touch = Touchpoint.objects.get(contact=lin)
        assert touch.state in (TouchState.WITH_REP, TouchState.EXPIRED)
        assert RepTask.objects.filter(touchpoint=touch).count() == (touch.state == TouchState.WITH_REP)
        assert Sop.objects.get(pk=sop.pk).late_policy == wish
        Lane.objects.filter(sop=sop).update(late_before=None, catch_up_at=None, progress_at=None)


def test_two_who_archive_beside_an_exit_move_each_row_once(acme):
    """What is leaving in that moment is not old yet, and what is old is moved by one of the two."""
    ben = make_user("archivist")
    sop = make_live_sop(step(), name="Old")
    later = clock.now() + timedelta(days=91)
    # What earlier tests left goes first, or it fills the batch.
    while archive_ended(now=later):
        continue
    for number in range(ROUNDS):
        old, young = (make_contact(f"{name}{number}", owner=ben) for name in ("Old", "Young"))
        put_in(sop, old, young)

        def leave(contact_id, at) -> None:
            with due_work():
                exit_enrollments(contact_ids=[contact_id], reason=Reason.LEFT, now=at)

        leave(old.pk, clock.now())
        at_once(acme, *[lambda: archive_ended(now=later)] * 2, lambda young=young: leave(young.pk, later))

        assert Touchpoint.objects.filter(contact__in=[old, young]).count() == 2
        assert Enrollment.objects.get(contact=old).archived_at == later
        assert Enrollment.objects.get(contact=young).archived_at is None


def test_withdrawal_that_was_first_is_heeded(acme, memory, monkeypatch):
    """What was withdrawn before its row turned to sending does not go out: at most the call under way does."""
    sop = make_live_sop(step("email"), name="Consent")
    lane = Lane.objects.get(sop=sop)
    turned_at, withdrawn_at = [0.0], [0.0]
    turn = queries.mark_sending

    def note(**given):
        turned_at[0] = time.monotonic()
        return turn(**given)

    monkeypatch.setattr(queries, "mark_sending", note)
    for number in range(ROUNDS):
        lin = mailable(f"W{number}")[0]
        put_in(sop, lin)
        memory.taken.clear()
        turned_at[0] = float("-inf")

        def withdraw(contact=lin) -> None:
            DoNotContact.objects.create(contact=contact, channel="email", since=clock.now())
            withdrawn_at[0] = time.monotonic()

        def send() -> None:
            batch = claim_batch(lane=lane)
            if batch is not None:
                deliver(batch)

        at_once(acme, send, withdraw)
        if memory.taken:
            assert turned_at[0] < withdrawn_at[0]
        touchpoints_due(Budget(5))
        assert len(memory.taken) <= 1
        assert Touchpoint.objects.get(contact=lin).state == (TouchState.SENT if memory.taken else TouchState.SKIPPED)


def test_last_two_touches_that_end_at_once_end_their_enrollment(acme):
    """Each sees the other's as waiting unless they come one after the other."""
    ben = make_user("twice")
    sop = make_live_sop(step(), step(name="Second"), name="Twice")
    for number in range(ROUNDS):
        lin = make_contact(f"T{number}", owner=ben)
        put_in(sop, lin)
        touchpoints_due(Budget(5))
        first, second = RepTask.objects.filter(contact=lin)

        at_once(
            acme,
            lambda task=first: finish_task(task=task, now=clock.now()),
            lambda task=second: finish_task(task=task, now=clock.now()),
        )

        assert Enrollment.objects.get(contact=lin).state == EnrollmentState.FINISHED


def is_waited_for() -> bool:
    """Whether another connection waits for what this transaction holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid)"
        )
        return bool(cursor.fetchone()[0])


def leave_in_order(contacts, held: threading.Event) -> None:
    """An exit of several people who has come as far as the first of them when others are at work."""
    first = Enrollment.objects.filter(contact__in=contacts).earliest("pk")
    with due_work():
        queries.rows_changed("SELECT id FROM campaigns_enrollment WHERE id = %s FOR NO KEY UPDATE", [first.pk])
        held.set()
        eventually(is_waited_for)
        exit_enrollments(contact_ids=[each.pk for each in contacts], reason=Reason.WON, now=clock.now())


def test_batch_that_ends_beside_an_exit_of_many(acme, memory):
    """The mail that went out is the later enrollment's: its outcome and the other's return wait in one order."""
    sop = make_live_sop(step("email"), name="Order")
    contacts = mailable("O1", "O2")
    put_in(sop, contacts[0])
    put_in(sop, contacts[1], anchor_at=clock.now() - timedelta(minutes=1))
    batch, held = claim_batch(lane=Lane.objects.get(sop=sop)), threading.Event()
    assert batch is not None

    def send() -> None:
        held.wait(20)
        deliver(batch, Budget(0))

    at_once(acme, send, lambda: leave_in_order(contacts, held))

    states = Touchpoint.objects.filter(contact__in=contacts).order_by("enrollment").values_list("state", flat=True)
    assert list(states) == [TouchState.CANCELLED, TouchState.SENT]


def test_answers_of_a_look_up_beside_an_exit_of_many(acme, memory):
    """One was found and one was not: two statements over the enrollments of both."""
    sop = make_live_sop(step("email"), name="Answers")
    contacts = mailable("A1", "A2")
    put_in(sop, *contacts)
    absent, found = Touchpoint.objects.filter(lane__sop=sop).order_by("enrollment")
    for touch in (absent, found):
        touch.state, touch.lease_until = TouchState.UNKNOWN, clock.now()
        touch.save()
    memory.answer = lambda ids: {absent.pk: None, found.pk: "ref"}
    held = threading.Event()

    def look_up() -> None:
        held.wait(20)
        look_up_unknown(now=clock.now())

    at_once(acme, look_up, lambda: leave_in_order(contacts, held))

    states = Touchpoint.objects.filter(lane__sop=sop).order_by("enrollment").values_list("state", flat=True)
    assert list(states) == [TouchState.CANCELLED, TouchState.SENT]


def test_five_tickers_send_everything_once(acme, memory):
    sop = make_live_sop(step("email"), name="Tickers")
    contacts = mailable(*(f"F{number}" for number in range(60)))
    put_in(sop, *contacts)
    rebuild_wake_up()

    def tick() -> None:
        for _ in range(40):
            with schema_context("public"):
                due = wake_up_due(clock.now())
            if acme.schema_name not in due:
                return
            drain_tenant(seconds=1)

    at_once(acme, *[tick] * 5)

    ours = set(Touchpoint.objects.filter(lane__sop=sop, state=TouchState.SENT).values_list("pk", flat=True))
    assert len(ours) == 60
    assert Counter(memory.taken) == Counter(ours)
