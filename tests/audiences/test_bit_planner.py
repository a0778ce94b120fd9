"""What of a rule bits can answer; the rest is asked of whom they leave."""

import pytest

from audiences.bit_planner import Holders, Joined, Others, plan
from scrm.core.conditions import All, Leaf, facts, parse, to_json
from tests.core.condition_cases import NOW

VIP = {"fact": "tags", "op": "has", "value": "vip"}
NOT_COLD = {"fact": "tags", "op": "has_none", "value": ["cold"]}
NAMED = {"fact": "contact.name", "op": "contains", "value": "li"}
ACTIVE = {"fact": "events.count", "op": "gte", "value": 3, "args": {"days": 7}}


def planned(rule):
    return plan(parse(rule, facts, stored=True), NOW)


def holders(*values):
    return Holders(parse(VIP, facts, stored=True).use, values)


def test_sets_settle_a_rule_of_sets():
    found = planned({"all": [VIP, {"not": {"any": [NOT_COLD]}}]})

    assert found.sets == Joined((holders("vip"), holders("cold")), every=True)
    assert found.rest is None


def test_all_of_several_keys_is_each_of_them():
    found = planned({"not": {"fact": "tags", "op": "has_all", "value": ["a", "b"]}})

    assert found.sets == Others(Joined((holders("a"), holders("b")), every=True))


def test_rest_is_what_sets_leave_open():
    found = planned({"all": [VIP, {"all": [NOT_COLD, NAMED]}, ACTIVE]})

    assert found.sets == Joined((holders("vip"), Others(holders("cold"))), every=True)
    assert to_json(found.rest) == {"all": [{"all": [NAMED]}, ACTIVE]}


@pytest.mark.parametrize("rule", [NAMED, {"any": [VIP, NAMED]}, {"not": {"all": [VIP, NAMED]}}])
def test_one_way_in_that_sets_do_not_know_leaves_everybody(rule):
    found = planned(rule)

    assert found.sets is None
    assert found.rest == parse(rule, facts, stored=True)


def test_either_of_two_bounds_bounds():
    found = planned({"any": [{"all": [VIP, NAMED]}, NOT_COLD]})

    assert found.sets == Joined((holders("vip"), Others(holders("cold"))), every=False)
    assert found.rest is not None


def test_segment_that_a_rule_names_is_asked_for_its_rule():
    named = parse({"fact": "tags", "op": "has", "value": "vip"}, facts, stored=True)
    rule = Leaf(facts.by_key["segments"], "has", "any", means=named)

    assert plan(All((rule,)), NOW) == plan(All((named,)), NOW)
