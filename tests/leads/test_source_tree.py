"""The tree of sources: no circles, five levels, nothing lost in its order."""

from dataclasses import dataclass
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from leads.source_tree import DEPTH_MOST, grows_too_deep, in_order, is_within, parents_of


@dataclass(frozen=True)
class One:
    pk: UUID
    parent_id: UUID | None


MOVES = st.lists(st.tuples(st.integers(0, 5), st.none() | st.integers(0, 5)), min_size=12, max_size=40)


def levels(parents: dict[UUID, UUID | None]) -> int | None:
    """How many levels stand one above another; None where somebody's way up never ends."""
    most = 0
    for node in parents:
        depth, step = 0, node
        while step is not None:
            depth, step = depth + 1, parents[step]
            if depth > len(parents):
                return None
        most = max(most, depth)
    return most


@given(MOVES)
def test_a_move_is_allowed_just_when_a_tree_of_five_levels_comes_of_it(moves):
    parents: dict[UUID, UUID | None] = {UUID(int=number): None for number in range(6)}
    for moved, to in moves:
        node, parent = UUID(int=moved), None if to is None else UUID(int=to)
        after = levels({**parents, node: parent})
        circles = parent is not None and is_within(parents, parent, node)
        assert circles == (after is None)
        if after is not None and parent is not None:
            assert grows_too_deep(parents, node, parent) == (after > DEPTH_MOST)
        if after is not None and after <= DEPTH_MOST:
            parents[node] = parent

    nodes = [One(pk, parent) for pk, parent in parents.items()]
    placed = list(in_order(nodes))

    assert parents_of(nodes) == parents
    assert sorted(node.pk for node, _depth in placed) == sorted(parents)
    assert max(depth for _node, depth in placed) < DEPTH_MOST
    line: list[UUID] = []
    for node, depth in placed:
        line = [*line[:depth], node.pk]
        assert node.parent_id == (line[depth - 1] if depth else None)


def test_a_sixth_level_is_too_deep_for_one_and_for_what_it_brings():
    chain = [UUID(int=number) for number in range(7)]
    parents: dict[UUID, UUID | None] = {chain[0]: None, **{chain[n]: chain[n - 1] for n in range(1, 5)}}

    assert grows_too_deep(parents, None, chain[4])
    assert not grows_too_deep(parents, None, chain[3])
    parents |= {chain[5]: None, chain[6]: chain[5]}
    assert grows_too_deep(parents, chain[5], chain[3])
    assert not grows_too_deep(parents, chain[5], chain[2])
