"""Who gets which lead."""

from collections import Counter
from datetime import UTC, datetime
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from leads.assignment import Desk, Rep, Wish, turn_times
from leads.enums import AssignedBy

BEN, EVA, MAX = uuid4(), uuid4(), uuid4()
NOW = datetime(2026, 11, 21, tzinfo=UTC)


def assign_owners(wishes, turns, teams=None):
    desk = Desk([Rep(pk, turn) for turn, pk in enumerate(turns)], teams=teams, now=NOW)
    return [(each.owner_id, each.why) for each in map(desk.give, wishes)], desk.given


def owners_of(*given):
    """Who got each lead, and the last place of each turn."""
    owners, last = assign_owners(*given)
    return [owner for owner, _why in owners], last


def test_leads_go_round_from_the_one_who_waits_longest():
    owners, _last = owners_of([Wish(uuid4()) for _ in range(4)], [BEN, EVA, MAX])

    assert owners == [BEN, EVA, MAX, BEN]


def test_whoever_is_asked_for_or_in_charge_gets_the_lead_without_losing_a_turn():
    owners, last = owners_of([Wish(uuid4(), asked=MAX), Wish(uuid4(), held=MAX), Wish(uuid4())], [BEN, EVA])

    assert owners == [MAX, MAX, BEN]
    assert last == {BEN: 2}


def test_leads_of_one_contact_stay_together():
    lin = uuid4()

    assert owners_of([Wish(lin), Wish(uuid4()), Wish(lin)], [BEN, EVA])[0] == [BEN, EVA, BEN]


def test_without_anybody_to_take_leads_they_wait():
    assert owners_of([Wish(uuid4())], []) == ([None], {})


def test_turns_keep_their_order():
    _owners, last = owners_of([Wish(uuid4()) for _ in range(4)], [BEN, EVA, MAX])

    assert sorted(turn_times(last, NOW), key=turn_times(last, NOW).__getitem__) == [EVA, MAX, BEN]


@given(st.integers(0, 60), st.integers(1, 7))
def test_nobody_gets_two_more_than_another(leads: int, users: int):
    turns = [UUID(int=n + 1) for n in range(users)]
    counts = Counter(owners_of([Wish(uuid4()) for _ in range(leads)], turns)[0])

    given_to = [counts[user] for user in turns]
    assert max(given_to) - min(given_to) <= 1


@given(st.lists(st.integers(0, 9), max_size=8), st.integers(1, 5))
def test_batches_go_on_where_the_last_one_ended(sizes: list[int], users: int):
    turns = [UUID(int=n + 1) for n in range(users)]
    counts: Counter[UUID] = Counter()
    for size in sizes:
        owners, last = owners_of([Wish(uuid4()) for _ in range(size)], turns)
        counts.update(owner for owner in owners if owner)
        times = turn_times(last, NOW)
        turns = [user for user in turns if user not in last] + sorted(last, key=times.__getitem__)

    given_to = [counts[user] for user in turns]
    assert max(given_to) - min(given_to) <= 1


def test_suggested_owner_gets_a_lead_only_where_nobody_is_in_charge():
    wishes = [Wish(uuid4(), suggested=MAX), Wish(uuid4(), held=BEN, suggested=MAX), Wish(uuid4(), asked=EVA)]

    owners, last = owners_of(wishes, [BEN, EVA])

    assert owners == [MAX, BEN, EVA]
    assert last == {}


def test_team_takes_turns_within_itself_and_the_others_go_on():
    team = uuid4()
    wishes = [Wish(uuid4(), department_id=team), Wish(uuid4()), Wish(uuid4(), department_id=team), Wish(uuid4())]

    owners, _last = owners_of(wishes, [BEN, EVA, MAX], {team: {EVA, MAX}})

    assert owners == [EVA, BEN, MAX, EVA]


def test_team_that_takes_no_leads_leaves_them_to_the_others():
    team = uuid4()

    assert owners_of([Wish(uuid4(), department_id=team)], [BEN], {team: {MAX}})[0] == [BEN]


def test_each_lead_says_why_it_is_whose_it_is():
    team, lin = uuid4(), uuid4()
    wishes = [
        Wish(uuid4(), asked=MAX, held=BEN),
        Wish(uuid4(), held=BEN, suggested=MAX),
        Wish(uuid4(), suggested=MAX),
        Wish(lin, department_id=team),
        Wish(lin),
        Wish(uuid4()),
    ]

    owners, _last = assign_owners(wishes, [BEN, EVA], {team: {EVA}})

    assert [why.name for _owner, why in owners] == ["NAMED", "KEPT", "WAY", "TEAM", "KEPT", "TURN"]
    assert assign_owners([Wish(uuid4())], [])[0] == [(None, AssignedBy.NOBODY)]
