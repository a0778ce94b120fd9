"""When somebody usually buys. Pure."""

from collections.abc import Iterable
from datetime import datetime, time
from typing import Final

MOMENTS: Final = (
    (range(5, 11), time(8, 0)),
    (range(11, 15), time(12, 15)),
    (range(15, 17), time(15, 30)),
    (range(17, 20), time(18, 15)),
)
"""Hours of the day and the moment in which to reach who buys in them: before work, noon, afternoon, on the way home."""
_EVENING: Final = time(20, 30)


def moment_of(hour: int) -> time:
    return next((moment for hours, moment in MOMENTS if hour in hours), _EVENING)


def usual_time(orders: Iterable[tuple[int, int, datetime]]) -> time:
    """The moment in which most orders lie, given as (hour, how many, last); of equals the one of the last order."""
    found: dict[time, tuple[int, datetime]] = {}
    for hour, number, last in orders:
        moment = moment_of(hour)
        before, latest = found.get(moment, (0, last))
        found[moment] = before + number, max(latest, last)
    return max(found, key=lambda moment: found[moment])
