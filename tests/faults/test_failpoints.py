"""Every named point x killed, broken, cut off, frozen x what the provider can tell: 0 lost, 0 twice.

Rows 1, 7 and 22 of the fault matrix, one by one. `theirs` is the provider's own ledger.
"""

import os
import random
from itertools import product

import pytest
from django.conf import settings

from scrm.core import clock
from tests.faults.forked import BROKE, DIED, ENDED, STOPPED, Child
from tests.faults.work import send_lane
from tests.live import eventually

POINTS = ("claim.committed", "guard.before", "guard.passed", "http.sent", "http.answered", "outcome.committed")
END = {"kill": {DIED}, "raise": {BROKE, ENDED}, "drop": {BROKE, ENDED}}
ALL = list(product(POINTS, END))
CASES = ALL if os.environ.get("SCRM_DEEP") else sorted(random.Random(20).sample(ALL, 6))


@pytest.mark.parametrize(("point", "action"), CASES)
def test_broken_process_loses_and_doubles_nothing(engine, point, action):
    passes = 1 if point in ("claim.committed", "outcome.committed") else 2
    lane = engine.put_in()

    child = Child(f"{point}={action}@{passes}", send_lane, lane)

    assert child.wait() in END[action]
    engine.finish()
    assert engine.lost_and_twice() == (0, 0)
    assert set(engine.states()) == {"sent"}


def test_process_frozen_longer_than_its_lease_loses_and_doubles_nothing(engine, monkeypatch):
    """All points at once, so that one second of real freezing is enough; others work meanwhile."""
    monkeypatch.setattr(settings, "SCRM_LEASE_SECONDS", 2)
    children = [freeze(engine, point) for point in POINTS]
    frozen_at = clock.boot_seconds()

    with engine.later(2.5):
        engine.drain()
    eventually(lambda: clock.boot_seconds() - frozen_at > settings.SCRM_LEASE_SECONDS)

    assert [child.thaw() for child in children] == [ENDED] * len(POINTS)
    engine.finish()
    assert engine.lost_and_twice() == (0, 0)
    assert set(engine.states()) == {"sent"}


def test_freeze_beyond_settling_before_the_guard_is_caught_by_the_age_of_the_lease(engine, monkeypatch):
    """Others have sent meanwhile: whoever wakes sees by CLOCK_BOOTTIME that the lease is over, and sends nothing."""
    monkeypatch.setattr(settings, "SCRM_LEASE_SECONDS", 2)
    child = freeze(engine, "guard.before", contacts=1)
    frozen_at = clock.boot_seconds()
    engine.finish()
    eventually(lambda: clock.boot_seconds() - frozen_at > settings.SCRM_LEASE_SECONDS)

    assert child.thaw() == ENDED

    assert engine.lost_and_twice() == (0, 0)


def test_freeze_beyond_settling_between_guard_and_socket_is_the_one_case_that_doubles(engine):
    """What is not told in time is tried again, and then the frozen process wakes up and sends.

    No clock of ours can prevent it; a provider that honours keys does. It is detected where it happens.
    """
    child = freeze(engine, "guard.passed", contacts=1)
    engine.finish()
    assert engine.lost_and_twice() == (0, 0)
    noticed = engine.detected()

    assert child.thaw() == ENDED

    assert engine.lost_and_twice() == (0, 0 if engine.provider.ability == "keyed" else 1)
    assert engine.detected() - noticed == 1


def freeze(engine, point, contacts=3) -> Child:
    lane = engine.put_in(contacts)
    child = Child(f"{point}=stop", send_lane, lane)
    assert child.wait() == STOPPED
    return child
