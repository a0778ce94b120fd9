"""The provider misbehaves, each way alone at 100 %: rows 5, 6 and 7 of the fault matrix."""

import os

import pytest

from tests.doubles.provider_server import MODES

pytestmark = pytest.mark.parametrize(
    "provider", ["asked", "keyed", "blind"] if os.environ.get("SCRM_DEEP") else ["asked"], indirect=True
)


@pytest.fixture(autouse=True)
def good_again(provider):
    yield
    provider.recover()


@pytest.mark.parametrize("mode", MODES)
def test_misbehaving_provider_makes_nothing_lost_or_twice(engine, mode):
    """Row 7: time-outs, lines that drop, cut bodies, pages instead of answers; and nobody follows a redirect."""
    engine.provider.fail(**{mode: 1.0})
    engine.put_in(2)
    engine.drain()

    engine.provider.recover()
    engine.finish()

    assert engine.lost_and_twice() == (0, 0)
    assert "followed" not in {message.subject for message in engine.provider.taken()}
    assert set(engine.states()) == {"sent"}


def test_outage_is_not_answered_with_blind_retries(engine):
    """Row 6: a call that failed is tried again only after its look-up, which waits for the settle time."""
    engine.provider.fail(error=1.0)
    before = engine.provider.fail(error=1.0)
    engine.put_in(3)

    for _ in range(10):
        engine.drain()

    assert engine.provider.fail() - before == 3
    engine.finish()
    assert engine.lost_and_twice() == (0, 0)


def test_spent_quota_is_probed_once_per_block(engine):
    """Row 5: the first refusal closes the lane, so that a ban is not made worse."""
    before = engine.provider.fail(quota=1.0)
    engine.put_in(10)

    for _ in range(10):
        engine.drain()

    assert engine.provider.fail(quota=1.0) - before == 1
    with engine.later(31):
        engine.drain()
        engine.drain()
    assert engine.provider.fail() - before == 2
    with engine.later(62):
        engine.drain()
    assert engine.lost_and_twice() == (0, 0)
