"""Who counts as brought, and how limits hold: against plain arithmetic."""

from decimal import Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from leads.enums import RewardState
from leads.referral_rules import Brought, Limits, limit_hit, may_move, refusal_of, states_before

A, B, C = (UUID(int=n) for n in (1, 2, 3))


def brought(**said) -> Brought:
    plain = {"above": (), "is_self": False, "was_known": False, "was_brought": False}
    return Brought(**{"contact_id": B, "by_contact": A, **plain, **said})


def refused(one: Brought, *, running: bool = True, newcomers_only: bool = True) -> str:
    return refusal_of(one, running=running, newcomers_only=newcomers_only)


def test_somebody_new_counts():
    assert refused(brought()) == ""


def test_one_who_brings_themselves_does_not_count():
    assert refused(brought(contact_id=A)) == "self"
    assert refused(brought(by_contact=None, is_self=True)) == "self"


def test_circle_does_not_count():
    assert refused(brought(contact_id=C, above={B, C}), newcomers_only=False) == "loop"


def test_known_people_count_only_where_the_program_says_so():
    assert refused(brought(was_known=True)) == "known"
    assert refused(brought(was_known=True), newcomers_only=False) == ""


def test_second_to_bring_and_late_ones_do_not_count():
    assert refused(brought(was_brought=True, was_known=True)) == "brought"
    assert refused(brought(), running=False) == "over"


amounts = st.decimals(min_value=0, max_value=100, places=2)


@given(st.lists(st.tuples(st.booleans(), st.decimals(min_value="0.01", max_value=50, places=2))), amounts, amounts)
def test_what_is_given_stays_within_both_limits(wishes, person_limit, total_limit):
    given_to = {True: Decimal(0), False: Decimal(0)}
    for who, amount in wishes:
        if not limit_hit(amount, given_to[who], sum(given_to.values()), Limits(person_limit, total_limit)):
            given_to[who] += amount

    assert max(given_to.values()) <= person_limit
    assert sum(given_to.values()) <= total_limit


def test_no_limit_hits_nothing():
    assert limit_hit(Decimal(10**9), Decimal(10**9), Decimal(10**9), Limits()) == ""


def test_rewards_move_only_onward():
    moves = {(state.value, to.value) for state in RewardState for to in RewardState if may_move(state, to)}

    assert moves == {
        ("pending", "approved"),
        ("pending", "refused"),
        ("approved", "paid"),
        ("approved", "refused"),
    }
    assert states_before("paid") == ["approved"]
