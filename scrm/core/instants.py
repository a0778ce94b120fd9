"""A wall-clock time as a moment, whatever the clock does that day. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo


@lru_cache(maxsize=4096)
def instant_of(day: date, at: time, zone: ZoneInfo) -> datetime:
    """That time of that day: in a gap the first instant after it, where it comes twice the first of the two."""
    wall = datetime.combine(day, at)
    early = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if early.astimezone(zone).replace(tzinfo=None, fold=0) == wall:
        return early
    # In a gap: fold=0 reads the clock as before the leap, which lies after it, fold=1 the
    # other way round (PEP 495). The leap is where the offset changes between the two.
    after, before = early, wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    offset_before = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == offset_before:
            before = middle
        else:
            after = middle
    return after
