"""T+0 to T+400 days onto every change of the clocks from 2024 to 2037: exact local time, never twice, no drift."""

import os
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from campaigns.timing import Anchor, due_at
from scrm.core.workdays import PLAIN
from tests.campaigns.test_planner import ZONES, slow_due_at

DEEP = bool(os.environ.get("SCRM_DEEP"))
SAMPLE = sorted(random.Random("transitions").sample(ZONES, 8))
ALWAYS = ["Africa/Casablanca", "America/Santiago", "Antarctica/Troll", "Asia/Gaza", "Australia/Lord_Howe"]
FAR = range(401) if DEEP else (0, 1, 2, 7, 30, 31, 180, 365, 400)


def changes(zone: ZoneInfo) -> Iterator[datetime]:
    """The first minute of each new offset: day by day, then by halves."""
    moment, end = datetime(2024, 1, 1, tzinfo=UTC), datetime(2038, 1, 1, tzinfo=UTC)
    while moment < end:
        after = moment + timedelta(days=1)
        if moment.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset():
            low, high = moment, after
            while high - low > timedelta(minutes=1):
                middle = low + (high - low) // timedelta(minutes=2) * timedelta(minutes=1)
                same = middle.astimezone(zone).utcoffset() == low.astimezone(zone).utcoffset()
                low, high = (middle, high) if same else (low, middle)
            yield high
        moment = after


def walls(change: datetime, zone: ZoneInfo) -> set[datetime]:
    """Local times about a change: just before, in and after what it leaves out or shows twice; and noon."""
    before = (change - timedelta(minutes=1)).astimezone(zone).replace(tzinfo=None, fold=0)
    after = change.astimezone(zone).replace(tzinfo=None, fold=0)
    low, high = sorted([before, after])
    found = {low - timedelta(minutes=1), low, low + (high - low) // 2, high, high + timedelta(minutes=1)}
    return {each.replace(second=0) for each in found} | {datetime.combine(after.date(), time(12))}


@pytest.mark.parametrize("name", ZONES if DEEP else sorted({*SAMPLE, *ALWAYS}))
def test_every_change_of_the_clocks_is_met_at_its_local_time(name):
    zone = ZoneInfo(name)
    met = list(changes(zone))
    for change in met if DEEP else random.Random(name).sample(met, min(len(met), 4)):
        for wall in walls(change, zone):
            expected = slow_due_at(wall, name)
            for n in FAR:
                anchor = Anchor(_evening_before(wall.date() - timedelta(days=n), zone), name)
                offset = {"kind": "days", "n": n + 1, "at": wall.strftime("%H:%M")}

                assert due_at(offset, anchor, PLAIN) == expected, (name, wall, n)


def _evening_before(day: date, zone: ZoneInfo) -> datetime:
    """A T whose next day is that one."""
    return datetime.combine(day - timedelta(days=1), time(18), tzinfo=zone).astimezone(UTC)
