"""Several at once, a clock that lies, a mind that changes: rows 12, 15, 20 and 24 of the fault matrix."""

import os
from datetime import timedelta

import pytest
from django_tenants.utils import tenant_context

from campaigns.enums import Reason, TouchState
from campaigns.models import Touchpoint
from contacts.enums import ChannelKind
from contacts.models import Identity
from scrm.core import clock
from scrm.flows.consent import contact_withdrew
from tests.faults.forked import ENDED, STOPPED, Child
from tests.faults.work import drain, send_lane

pytestmark = pytest.mark.parametrize("provider", ["asked"], indirect=True)

ROUNDS = 200 if os.environ.get("SCRM_DEEP") else 1
FIVE = 5


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_five_at_once_send_each_touch_once(engine, turn):
    """Row 15: two beats, or five, make load and nothing else."""
    for _ in range(3):
        engine.put_in(20)

    children = [Child("", drain) for _ in range(FIVE)]

    assert [child.wait() for child in children] == [ENDED] * FIVE
    assert engine.lost_and_twice() == (0, 0)
    assert set(engine.states()) == {"sent"}


@pytest.mark.parametrize("skew", [timedelta(hours=1), timedelta(hours=-1), timedelta(days=400)], ids=str)
def test_clock_of_a_worker_decides_nothing(engine, skew):
    """Row 12: what is due goes out, what is due in half an hour does not, and the lease holds."""
    engine.put_in(2)
    later = engine.put_in(2)
    with tenant_context(engine.tenant):
        Touchpoint.objects.filter(lane=later).update(due_at=clock.now() + timedelta(minutes=30))

    assert Child("", drain, skew).wait() == ENDED
    assert sorted(engine.states()[-4:]) == ["planned", "planned", "sent", "sent"]
    with engine.later(1801):
        engine.drain()
    assert engine.lost_and_twice() == (0, 0)


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_withdrawal_between_claim_and_call_is_obeyed(engine, turn):
    """Row 20: the row was claimed, but its call had not begun."""
    lane = engine.put_in(2)
    child = Child("claim.committed=stop", send_lane, lane)
    assert child.wait() == STOPPED
    with tenant_context(engine.tenant):
        first, second = Touchpoint.objects.filter(lane=lane).order_by("pk")
        contact_withdrew(first.contact_id, ChannelKind.ALL, reason="asked_to_stop", now=clock.now())

    assert child.thaw() == ENDED

    engine.drain()
    with tenant_context(engine.tenant):
        first.refresh_from_db()
        second.refresh_from_db()
    assert (first.state, first.reason) == (TouchState.SKIPPED, Reason.DO_NOT_CONTACT)
    assert second.state == TouchState.SENT
    keys = {message.key for message in engine.provider.taken()}
    assert f"acme.{first.pk}" not in keys


def test_poison_row_ends_with_its_reason_and_holds_up_nobody(engine):
    """Row 24: an address that does not open any more. It is tried once, and a person sees why nothing went out."""
    lane = engine.put_in(10)
    with tenant_context(engine.tenant):
        poisoned = Touchpoint.objects.filter(lane=lane).first()
        Identity.objects.filter(contact_id=poisoned.contact_id).update(sealed=b"spoilt")

    engine.drain()

    with tenant_context(engine.tenant):
        poisoned.refresh_from_db()
        others = Touchpoint.objects.filter(lane=lane).exclude(pk=poisoned.pk)
        assert set(others.values_list("state", flat=True)) == {TouchState.SENT}
    assert (poisoned.state, poisoned.reason) == (TouchState.SKIPPED, Reason.NO_ADDRESS)
