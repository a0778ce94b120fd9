"""Whether one step comes before another whatever T is. Pure."""

from datetime import UTC, datetime, timedelta
from typing import Final

from campaigns.timing.anchors import Anchor, Offset
from campaigns.timing.rules import due_at, times_of
from scrm.core.workdays import PLAIN

_LOOSE: Final = frozenset({"fixed", "date", "next_order"})
"""Their day has nothing to do with T."""

# Each day of a month that has 31, in the morning and late in the evening.
_SAMPLES: Final = [
    Anchor(datetime(2026, 5, 1, hour, tzinfo=UTC) + timedelta(days=day), "UTC") for day in range(31) for hour in (4, 22)
]


def always_before(offset: Offset, other: Offset) -> bool:
    """Whether the rule's first time lies before the other's last one for every T."""
    if offset["kind"] in _LOOSE or other["kind"] in _LOOSE:
        return False
    for anchor in _SAMPLES:
        first, last = due_at(offset, anchor, PLAIN), due_at(other, anchor, PLAIN, times_of(other))
        if first is None or last is None or first >= last:
            return False
    return True
