"""What a claim asks again in its own transaction, and what one row or one lane that breaks does to the others."""

from datetime import timedelta

import pytest
from django.db import OperationalError

from campaigns import planner, policy
from campaigns.enums import Closure, EnrollmentState, Reason, TouchState
from campaigns.models import Enrollment, Lane, Touchpoint
from campaigns.services import ledger, messages, pause_sop, publish_sop, save_draft
from campaigns.services.delivery import deliver
from campaigns.services.ledger import claim_batch, recover
from scheduler.budget import Budget
from scheduler.services import raise_wake_up
from scrm.core import clock
from scrm.flows.touchpoint import touchpoints_due
from tests.campaigns.people import mailable, put_in, set_status
from tests.factories import make_contact, make_live_sop, make_user, step


@pytest.mark.parametrize("status", ["suspended", "paused", "leaving"])
def test_claim_of_a_tenant_that_may_not_send_holds_nothing(acme, memory, status):
    put_in(make_live_sop(step("email")), *mailable("Lin"))
    set_status(acme, status)

    assert claim_batch(lane=Lane.objects.get()) is None
    assert Touchpoint.objects.get().state == TouchState.PLANNED


def test_tenant_suspended_after_the_claim_sends_nothing(acme, memory):
    put_in(make_live_sop(step("email")), *mailable("Lin"))
    batch = claim_batch(lane=Lane.objects.get())
    set_status(acme, "suspended")

    deliver(batch)

    assert memory.taken == []
    assert Touchpoint.objects.get().state == TouchState.PLANNED


def test_lane_closed_after_the_claim_sends_nothing(acme, memory):
    sop = make_live_sop(step("email"))
    put_in(sop, *mailable("Lin"))
    batch = claim_batch(lane=Lane.objects.get())
    pause_sop(sop=sop)

    deliver(batch)

    assert memory.taken == []
    assert (Touchpoint.objects.get().state, Touchpoint.objects.get().attempt) == (TouchState.PLANNED, 0)


def test_claim_of_a_closed_lane_holds_nothing(acme, memory):
    """The lane was read while it was open."""
    sop = make_live_sop(step("email"))
    put_in(sop, *mailable("Lin"))
    lane = Lane.objects.get()
    pause_sop(sop=sop)

    assert claim_batch(lane=lane) is None


def test_claim_that_is_too_old_is_put_back_unsent(acme, memory, monkeypatch):
    put_in(make_live_sop(step("email")), *mailable("Lin", "Wang"))
    batch = claim_batch(lane=Lane.objects.get())
    booted = clock.boot_seconds()
    monkeypatch.setattr(clock, "boot_seconds", lambda: booted + 59.5)

    deliver(batch)

    assert memory.taken == []
    assert set(Touchpoint.objects.values_list("state", "attempt")) == {(TouchState.PLANNED, 0)}


def test_worker_frozen_right_before_the_call_does_not_send(acme, memory, monkeypatch):
    """The age is looked at once more after the row was turned to sending."""
    put_in(make_live_sop(step("email")), *mailable("Lin"))
    batch = claim_batch(lane=Lane.objects.get())
    booted = clock.boot_seconds()
    ages = iter([0.0, 120.0])
    monkeypatch.setattr(clock, "boot_seconds", lambda: booted + next(ages, 120.0))

    deliver(batch)

    assert memory.taken == []
    assert Touchpoint.objects.get().state == TouchState.PLANNED


def test_result_of_a_lost_lease_is_not_written(acme, memory):
    put_in(make_live_sop(step("email")), *mailable("Lin"))

    def freeze(message):
        Touchpoint.objects.update(lease_until=clock.now() - timedelta(days=1))
        recover(now=clock.now())

    memory.before_send = freeze

    touchpoints_due(Budget(5))

    assert Touchpoint.objects.get().state == TouchState.UNKNOWN
    assert len(memory.taken) == 1


def test_publishing_again_leaves_a_lane_closed_that_waits_for_its_provider(acme, memory):
    sop = make_live_sop(step("email"))
    Lane.objects.update(is_open=False, reopen_at=clock.now() + timedelta(minutes=1), reason="Down")

    save_draft(sop=sop, steps=[step("email", number=1)], now=clock.now())
    publish_sop(sop=sop, by=None, now=clock.now())

    assert not Lane.objects.get().is_open


def test_text_that_cannot_be_made_fails_with_its_reason_and_the_others_go(acme, memory, monkeypatch):
    put_in(make_live_sop(step("email")), *mailable("Lin", "Wang"))
    fill = messages.render

    def stumble(text, values):
        if values["contact.name"] == "Lin":
            raise KeyError("city")
        return fill(text, values)

    monkeypatch.setattr(messages, "render", stumble)

    touchpoints_due(Budget(5))

    states = dict(Touchpoint.objects.values_list("contact__name", "state"))
    assert states == {"Lin": TouchState.FAILED, "Wang": TouchState.SENT}
    assert Touchpoint.objects.get(contact__name="Lin").reason == Reason.BROKEN


