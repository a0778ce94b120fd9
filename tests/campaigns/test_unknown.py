"""Touches whose outcome nobody knows: looked up with a token, settled by a person, never sent blindly."""

from datetime import timedelta

import pytest

from campaigns.enums import EnrollmentState, Reason, TouchState
from campaigns.models import Enrollment, Touchpoint
from campaigns.services import exit_enrollments, resolve_unknown
from campaigns.services.ledger import recover
from scheduler.budget import Budget
from scheduler.services import due_work
from scrm.core import clock
from scrm.flows.touchpoint import touchpoints_due
from tests.campaigns.people import mailable, put_in
from tests.factories import make_live_sop, make_user, step


@pytest.fixture
def unknown(acme, memory):
    """Lin's touch, whose look-up is due."""
    put_in(make_live_sop(step("email")), *mailable("Lin"))
    Touchpoint.objects.update(state=TouchState.UNKNOWN, attempt=1, lease_until=clock.now() - timedelta(seconds=1))
    return Touchpoint.objects.get()


def test_found_touch_is_sent_and_ends_its_enrollment(unknown, memory):
    memory.answer = lambda ids: dict.fromkeys(ids, "ref")

    recover(now=clock.now())

    unknown.refresh_from_db()
    assert (unknown.state, unknown.token) == (TouchState.SENT, None)
    assert Enrollment.objects.get().state == EnrollmentState.FINISHED


def test_absent_touch_is_tried_again(unknown, memory):
    memory.answer = lambda ids: dict.fromkeys(ids)

    touchpoints_due(Budget(5))

    unknown.refresh_from_db()
    assert (unknown.state, unknown.attempt) == (TouchState.SENT, 2)
    assert memory.taken == [unknown.pk]


def test_look_up_waits_until_the_call_has_settled(unknown, memory):
    Touchpoint.objects.update(lease_until=clock.now() + timedelta(seconds=20))
    memory.answer = lambda ids: dict.fromkeys(ids)

    touchpoints_due(Budget(5))

    assert Touchpoint.objects.get().state == TouchState.UNKNOWN
    assert memory.taken == []


def test_provider_that_cannot_tell_leaves_it_to_a_person(unknown, memory):
    touchpoints_due(Budget(5))

    unknown.refresh_from_db()
    assert (unknown.state, unknown.lease_until, unknown.token) == (TouchState.UNKNOWN, None, None)


def test_provider_that_does_not_know_yet_is_asked_later(unknown, memory):
    memory.answer = lambda ids: {}

    touchpoints_due(Budget(5))

    unknown.refresh_from_db()
    assert unknown.state == TouchState.UNKNOWN
    assert unknown.lease_until > clock.now() + timedelta(minutes=4)


def test_look_up_that_fails_holds_up_nobody(unknown, memory):
    def fail(ids):
        raise ConnectionError

    memory.answer = fail
    put_in(make_live_sop(step("email"), name="Other"), *mailable("Wang"))

    touchpoints_due(Budget(5))

    unknown.refresh_from_db()
    assert unknown.state == TouchState.UNKNOWN
    assert unknown.lease_until > clock.now() + timedelta(minutes=4)
    assert Touchpoint.objects.get(contact__name="Wang").state == TouchState.SENT


def test_old_answer_to_a_look_up_is_worth_nothing(unknown, memory):
    """A second look-up overtakes the first; meanwhile the touch was tried again and is unknown anew."""

    def overtaken(ids):
        memory.answer = lambda ids: dict.fromkeys(ids)
        Touchpoint.objects.update(lease_until=clock.now() - timedelta(seconds=1))
        recover(now=clock.now())
        Touchpoint.objects.update(state=TouchState.UNKNOWN, attempt=2, lease_until=clock.now() + timedelta(minutes=1))
        return dict.fromkeys(ids)

    memory.answer = overtaken

    recover(now=clock.now())

    assert Touchpoint.objects.get().state == TouchState.UNKNOWN


def test_absent_touch_of_somebody_who_left_is_cancelled(unknown, memory):
    with due_work():
        exit_enrollments(contact_ids=[unknown.contact_id], reason=Reason.WON, now=clock.now())
    memory.answer = lambda ids: dict.fromkeys(ids)

    recover(now=clock.now())

    unknown.refresh_from_db()
    assert (unknown.state, unknown.reason) == (TouchState.CANCELLED, Reason.WON)


def test_person_who_knows_that_it_did_not_arrive_sends_it_however_late(unknown, memory):
    unknown.lane.sop.__class__.objects.update(late_policy="skip", late_after_minutes=1)
    Touchpoint.objects.update(due_at=clock.now() - timedelta(days=1), lease_until=None)

    assert resolve_unknown(touchpoint=unknown, sent=False, by=make_user(), now=clock.now())
    touchpoints_due(Budget(5))

    assert Touchpoint.objects.get().state == TouchState.SENT


def test_person_settles_one_attempt_once(unknown):
    by = make_user()

    assert resolve_unknown(touchpoint=unknown, sent=True, by=by, now=clock.now())
    assert not resolve_unknown(touchpoint=unknown, sent=False, by=by, now=clock.now())
    assert Touchpoint.objects.get().state == TouchState.SENT
