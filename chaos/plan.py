"""Decides which fault comes when, counted in touchpoints and not in seconds. Pure."""

import random
from enum import StrEnum
from typing import NamedTuple


class Fault(StrEnum):
    CHILD = "worker child killed"
    PARENT = "worker parent killed"
    DEPLOY = "worker replaced"
    PAUSE = "process frozen"
    POSTMASTER = "PostgreSQL killed"
    BACKEND = "PostgreSQL back-end killed"
    REDIS = "Redis killed"
    FLUSH = "Redis flushed"
    BEAT = "beat killed"


_EVERY = {
    Fault.CHILD: 200,
    Fault.PARENT: 1_500,
    Fault.DEPLOY: 4_000,
    Fault.PAUSE: 600,
    Fault.POSTMASTER: 1_800,
    Fault.BACKEND: 5_000,
    Fault.REDIS: 6_000,
    Fault.FLUSH: 1_800,
    Fault.BEAT: 3_000,
}
"""One such fault per so many touchpoints, and one at least."""

LEASE_SECONDS = 2
SETTLE_SECONDS = 4
LOOK_UP_SECONDS = 20
TIMEOUT_SECONDS = 0.5
RETRY_AFTER_SECONDS = 5
PAUSES = (LEASE_SECONDS + 0.3, LEASE_SECONDS + 1.3)
"""Longer than the lease. A freeze longer than settle and time-out together, between guard and socket, is
the one case that doubles (tests/faults/test_failpoints.py shows it): chance must not bring it about."""

_QUIET_TAIL = 0.97


class Strike(NamedTuple):
    """A fault, due when so many touchpoints have been taken."""

    at: int
    fault: Fault


def strikes(touchpoints: int, seed: int) -> list[Strike]:
    """The faults of a run in their order, the same for the same seed."""
    draw = random.Random(seed)
    last = int(touchpoints * _QUIET_TAIL)
    return sorted(
        Strike(draw.randint(1, last), fault)
        for fault, every in _EVERY.items()
        for _ in range(max(1, -(-touchpoints // every)))
    )


def provider_shares(touchpoints: int) -> dict[str, float]:
    """How the provider misbehaves. A spent quota shuts a tenant's channel for seconds, so it takes a long run."""
    common = {
        "delay": 0.02,
        "timeout": 0.002,
        "drops": 0.01,
        "error": 0.01,
        "truncated": 0.005,
        "drip": 0.001,
        "html": 0.005,
        "redirect": 0.005,
    }
    return {**common, "quota": 0.0005} if touchpoints >= 20_000 else common
