"""Segments that name segments: asked by their rules, never in circles, and gone through in order."""

import pytest
from django.core.exceptions import ValidationError

from audiences.models import Segment
from audiences.nesting import MOST_LEVELS, NOBODY, above, circle, levels_below, named_in, rule_of
from audiences.queries import count_among
from audiences.selectors import segment_parents
from audiences.services import delete_segment, save_segment
from contacts.models import Contact
from events.models import EventType
from scrm.core import clock
from scrm.core.conditions import Scope, facts, parse, sentence
from tests.factories import make_contact

IN_BERLIN = {"fact": "contact.city", "op": "is", "value": "Berlin"}
IN_ROME = {"fact": "contact.city", "op": "is", "value": "Rome"}


def save(name, condition, **fields):
    return save_segment(
        **{"name": name, "kind": "dynamic", "condition": condition, "by": None, "now": clock.now(), **fields}
    )


def names(*segments, op="has_any"):
    return {"fact": "segments", "op": op, "value": [str(segment.pk) for segment in segments]}


def inside(segment) -> set[str]:
    return set(segment.members.filter(left_at=None).values_list("contact__name", flat=True))


@pytest.fixture
def people(acme):
    for name, city in (("Lin", "Berlin"), ("Wu", "Rome"), ("Xu", "Paris")):
        make_contact(name, city=city)


def test_a_segment_asks_the_rules_of_those_it_names(people):
    berlin, rome = save("Berlin", IN_BERLIN), save("Rome", IN_ROME)

    either = save("Either", names(berlin, rome))
    neither = save("Neither", {"all": [names(either, op="has_none"), {"fact": "contact.city", "op": "is_set"}]})

    assert inside(either) == {"Lin", "Wu"}
    assert inside(neither) == {"Xu"}


def test_whoever_names_it_follows_when_its_rule_changes(people):
    berlin = save("Berlin", IN_BERLIN)
    named = save("Named", names(berlin))
    twice = save("Twice", names(named))

    save("Berlin", IN_ROME, segment=berlin)

    assert inside(named) == inside(twice) == {"Wu"}
    assert list(twice.runs.values_list("entered", "left")) == [(1, 1), (1, 0)]


def test_what_matters_to_it_matters_to_whoever_names_it(people):
    for code in ("order_paid", "form_viewed"):
        EventType.objects.create(code=code, name=code)
    tagged = save("Tagged", {"fact": "events.count", "op": "gte", "value": 1, "args": {"type": "order_paid"}})
    named = save("Named", names(tagged))

    save("Tagged", {"fact": "events.count", "op": "gte", "value": 1, "args": {"type": "form_viewed"}}, segment=tagged)

    named.refresh_from_db()
    assert named.watches == ["event:form_viewed"]


def test_a_circle_is_refused_with_its_way(people):
    first = save("First", IN_BERLIN)
    second = save("Second", names(first))
    third = save("Third", names(second))

    with pytest.raises(ValidationError, match="First → Third → Second → First"):
        save("First", names(third), segment=first)

    first.refresh_from_db()
    assert first.condition == IN_BERLIN


def test_it_can_not_name_itself(people):
    one = save("One", IN_BERLIN)

    with pytest.raises(ValidationError, match="One → One"):
        save("One", names(one), segment=one)


def test_too_many_in_a_row_are_refused_from_below_too(people):
    row = [save("0", IN_BERLIN)]
    for level in range(1, MOST_LEVELS):
        row.append(save(str(level), names(row[-1])))

    with pytest.raises(ValidationError, match="in a row"):
        save("one more", names(row[-1]))
    with pytest.raises(ValidationError, match="in a row"):
        save("0", names(save("below", IN_ROME)), segment=row[0])

    assert inside(row[-1]) == {"Lin"}


def test_too_many_questions_are_refused(people):
    many = {"any": [{"fact": "contact.city", "op": "is", "value": str(place)} for place in range(90)]}
    wide = [save(f"W{number}", many) for number in range(6)]

    with pytest.raises(ValidationError, match="more than 500 questions"):
        save("All of them", names(*wide))


def test_one_that_is_gone_is_nobody_and_says_so(people):
    berlin = save("Berlin", IN_BERLIN)
    named = save("Named", {"any": [names(berlin), IN_ROME]})

    delete_segment(segment=berlin, by=None, now=clock.now())

    named.refresh_from_db()
    assert inside(named) == {"Wu"}
    assert "a segment that is gone: nobody" in sentence(parse(named.condition, facts, stored=True))


def test_a_frozen_one_is_asked_for_its_list(people):
    berlin = save("Berlin", IN_BERLIN, kind="frozen")
    Contact.objects.filter(name="Lin").update(city="Rome")
    named = save("Named", names(berlin))

    assert inside(named) == {"Lin"}


def test_one_that_is_no_rule_any_more_is_nobody(people):
    berlin = save("Berlin", IN_BERLIN)
    Segment.objects.filter(pk=berlin.pk).update(condition={"all": [{"fact": "contact.shoe", "op": "is_set"}]})

    assert rule_of(str(berlin.pk), ()) == NOBODY
    assert rule_of(str(berlin.pk), (str(berlin.pk),)) == NOBODY


def test_who_names_it_is_found(people):
    berlin = save("Berlin", IN_BERLIN)
    save("Named", {"not": names(berlin)})

    assert [each.name for each in segment_parents(berlin)] == ["Named"]


def test_a_rule_of_segments_is_one_statement(people, django_assert_num_queries):
    berlin, rome = save("Berlin", IN_BERLIN), save("Rome", IN_ROME)
    condition = parse(names(berlin, rome), facts, scope=Scope.CONTACT)

    now = clock.now()

    with django_assert_num_queries(1):
        assert count_among(condition, None, now) == 2


def test_ways_and_levels():
    ways = {"a": {"b"}, "b": {"c", "d"}, "c": {"d"}, "d": set(), "e": {"d"}}

    assert circle("a", ways) == []
    assert circle("d", {**ways, "d": {"a"}}) == ["d", "a", "b", "d"]
    assert levels_below("a", ways) == 4
    assert above("d", ways) == ["c", "e", "b", "a"]
    assert named_in({"all": [{"not": names()}, {"fact": "segments", "op": "has", "value": "x"}]}) == {"x"}
