"""Who an arrival is."""

from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from contacts.matching import match_people

LIN, MEI = uuid4(), uuid4()
PHONE, EMAIL, EXTERNAL = ("phone", b"p"), ("email", b"e"), ("external", b"x")


def test_an_unknown_person_is_new_and_gets_all_keys():
    [match] = match_people([[PHONE, EMAIL]], {})

    assert match.is_new
    assert set(match.claimed) == {PHONE, EMAIL}
    assert match.taken == ()


def test_a_known_key_says_who_it_is():
    [match] = match_people([[PHONE, EMAIL]], {PHONE: LIN})

    assert match.person == LIN
    assert match.claimed == (EMAIL,)


def test_keys_of_two_people_keep_the_surer_one_and_steal_nothing():
    [match] = match_people([[EMAIL, PHONE, EXTERNAL]], {EMAIL: MEI, EXTERNAL: LIN})

    assert match.person == LIN
    assert match.taken == (EMAIL,)
    assert match.claimed == (PHONE,)


def test_the_same_person_twice_in_a_batch_is_one():
    first, second = match_people([[PHONE], [EMAIL, PHONE]], {})

    assert first.person == second.person == 0
    assert second.claimed == (EMAIL,)


def test_arrivals_without_keys_are_people_of_their_own():
    assert [match.person for match in match_people([[], []], {})] == [0, 1]


def test_a_settled_person_is_not_changed_by_keys():
    [match] = match_people([[PHONE]], {PHONE: MEI}, {0: LIN})

    assert match.person == LIN
    assert match.taken == (PHONE,)


KEYS = st.tuples(st.sampled_from(["phone", "email", "external", "wecom"]), st.sampled_from([b"1", b"2", b"3"]))
ARRIVALS = st.lists(st.lists(KEYS, max_size=4), max_size=8)
KNOWN = st.dictionaries(KEYS, st.sampled_from([LIN, MEI]))


@given(ARRIVALS, KNOWN)
def test_every_key_has_one_holder_in_the_end(arrivals, known):
    matches = match_people(arrivals, known)

    claimed = [(key, match.person) for match in matches for key in match.claimed]
    assert len({key for key, _ in claimed}) == len(claimed), "no key is claimed twice"
    assert not {key for key, _ in claimed} & known.keys(), "nobody's key is taken from them"
    holders = {**known, **dict(claimed)}
    for keys, match in zip(arrivals, matches, strict=True):
        for key in keys:
            assert (holders[key] == match.person) is (key not in match.taken)


@given(ARRIVALS, KNOWN)
def test_matching_again_finds_the_same_people_and_claims_nothing(arrivals, known):
    matches = match_people(arrivals, known)
    minted = {match.person: uuid4() for match in matches if match.is_new}
    people = [minted.get(match.person, match.person) for match in matches]
    holders = {**known, **{key: who for match, who in zip(matches, people, strict=True) for key in match.claimed}}

    again = match_people(arrivals, holders)

    for keys, match, before in zip(arrivals, again, people, strict=True):
        assert match.claimed == ()
        if keys and isinstance(match.person, UUID):
            assert match.person == before or before not in {holders[key] for key in keys}
