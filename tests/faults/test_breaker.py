"""A channel whose provider fails is shut in all its lanes, and opened by one probe: rows 5 and 6 of the matrix."""

from datetime import timedelta
from functools import partial

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_tenants.utils import tenant_context

from campaigns.enums import Closure
from campaigns.lane_queries import TOUCHPOINTS_NEXT_DUE
from campaigns.models import Breaker
from campaigns.policy import FAILURES_UNTIL_SHUT, shut_seconds
from campaigns.services.delivery import deliver
from campaigns.services.ledger import claim_batch
from scrm.core import clock
from tests.campaigns.test_races import at_once

pytestmark = pytest.mark.parametrize("provider", ["asked"], indirect=True)


@pytest.fixture(autouse=True)
def good_again(engine):
    yield
    engine.provider.recover()
    with tenant_context(engine.tenant):
        Breaker.objects.all().delete()


def shut_until(engine, reopen_at):
    """As a provider leaves it that hung up."""
    with tenant_context(engine.tenant):
        state = {"failures": FAILURES_UNTIL_SHUT, "closure": Closure.HUNG_UP, "reopen_at": reopen_at}
        Breaker.objects.update_or_create(channel="email", defaults=state)


def next_due_at(engine):
    with tenant_context(engine.tenant), connection.cursor() as cursor:
        cursor.execute(TOUCHPOINTS_NEXT_DUE)
        return cursor.fetchone()[0]


def test_outage_shuts_the_channel_until_one_probe_is_answered(engine):
    """Row 6: an hour of 5xx makes a few rows unknown, not a million."""
    before = engine.provider.fail(error=1.0)
    for _ in range(2):
        engine.put_in(10)

    for _ in range(3):
        engine.drain()

    assert engine.provider.fail(error=1.0) - before == FAILURES_UNTIL_SHUT
    with engine.later(3):
        engine.drain()
        engine.drain()
    assert engine.provider.fail() - before == FAILURES_UNTIL_SHUT + 1
    engine.finish()
    assert engine.lost_and_twice() == (0, 0)


def test_six_at_once_make_one_probe(engine):
    """Of six claims in three lanes one gets the probe, of one touch; until it is answered nobody else asks."""
    lanes = [engine.put_in(3) for _ in range(3)]
    shut_until(engine, clock.now())
    before, batches = engine.provider.fail(), []

    at_once(engine.tenant, *[partial(lambda lane: batches.append(claim_batch(lane=lane)), lane) for lane in lanes * 2])
    engine.drain()

    assert engine.provider.fail() == before
    (probe,) = filter(None, batches)
    assert len(probe.messages) == 1
    with tenant_context(engine.tenant):
        deliver(probe)
    engine.drain()
    assert set(engine.states()) == {"sent"}
    assert engine.lost_and_twice() == (0, 0)


def test_probe_that_died_is_followed_by_another_after_its_lease(engine):
    lane = engine.put_in(3)
    shut_until(engine, clock.now())
    before = engine.provider.fail()
    with tenant_context(engine.tenant):
        assert claim_batch(lane=lane) is not None

    engine.drain()

    assert engine.provider.fail() == before
    with engine.later(settings.SCRM_LEASE_SECONDS + 1):
        engine.drain()
    assert set(engine.states()) == {"sent"}
    assert engine.lost_and_twice() == (0, 0)


def test_what_was_claimed_before_the_channel_was_shut_is_not_called(engine):
    lane = engine.put_in(3)
    before = engine.provider.fail()
    with tenant_context(engine.tenant):
        batch = claim_batch(lane=lane)
    shut_until(engine, clock.now() + timedelta(seconds=30))

    with tenant_context(engine.tenant), CaptureQueriesContext(connection) as asked:
        deliver(batch)

    assert engine.provider.fail() == before
    put_back = [query["sql"] for query in asked if "attempt = attempt - 1" in query["sql"]]
    assert len(put_back) == 2
    with engine.later(31):
        engine.drain()
    assert engine.lost_and_twice() == (0, 0)


def test_probe_that_broke_by_a_fault_of_our_own_is_another_s_at_once(engine, monkeypatch):
    lane = engine.put_in(3)
    shut_until(engine, clock.now())
    with tenant_context(engine.tenant):
        probe = claim_batch(lane=lane)
        with monkeypatch.context() as broken:
            broken.setattr("campaigns.services.delivery._turn_to_sending", lambda *_: 1 // 0)
            with pytest.raises(ZeroDivisionError):
                deliver(probe)

    engine.drain()

    assert set(engine.states()) == {"claimed", "sent"}
    with engine.later(settings.SCRM_LEASE_SECONDS + 1):
        engine.drain()
    assert set(engine.states()) == {"sent"}
    assert engine.lost_and_twice() == (0, 0)


def test_channel_that_is_shut_wakes_nobody_before_its_probe(engine):
    """Neither at once, for what is due, nor ever, when nothing is."""
    engine.put_in(1)
    reopen_at = clock.now() + timedelta(seconds=30)
    shut_until(engine, reopen_at)
    assert next_due_at(engine) == reopen_at

    with engine.later(31):
        engine.drain()
    shut_until(engine, clock.now())
    assert next_due_at(engine) is None


@pytest.mark.parametrize(
    ("failures", "is_quota", "asked", "seconds"),
    [
        (5, False, None, 2),
        (7, False, None, 8),
        (1000, False, None, 60),
        (5, True, None, 60),
        (1000, True, None, 3600),
        (5, True, 17, 17),
        (5, True, 0, 1),
        (5, True, 10**9, 3600),
    ],
)
def test_probes_come_later_and_later_or_when_the_provider_says(provider, failures, is_quota, asked, seconds):
    assert shut_seconds(failures=failures, is_quota=is_quota, asked=asked) == seconds