@pytest.fixture
def unplannable(acme, memory, monkeypatch):
    """Twenty on their way; what follows Lin's touch can't be planned."""
    sop = make_live_sop(step("email"), step("email", {"kind": "hours", "n": 2}, name="Second"))
    names = ["Lin", *(f"C{number}" for number in range(19))]
    put_in(sop, *mailable(*names))
    Enrollment.objects.filter(contact__name="Lin").update(zone="Mars/Olympus")
    plan = planner.due_times

    def stumble(offset, anchors, calendar, occurrence):
        if any(anchor.zone == "Mars/Olympus" for anchor in anchors):
            raise ValueError("Mars has no time.")
        return plan(offset, anchors, calendar, occurrence)

    monkeypatch.setattr(planner, "due_times", stumble)


def test_row_that_breaks_the_claim_is_set_aside_and_the_others_go(unplannable, memory):
    touchpoints_due(Budget(60))

    lin = Touchpoint.objects.get(contact__name="Lin")
    assert len(memory.taken) == 19
    assert (lin.state, lin.reason, lin.attempt, lin.detail) == (TouchState.PLANNED, Reason.BROKEN, 1, "ValueError")
    assert lin.due_at > clock.now() + timedelta(seconds=50)
    assert Touchpoint.objects.filter(step_number=2).count() == 19


def test_row_that_goes_on_breaking_fails_in_the_end(unplannable, memory):
    tries = 0
    while Touchpoint.objects.get(contact__name="Lin").state == TouchState.PLANNED:
        Touchpoint.objects.filter(contact__name="Lin").update(due_at=clock.now())
        touchpoints_due(Budget(60))
        tries += 1

    lin = Touchpoint.objects.get(contact__name="Lin")
    assert (lin.state, lin.reason) == (TouchState.FAILED, Reason.BROKEN)
    assert tries == 6 == 1 + sum(policy.back_off_seconds(attempt) is not None for attempt in range(1, 9))
    assert Enrollment.objects.get(contact__name="Lin").state == EnrollmentState.FINISHED


def test_trouble_of_the_database_costs_no_row_an_attempt(acme, memory, monkeypatch):
    put_in(make_live_sop(step("email")), *mailable("Lin"))

    def cut(*args, **kwargs):
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(ledger, "reach_of", cut)

    with pytest.raises(OperationalError):
        touchpoints_due(Budget(5))

    assert (Touchpoint.objects.get().state, Touchpoint.objects.get().attempt) == (TouchState.PLANNED, 0)


def test_lane_that_breaks_closes_and_the_others_go_on(acme, settings):
    settings.SCRM_CHANNELS = {"email": "tests.campaigns.nowhere.Missing"}
    put_in(make_live_sop(step("email"), name="Broken"), *mailable("Lin"))
    put_in(make_live_sop(name="Sound"), make_contact("Wang", owner=make_user()))

    touchpoints_due(Budget(5))

    states = dict(Touchpoint.objects.values_list("contact__name", "state"))
    assert states == {"Lin": TouchState.PLANNED, "Wang": TouchState.WITH_REP}
    broken = Lane.objects.get(channel="email")
    assert (broken.is_open, broken.closure, broken.reopen_at > clock.now()) == (
        False,
        Closure.FAULT,
        True,
    )


def test_slow_lane_gets_its_share_of_the_time_and_the_short_one_goes(acme, memory, monkeypatch):
    """Each call of the long lane takes a second of a budget of four; both lanes are served in the first round."""
    put_in(make_live_sop(step("email"), name="Long"), *mailable(*(f"L{number}" for number in range(20))))
    put_in(make_live_sop(step("email"), name="Short"), *mailable("S"))
    gone = 0.0

    def slow(message):
        nonlocal gone
        gone += 1.0

    memory.before_send = slow
    real = clock.boot_seconds
    monkeypatch.setattr(clock, "boot_seconds", lambda: real() + gone)

    assert touchpoints_due(Budget(4)) is True

    sent = set(Touchpoint.objects.filter(state=TouchState.SENT).values_list("contact__name", flat=True))
    assert "S" in sent
    assert 2 <= len(sent) <= 5
    assert set(Touchpoint.objects.exclude(state=TouchState.SENT).values_list("state", "attempt")) == {(0, 0)}


def test_index_wakes_for_the_look_up_of_an_unknown_touch(acme, memory, own_index):
    def vanish(message):
        raise RuntimeError

    memory.before_send = vanish
    put_in(make_live_sop(step("email")), *mailable("Lin"))
    batch = claim_batch(lane=Lane.objects.get())
    raise_wake_up()

    deliver(batch)

    assert own_index() <= Touchpoint.objects.get().lease_until


@pytest.fixture
def own_index(acme, monkeypatch):
    """The index as the ledger alone makes it."""
    from scheduler import services, sources
    from scheduler.models import WakeUp

    only = [source for source in sources.due_sources() if source.name == "touchpoints"]
    monkeypatch.setattr(services, "due_sources", lambda sending=True: only)
    services.rebuild_wake_up()
    return lambda: WakeUp.objects.get(tenant=acme).due_at
