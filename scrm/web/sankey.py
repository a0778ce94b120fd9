"""Draws who went from where to where: two columns of boxes, and a band for each way. Pure."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)

WIDTH: Final = 800
_LEFT: Final = 190
_RIGHT: Final = WIDTH - _LEFT
_THICK: Final = 8
_GAP: Final = 14
_ROW: Final = 46
"""Height of a box on the average; a column of them is as high as its longer side."""


@dataclass(frozen=True, slots=True)
class Box(Generic[Key]):
    """A stage at one side. Numbers are texts, so that no language writes them with a comma."""

    key: Key
    value: int
    x: str
    y: str
    height: str
    middle: str


@dataclass(frozen=True, slots=True)
class Band(Generic[Key]):
    """A way: the curve of its middle, and how wide it is."""

    start: Key
    end: Key
    value: int
    path: str
    width: str


@dataclass(frozen=True, slots=True)
class Drawing(Generic[Key]):
    height: int
    left: list[Box[Key]]
    right: list[Box[Key]]
    bands: list[Band[Key]]
    width: int = WIDTH


def draw(ways: Sequence[tuple[Key, Key, int]], order: Sequence[Key]) -> Drawing[Key]:
    """The ways with their numbers; both columns keep the order, and leave out what nobody passed."""
    place = {key: number for number, key in enumerate(order)}
    told = sorted((way for way in ways if way[2] > 0), key=lambda way: (place[way[0]], place[way[1]]))
    starts, ends = _sums(told, lambda way: way[0], place), _sums(told, lambda way: way[1], place)
    rows = max(len(starts), len(ends))
    height = rows * (_ROW + _GAP)
    scale = rows * _ROW / max(sum(starts.values()), 1)
    left_at, left = _column(starts, scale, _LEFT - _THICK)
    right_at, right = _column(ends, scale, _RIGHT)
    bands = []
    for start, end, value in told:
        width = value * scale
        y, z = left_at[start] + width / 2, right_at[end] + width / 2
        left_at[start] += width
        right_at[end] += width
        middle = WIDTH / 2
        path = f"M{_LEFT} {y:.1f}C{middle:.0f} {y:.1f} {middle:.0f} {z:.1f} {_RIGHT} {z:.1f}"
        bands.append(Band(start, end, value, path, f"{max(width, 1):.1f}"))
    return Drawing(height, left, right, bands)


def _sums(
    ways: Sequence[tuple[Key, Key, int]], side: Callable[[tuple[Key, Key, int]], Key], place: Mapping[Key, int]
) -> dict[Key, int]:
    found: dict[Key, int] = {}
    for way in sorted(ways, key=lambda way: place[side(way)]):
        found[side(way)] = found.get(side(way), 0) + way[2]
    return found


def _column(sums: Mapping[Key, int], scale: float, x: int) -> tuple[dict[Key, float], list[Box[Key]]]:
    at, boxes, y = {}, [], _GAP / 2
    for key, value in sums.items():
        height = value * scale
        at[key] = y
        boxes.append(Box(key, value, str(x), f"{y:.1f}", f"{max(height, 1):.1f}", f"{y + height / 2:.1f}"))
        y += height + _GAP
    return at, boxes
