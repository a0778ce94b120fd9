"""Finds rules that would set each other off for ever. Pure."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Link:
    """A rule that is asked about everybody: by codes of tags, what it asks about, gives and takes."""

    name: str
    asks: frozenset[str] = field(default_factory=frozenset)
    gives: frozenset[str] = field(default_factory=frozenset)
    takes: frozenset[str] = field(default_factory=frozenset)

    @property
    def touches(self) -> frozenset[str]:
        return self.gives | self.takes


def find_loop(rules: Sequence[Link]) -> list[str]:
    """The names of rules along a shortest way back to the first of them; empty where there is none.

    A loop in which nothing is ever taken comes to rest: tags only grow. So one step of it must take.
    """
    shortest: list[int] = []
    for place, rule in enumerate(rules):
        for other, asking in enumerate(rules):
            if rule.takes & asking.asks:
                way = _way(rules, other, place)
                if way and (not shortest or len(way) < len(shortest)):
                    shortest = way
    return [rules[place].name for place in [shortest[-1], *shortest]] if shortest else []


def _way(rules: Sequence[Link], start: int, end: int) -> list[int]:
    """Places from `start` to `end`, both included, each set off by the one before; empty where none leads there."""
    came: dict[int, int] = {start: -1}
    waiting = deque([start])
    while waiting:
        place = waiting.popleft()
        if place == end:
            way = [place]
            while came[way[-1]] >= 0:
                way.append(came[way[-1]])
            return way[::-1]
        for after, rule in enumerate(rules):
            if after not in came and rules[place].touches & rule.asks:
                came[after] = place
                waiting.append(after)
    return []
