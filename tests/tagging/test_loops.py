"""Rules that would set each other off for ever are found, and none other."""

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from tagging.loops import Link, find_loop


def link(name: str, *, asks: str = "", gives: str = "", takes: str = "") -> Link:
    return Link(name, frozenset(asks), frozenset(gives), frozenset(takes))


def test_a_tag_given_for_one_that_is_taken_for_it_is_a_loop():
    rules = [link("If X then Y", asks="x", gives="y"), link("X unless Y", asks="y", gives="x", takes="x")]

    assert find_loop(rules) == ["X unless Y", "If X then Y", "X unless Y"]


def test_a_rule_that_takes_what_it_asks_about_is_a_loop_of_its_own():
    assert find_loop([link("Not X", asks="x", gives="x", takes="x")]) == ["Not X", "Not X"]


def test_rules_that_only_give_come_to_rest():
    assert find_loop([link("a", asks="x", gives="y"), link("b", asks="y", gives="x")]) == []


LINKS = st.lists(
    st.builds(Link, st.just(""), *[st.frozensets(st.sampled_from("wxyz"), max_size=2)] * 3), max_size=4
).map(lambda found: [Link(f"r{place}", each.asks, each.gives, each.takes) for place, each in enumerate(found)])


@given(LINKS)
def test_a_loop_is_found_exactly_where_every_way_round_was_tried(rules: list[Link]):
    rounds = [ring for size in range(1, len(rules) + 1) for ring in permutations(rules, size) if _leads_round(ring)]

    found = find_loop(rules)

    assert bool(found) == bool(rounds)
    if found:
        by_name = {rule.name: rule for rule in rules}
        assert found[0] == found[-1]
        assert len(found) - 1 == min(map(len, rounds))
        assert _leads_round([by_name[name] for name in found[:-1]])


def _leads_round(ring) -> bool:
    steps = list(zip(ring, [*ring[1:], ring[0]], strict=True))
    return all((one.gives | one.takes) & other.asks for one, other in steps) and any(
        one.takes & other.asks for one, other in steps
    )
