"""Kinds of identity of the business's own: read, made, changed, and in whom somebody is recognised by them."""

from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from contacts.custom.kinds import OwnKind, patterns_of, read_own_id, spelt, unkept_in
from contacts.enums import IdentityKind, Spelling
from contacts.matching import OwnKeys, match_people
from contacts.models import CustomKind, IdentityRule
from contacts.normalise import InvalidValue
from contacts.selectors.kinds import kind_names
from contacts.selectors.recognition import confidence_by_kind, recognition_rules
from contacts.services.kinds import archive_kind, save_kind
from contacts.services.recognition import forget_recognition
from scrm.core import clock

LIN, MEI = uuid4(), uuid4()


def make(label="Loyalty", **said) -> CustomKind:
    return save_kind(kind=None, label=label, by=None, now=clock.now(), **said)


@pytest.mark.parametrize(
    ("spelling", "written", "kept"),
    [
        ("as_is", " lc-001 a ", "lc-001 a"),
        ("upper", "ｌｃ-001  a", "LC-001 A"),
        ("alnum", "lc-001 a", "LC001A"),
        ("digits", "No. ００１-٢٣", "00123"),
    ],
)
def test_id_is_kept_in_one_spelling(spelling, written, kept):
    assert read_own_id(OwnKind("x", spelling=Spelling(spelling)), written).key == kept


@given(st.text(max_size=40), st.sampled_from(Spelling))
def test_what_is_spelt_stays_as_it_is(text, spelling):
    once = spelt(spelling, text)

    assert spelt(spelling, once) == once


@pytest.mark.parametrize(
    ("patterns", "text", "fits"),
    [
        ("LC###", "lc-001", True),
        ("LC###", "LC0011", False),
        ("LC###, @@*", "ab7", True),
        ("LC###", "LCA01", False),
        ("", "anything", True),
    ],
)
def test_pattern_says_what_an_id_looks_like(patterns, text, fits):
    kind = OwnKind("x", ("Loyalty",), Spelling.ALNUM, patterns_of(patterns))

    if fits:
        assert read_own_id(kind, text)
    else:
        with pytest.raises(InvalidValue, match="Loyalty"):
            read_own_id(kind, text)


@pytest.mark.parametrize("text", ["", "  ", "\x00", "--", "x" * 256])
def test_what_can_be_no_id_is_told(text):
    with pytest.raises(InvalidValue):
        read_own_id(OwnKind("x", spelling=Spelling.ALNUM), text)


@pytest.mark.parametrize(
    ("pattern", "spelling", "unkept"),
    [
        ("LC-#", "alnum", "-"),
        ("LC-#", "upper", ""),
        ("lc#", "upper", "l"),
        ("@#", "digits", "@"),
        ("1##", "digits", ""),
    ],
)
def test_pattern_holds_nothing_that_its_spelling_drops(pattern, spelling, unkept):
    assert unkept_in(pattern, Spelling(spelling)) == unkept


def test_kind_gets_its_code_and_its_place_before_phones(acme):
    kind = make("会员号", label_zh="会员号")

    assert kind.code == "hui_yuan_hao"
    order = [rule.kind for rule in recognition_rules()]
    assert order[order.index("hui_yuan_hao") + 1] == "phone"
    assert confidence_by_kind()["hui_yuan_hao"] == 90
    assert list(IdentityRule.objects.order_by("position").values_list("kind", flat=True)) == order
    forget_recognition(by=None, now=clock.now())
    assert [rule.kind for rule in recognition_rules()] == order


@pytest.mark.parametrize("said", [{"code": "phone"}, {"code": "external_id"}, {"code": "1"}, {"code": "-"}])
def test_code_that_means_something_else_is_refused(acme, said):
    with pytest.raises(ValidationError):
        make(**said)

    assert not CustomKind.objects.exists()
    assert not IdentityRule.objects.exists()


def test_code_is_had_once_and_kept_with_the_spelling(acme):
    kind = make(spelling="upper")

    with pytest.raises(ValidationError, match="archived"):
        make()
    save_kind(kind=kind, label="Member", by=None, now=clock.now(), spelling="digits", code="other", masked=False)

    kind.refresh_from_db()
    assert (kind.code, kind.spelling, kind.label, kind.masked) == ("loyalty", "upper", "Member", False)


def test_pattern_that_no_id_can_have_is_refused(acme):
    with pytest.raises(ValidationError, match="leave it out"):
        make(spelling="alnum", pattern="LC-###")
    with pytest.raises(ValidationError, match="At most"):
        make(pattern="#,##,###,####,#####,######")


def test_archived_kind_is_out_of_the_order_and_keeps_its_name(acme):
    kind = make()

    archive_kind(kind=kind, archived=True, by=None, now=clock.now())

    assert "loyalty" not in [rule.kind for rule in recognition_rules()]
    assert kind_names(["loyalty", "phone"]) == {"loyalty": "Loyalty", "phone": "Phone"}
    archive_kind(kind=kind, archived=False, by=None, now=clock.now())
    assert [rule.kind for rule in recognition_rules()].index("loyalty") == 7


def test_names_of_usual_kinds_ask_nothing(acme, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert len(kind_names(IdentityKind.values)) == len(IdentityKind.values)


def test_kind_that_tells_nobody_is_claimed_and_compared_but_not_recognised_by():
    own = OwnKeys(silent=frozenset({"car"}))
    car, phone = ("car", b"1"), ("phone", b"2")

    [alone] = match_people([[car]], {car: LIN}, own=own)
    [other] = match_people([[phone, car]], {car: LIN, phone: MEI}, own=own)

    assert (alone.is_new, alone.taken) == (True, (car,))
    assert (other.person, other.by, other.taken) == (MEI, "phone", (car,))


def test_second_of_a_kind_of_which_one_is_had_is_nobodys():
    own = OwnKeys(single=frozenset({"card"}), held=frozenset({(LIN, "card")}))
    phone, card = ("phone", b"1"), ("card", b"2")

    first, later = match_people([[phone, card], [card]], {phone: LIN}, own=own)

    assert (first.person, first.claimed, first.surplus) == (LIN, (), (card,))
    assert later.is_new
    assert later.claimed == (card,)


KEYS = st.tuples(st.sampled_from(["phone", "car", "card"]), st.sampled_from([b"1", b"2", b"3"]))


@given(
    st.lists(st.lists(KEYS, max_size=4), max_size=8),
    st.dictionaries(KEYS, st.sampled_from([LIN, MEI])),
)
def test_nobody_is_recognised_by_a_silent_kind_or_gets_a_second_of_a_single_one(arrivals, known):
    held = frozenset((who, kind) for (kind, _blind), who in known.items() if kind == "card")
    own = OwnKeys(frozenset({"car"}), frozenset({"card"}), held)

    matches = match_people(arrivals, known, own=own)

    have = {}
    for (kind, _blind), who in known.items():
        have[who, kind] = have.get((who, kind), 0) + 1
    for keys, match in zip(arrivals, matches, strict=True):
        assert match.by != "car"
        if all(kind == "car" for kind, _blind in keys):
            assert match.is_new
        for kind, _blind in match.claimed:
            have[match.person, kind] = have.get((match.person, kind), 0) + 1
            assert kind != "card" or have[match.person, kind] == 1
        assert set(match.claimed) | set(match.taken) | set(match.surplus) <= set(keys)
        assert all(kind == "card" for kind, _blind in match.surplus)
