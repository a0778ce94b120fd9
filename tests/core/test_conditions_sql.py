"""What SQL selects is what memory says, for random rules over people full of edges."""

import pytest
from django.db import connection
from hypothesis import given

from scrm.core.conditions import ConditionInvalid, Fact, Registry, Scope, Type, compile_sql, parse
from tests.core.condition_cases import (
    NOW,
    SCRATCH_VALUES,
    answers,
    rules,
    sampled,
    scratch_facts,
    scratch_people,
    store_people,
)

FACTS = scratch_facts()
PEOPLE = scratch_people()


@pytest.fixture
def people(acme):
    with connection.cursor() as cursor:
        store_people(cursor, PEOPLE)
        yield cursor


@sampled()
@given(data=rules(FACTS, SCRATCH_VALUES))
def test_sql_selects_whom_memory_says(people, data):
    condition = parse(data, FACTS)

    by_sql, by_values, in_memory = answers(people, condition, PEOPLE, "scratch_person")

    assert by_sql == in_memory
    assert by_values == in_memory


@pytest.mark.parametrize("value", SCRATCH_VALUES["person.city"])
@pytest.mark.parametrize("op", ["is", "contains"])
def test_text_is_compared_letter_by_letter_the_same(people, op, value):
    condition = parse({"fact": "person.city", "op": op, "value": value}, FACTS)

    by_sql, by_values, in_memory = answers(people, condition, PEOPLE, "scratch_person")

    assert by_sql == by_values == in_memory


@pytest.mark.parametrize(
    ("op", "value", "matches_missing"),
    [
        ("is", "Berlin", False),
        ("is_not", "Berlin", True),
        ("in", ["Berlin"], False),
        ("not_in", ["Berlin"], True),
        ("contains", "e", False),
        ("is_set", None, False),
        ("is_not_set", None, True),
    ],
)
@pytest.mark.parametrize("missing", [None, ""])
def test_missing_value_answers_the_same_everywhere(people, op, value, matches_missing, missing):
    lacking = {key for key, person in PEOPLE.items() if person["city"] == missing}
    condition = parse({"fact": "person.city", "op": op, "value": value}, FACTS)

    for found in answers(people, condition, PEOPLE, "scratch_person"):
        assert found & lacking == (lacking if matches_missing else set())


def test_not_is_the_exact_complement(people):
    data = {"all": [{"fact": "person.score", "op": "gt", "value": 1}, {"fact": "person.city", "op": "is_set"}]}
    condition, opposite = parse(data, FACTS), parse({"not": data}, FACTS)

    matching = answers(people, condition, PEOPLE, "scratch_person")[0]
    others = answers(people, opposite, PEOPLE, "scratch_person")[0]

    assert matching | others == set(PEOPLE)
    assert matching & others == set()


@pytest.mark.parametrize("value", ["'; DROP TABLE scratch_person; --", "%s", "%(now)s", "%", "\\'", "$1", "{0}"])
def test_value_never_becomes_sql(people, value):
    harmless = compile_sql(parse({"fact": "person.city", "op": "is", "value": "x"}, FACTS), NOW)
    condition = parse({"fact": "person.city", "op": "is", "value": value}, FACTS)

    found = compile_sql(condition, NOW)

    assert found.text == harmless.text
    assert found.params == (value,)
    assert answers(people, condition, PEOPLE, "scratch_person") == (set(), set(), set())


def test_comparison_stays_plain_so_that_an_index_serves_it():
    data = {
        "all": [{"fact": "person.city", "op": "is", "value": "x"}, {"fact": "person.score", "op": "gt", "value": 1}]
    }

    found = compile_sql(parse(data, FACTS), NOW)

    assert found.text == "((c.city) = %s AND (c.score) > %s)"


def test_sql_refuses_a_fact_of_the_event():
    registry = Registry()
    event_type = Fact(
        key="event.type",
        label="type",
        type=Type.TEXT,
        scope=Scope.EVENT,
        oracle=lambda subject, args, now: subject["event"]["type"],
    )
    registry.register(event_type)
    condition = parse({"any": [{"fact": "event.type", "op": "is", "value": "x"}]}, registry)

    with pytest.raises(ConditionInvalid) as refused:
        compile_sql(condition, NOW)

    assert [(each.path, each.code) for each in refused.value.problems] == [("any[0].fact", "event_fact")]
