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


@given(MOVES)
def test_moves_that_are_allowed_keep_it_a_tree_of_five_levels(moves):
    parents: dict[UUID, UUID | None] = {UUID(int=number): None for number in range(6)}
    for moved, to in moves:
        node, parent = UUID(int=moved), None if to is None else UUID(int=to)
        if parent is None or not (is_within(parents, parent, node) or grows_too_deep(parents, node, parent)):
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
