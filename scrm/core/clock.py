"""The one clock: the database's time, plus an offset that only tests set."""

import time
from datetime import datetime, timedelta
from typing import Final

from django.db import connection

from scrm.core.postgres.statements import Statement

_NOW: Final = Statement("SELECT clock_timestamp()")
_offset = timedelta(0)


def now() -> datetime:
    """The database's wall-clock time (aware, UTC), so that a worker's own clock never decides."""
    with connection.cursor() as cursor:
        cursor.execute(_NOW)
        return as_told(cursor.fetchone()[0])


def as_told(moment: datetime) -> datetime:
    """`now()`, where another statement has asked for `clock_timestamp()` along with its own rows."""
    return moment + _offset


def set_offset(offset: timedelta) -> None:
    """Shift `now()`; for tests and simulations."""
    global _offset
    _offset = offset


def boot_seconds() -> float:
    """Seconds since boot, suspended time included: the only clock for the age of a lease.

    CLOCK_MONOTONIC stands still while a machine sleeps, so a frozen worker would think its
    lease young and send after somebody else did.
    """
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def machine_difference() -> float:
    """Seconds by which the database's clock is ahead of this machine's, less the way there and back."""
    before = time.time()
    theirs = now().timestamp() - _offset.total_seconds()
    after = time.time()
    return theirs - (before + after) / 2 if not before <= theirs <= after else 0.0
