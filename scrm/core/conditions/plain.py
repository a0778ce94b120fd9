"""Every operator in the few plain ones that SQL and memory both know: the one place of meaning.

Missing values: an empty text counts as missing; a question about a missing value is false; the
opposite operators (is_not, not_in, has_none, is_not_set) are exactly `not`, so they are true there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from .tree import Leaf
from .types import OPPOSITES, Type


@dataclass(frozen=True, slots=True)
class Plain:
    """`op` is one of is, in, contains, lt, lte, gt, gte, between, is_set, has_any, has_all."""

    op: str
    value: Any
    positive: bool


_SAME_AS = {"before": "lt", "after": "gt"}

# One lower case for SQL and Python: ASCII, Latin-1 and the full-width letters of Chinese keyboards.
# lower() would differ between the two, and between the servers' locales.
_CAPITALS = [
    *range(0x41, 0x5B),
    *range(0xC0, 0xD7),
    *range(0xD8, 0xDF),
    *range(0xFF21, 0xFF3B),
]
CAPITALS = "".join(map(chr, _CAPITALS))
SMALLS = CAPITALS.lower()
_FOLD = str.maketrans(CAPITALS, SMALLS)


def fold(text: str) -> str:
    return text.translate(_FOLD)


def plain(leaf: Leaf, now: datetime) -> Plain:
    """The leaf's question with its opposite taken off and its days turned into bounds."""
    op = OPPOSITES.get(leaf.op, leaf.op)
    value = leaf.value
    if op == "contains":
        value = fold(value)
    elif op == "has":
        op, value = "has_any", (value,)
    elif op in ("within_last", "within_next", "older_than"):
        op, value = _bounds(leaf, op, now)
    return Plain(_SAME_AS.get(op, op), value, positive=leaf.op not in OPPOSITES)


def _bounds(leaf: Leaf, op: str, now: datetime) -> tuple[str, Any]:
    at = now.astimezone(UTC)
    start: Any = at.date() if leaf.fact.type is Type.DATE else at
    span = timedelta(days=leaf.value)
    if op == "within_next":
        return "between", (start, start + span)
    if op == "older_than":
        return "lt", start - span
    return "between", (start - span, start)
