"""What a period's moves say: which stage loses more than it used to, and how sure that is. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from statistics import NormalDist
from typing import Final, NamedTuple
from uuid import UUID

ENOUGH: Final = 30
"""So many people left a stage in the period and before it, or nothing is said of it."""
_ERROR: Final = 0.05
"""How often something is said of a lifecycle in which nothing has changed."""


class Leavers(NamedTuple):
    """How many left a stage in the period and before it, and how many of them were lost."""

    stage_id: UUID
    left: int
    lost: int
    left_before: int
    lost_before: int


class Finding(StrEnum):
    FOUND = "found"
    NOTHING = "nothing"
    TOO_LITTLE = "too_little"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`more` is how many people were lost beyond what the stage used to lose; `low` and `high` bound the difference of
    the shares, `share` and `share_before`."""

    finding: Finding
    stage_id: UUID | None = None
    more: float = 0.0
    share: float = 0.0
    share_before: float = 0.0
    low: float = 0.0
    high: float = 0.0
    left: int = 0
    left_before: int = 0


def loses_most(stages: Sequence[Leavers]) -> Verdict:
    """The stage that lost the most people beyond its own history, of those where chance alone hardly explains it.

    The shares' difference is bounded by Newcombe's interval; since every stage with enough people is asked, each at a
    part of the error (Bonferroni).
    """
    known = [each for each in stages if each.left >= ENOUGH and each.left_before >= ENOUGH]
    if not known:
        return Verdict(Finding.TOO_LITTLE)
    z = NormalDist().inv_cdf(1 - _ERROR / 2 / len(known))
    found = [verdict for each in known if (verdict := _judge(each, z)).low > 0]
    return max(found, key=lambda verdict: verdict.more, default=Verdict(Finding.NOTHING))


def difference(lost: int, left: int, lost_before: int, left_before: int, z: float) -> tuple[float, float]:
    """Newcombe's bounds of the difference of two shares."""
    share, before = lost / left, lost_before / left_before
    (low, high), (low_before, high_before) = wilson(lost, left, z), wilson(lost_before, left_before, z)
    apart = share - before
    return (
        apart - sqrt((share - low) ** 2 + (high_before - before) ** 2),
        apart + sqrt((high - share) ** 2 + (before - low_before) ** 2),
    )


def wilson(hits: int, of: int, z: float) -> tuple[float, float]:
    """Wilson's bounds of a share."""
    share, square = hits / of, z * z
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = z / (1 + square / of) * sqrt(share * (1 - share) / of + square / (4 * of * of))
    return middle - half, middle + half


def _judge(each: Leavers, z: float) -> Verdict:
    share, before = each.lost / each.left, each.lost_before / each.left_before
    low, high = difference(each.lost, each.left, each.lost_before, each.left_before, z)
    return Verdict(
        Finding.FOUND,
        each.stage_id,
        more=each.lost - each.left * before,
        share=share,
        share_before=before,
        low=low,
        high=high,
        left=each.left,
        left_before=each.left_before,
    )
