"""Every registered fact means the same in SQL and in memory, for subjects built from plain data."""

import pytest
from django.db import connection
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from contacts.queries import contact_ids_matching, count_matching, fact_values
from scrm.core.conditions import Scope, Snapshot, evaluate, facts, parse, schema_for, sentence
from tests.audiences.facts_values import VALUES, looked_up
from tests.audiences.facts_world import World
from tests.core.condition_cases import NOW, answers, rules, sampled

CONTACT_FACTS = [fact for fact in facts.by_key.values() if fact.scope is Scope.CONTACT]


@pytest.fixture
def world(acme):
    return World()


def test_every_fact_is_drawn():
    missing = {fact.key for fact in CONTACT_FACTS} - VALUES.keys()

    assert missing == set()


@sampled()
@given(data=rules(CONTACT_FACTS, VALUES))
def test_facts_mean_the_same_in_sql_and_in_memory(world, data):
    condition = parse(looked_up(data, world), facts)

    with connection.cursor() as cursor:
        by_sql, by_values, in_memory = answers(cursor, condition, world.subjects)

    assert by_sql == in_memory
    assert by_values == in_memory


@sampled(shallow=60, deep=2_000)
@given(data=st.one_of([rules([fact], VALUES) for fact in CONTACT_FACTS]))
def test_rules_read_as_sentences_in_both_languages(world, data):
    condition = parse(looked_up(data, world), facts)

    for language in ("en", "zh-hans"):
        with translation.override(language):
            said = sentence(condition)
            assert "%(" not in said
            assert "facts-a" not in said


def test_naming_a_segment_asks_its_rule(world):
    berliners, elsewhere, _kept = (str(segment.id) for segment in world.segments)
    condition = parse({"fact": "segments", "op": "has_any", "value": [berliners, elsewhere]}, facts)

    found = contact_ids_matching(condition, NOW)

    people = {key: subject["contact"] for key, subject in world.subjects.items()}
    assert set(found) == {key for key, said in people.items() if said["city"] == "Berlin" or said["name"]}


def test_each_question_of_each_fact_agrees(world):
    for fact in CONTACT_FACTS:
        for op, value in [("is_set", None), ("is_not_set", None), ("gte", 1), ("within_last", 30), ("older_than", 7)]:
            if op not in fact.operators:
                continue
            args = {
                argument.name: VALUES[f"{fact.key}.{argument.name}"][0]
                for argument in fact.arguments
                if argument.required
            }
            data = {"fact": fact.key, "op": op, "args": args, **({"value": value} if value else {})}
            with connection.cursor() as cursor:
                by_sql, by_values, in_memory = answers(cursor, parse(looked_up(data, world), facts), world.subjects)

            assert by_sql == by_values == in_memory, fact.key


def test_matching_contacts_are_found_counted_and_narrowed(world):
    condition = parse({"fact": "tags", "op": "has", "value": "facts-a"}, facts)
    expected = {key for key, subject in world.subjects.items() if evaluate(condition, subject, NOW)}
    one = next(iter(expected))

    assert set(contact_ids_matching(condition, NOW)) == expected
    assert count_matching(condition, NOW) == len(expected)
    assert contact_ids_matching(condition, NOW, among=[one]) == [one]
    assert contact_ids_matching(condition, NOW, among=[]) == []


@pytest.mark.parametrize("rule_count", [1, 3])
def test_many_rules_read_a_batch_of_contacts_in_one_statement(world, django_assert_num_queries, rule_count):
    rule = {
        "all": [
            {"fact": "event.type", "op": "is", "value": "facts-viewed"},
            {"fact": "event.number", "op": "gte", "value": 30, "args": {"property": "seconds"}},
            {"fact": "tags", "op": "has", "value": "facts-a"},
            {"fact": "events.count", "op": "gte", "value": 2, "args": {"days": 30}},
        ]
    }
    conditions = [parse(rule, facts)] * rule_count
    event = {"type": "facts-viewed", "properties": {"seconds": 31}, "occurred_at": NOW}

    with django_assert_num_queries(1):
        known = fact_values(conditions, list(world.subjects), NOW)

    for key, subject in world.subjects.items():
        expected = evaluate(conditions[0], {**subject, "event": event}, NOW)
        assert evaluate(conditions[0], Snapshot(known[key], event), NOW) is expected


def test_rule_on_the_event_alone_reads_nothing_but_ids(world):
    condition = parse({"fact": "event.type", "op": "is", "value": "facts-viewed"}, facts)

    known = fact_values([condition], list(world.subjects), NOW)

    assert set(known) == set(world.subjects)
    assert set(map(len, known.values())) == {0}


def test_schema_names_the_choices_of_the_tenant(world):
    found = {fact["key"]: fact for fact in schema_for(facts)["facts"]}

    assert {"value": "facts-a", "label": "a"} in found["tags"]["choices"]
    assert {"value": str(world.sources[0].id), "label": "Facts fair"} in found["lead.source"]["choices"]
    assert {"value": "facts-won", "label": "facts-won"} in found["stage.current"]["choices"]
    assert all(fact["label"] and fact["group"] for fact in found.values())
