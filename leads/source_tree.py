"""Decides what a tree of sources may look like, and in which order it is shown. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Protocol, TypeVar
from uuid import UUID

DEPTH_MOST: Final = 5
"""So many sources stand one above another at most."""

Parents = Mapping[UUID, UUID | None]


class Node(Protocol):
    @property
    def pk(self) -> UUID: ...
    @property
    def parent_id(self) -> UUID | None: ...


N = TypeVar("N", bound=Node)


def parents_of(nodes: Iterable[Node]) -> dict[UUID, UUID | None]:
    return {node.pk: node.parent_id for node in nodes}


def is_within(parents: Parents, node: UUID, top: UUID) -> bool:
    """Whether the node is `top` or somewhere below it."""
    return node == top or top in line_above(parents, node)


def line_above(parents: Parents, node: UUID) -> list[UUID]:
    """Its parent, that one's parent and so on; ends where a chain would come back."""
    above: list[UUID] = []
    step = parents.get(node)
    while step is not None and step != node and step not in above:
        above.append(step)
        step = parents.get(step)
    return above


def height_of(parents: Parents, top: UUID) -> int:
    """How many levels the tree below and with `top` has."""
    return 1 + max((line_above(parents, node).index(top) + 1 for node in below(parents, top)), default=0)


def below(parents: Parents, top: UUID) -> set[UUID]:
    return {node for node in parents if node != top and top in line_above(parents, node)}


def grows_too_deep(parents: Parents, node: UUID | None, parent: UUID) -> bool:
    """Whether the node (None: a new one), with what is below it, would reach too deep under this parent."""
    height = height_of(parents, node) if node in parents and node is not None else 1
    return len(line_above(parents, parent)) + 1 + height > DEPTH_MOST


def in_order(nodes: Sequence[N]) -> Iterator[tuple[N, int]]:
    """Each node with its depth from 0, parts right below the whole, in the order given among themselves."""
    parts: dict[UUID | None, list[N]] = {}
    known = {node.pk for node in nodes}
    for node in nodes:
        parts.setdefault(node.parent_id if node.parent_id in known else None, []).append(node)
    waiting = [(node, 0) for node in reversed(parts.get(None, []))]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        waiting += [(part, depth + 1) for part in reversed(parts.get(node.pk, []))]
