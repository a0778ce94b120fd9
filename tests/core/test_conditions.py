"""Rules parse into trees or say what is wrong and where; trees decide, write and describe themselves."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from scrm.core.conditions import (
    All,
    Argument,
    ConditionInvalid,
    Fact,
    Registry,
    Scope,
    Snapshot,
    Type,
    evaluate,
    explain,
    facts_used,
    parse,
    schema_for,
    sentence,
    to_json,
    uses,
)
from scrm.core.conditions.parse import MAX_DEPTH, MAX_NODES
from tests.core.condition_cases import NOW, SCRATCH_VALUES, rules, sampled, scratch_facts, scratch_people

FACTS = scratch_facts()
FACTS.register(
    Fact(
        key="event.number",
        label="number",
        type=Type.NUMBER,
        scope=Scope.EVENT,
        arguments=(Argument("property", "property", Type.TEXT, required=True),),
        oracle=lambda subject, args, now: subject["event"].get(args["property"]),
    )
)
CONTACT_FACTS = [fact for fact in FACTS if fact.scope is Scope.CONTACT]
PERSON = scratch_people(count=1)[1]


def problems(data, **options):
    with pytest.raises(ConditionInvalid) as refused:
        parse(data, FACTS, **options)
    return [str(problem) for problem in refused.value.problems]


def leaf(fact, op, value=None, **args):
    written = {"fact": fact, "op": op}
    if value is not None:
        written["value"] = value
    return {**written, "args": args} if args else written


def holds(data, **person):
    return evaluate(parse(data, FACTS), {**PERSON, **person}, NOW)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (leaf("person.visits", "gte", "x"), "value: expected a whole number, got 'x'"),
        (leaf("person.visits", "gte", True), "value: expected a whole number, got True"),
        (
            leaf("person.visits", "gte", -1),
            "value: expected a number from 0 to 1000000000000000, got -1",
        ),
        (leaf("person.score", "gt", "many"), "value: expected a number, got 'many'"),
        (leaf("person.score", "gt", "NaN"), "value: expected a number, got 'NaN'"),
        (leaf("person.city", "is", 5), "value: expected text, got 5"),
        (
            leaf("person.city", "is", ""),
            "value: expected at least one character; to ask for nothing use is_not_set",
        ),
        (leaf("person.city", "is", "a\0b"), "value: 'a\\x00b' holds a character that can't be stored; remove it"),
        (leaf("person.city", "is", "x" * 501), "value: longer than 500 characters; shorten it"),
        (leaf("person.city", "in", "x"), "value: expected a list, got 'x'"),
        (leaf("person.city", "in", []), "value: the list is empty; add at least one value"),
        (leaf("person.city", "in", ["x", 1]), "value[1]: expected text, got 1"),
        (leaf("person.kind", "is", "odd"), "value: unknown choice 'odd'; choose one of new, old, vip"),
        (leaf("person.wants", "is", "yes"), "value: expected true or false, got 'yes'"),
        (
            leaf("person.seen", "after", "2026-03-01T09:30:00"),
            "value: expected a date and time with its zone, such as 2026-03-01T09:30:00+08:00, "
            "got '2026-03-01T09:30:00'",
        ),
        (leaf("person.born", "after", "tomorrow"), "value: expected a date such as 2026-03-01, got 'tomorrow'"),
        (leaf("person.seen", "within_last", 0), "value: expected a number from 1 to 36500, got 0"),
        (leaf("person.score", "between", [2, 1]), "value: the first value is above the second; swap them"),
        (leaf("person.score", "between", 2), "value: expected a list of two values, low and high, got 2"),
        (leaf("person.city", "is"), "condition: missing field value"),
        ({"fact": "person.city"}, "condition: missing field op"),
        (
            leaf("person.wants", "gt", 1),
            "op: 'gt' does not fit person.wants; use one of is, is_not, is_set, is_not_set",
        ),
        (leaf("person.city", "is_set", "x"), "value: is_set takes no value; leave it out"),
        (leaf("person.cty", "is", "x"), "fact: unknown fact 'person.cty'; did you mean person.city?"),
        (
            leaf("person.visits", "gt", 1, colour="red"),
            "args: person.visits has no argument 'colour'; allowed here: kind, days",
        ),
        (leaf("person.visits", "gt", 1, days="x"), "args.days: expected a whole number, got 'x'"),
        (leaf("event.number", "gt", 1), "args: event.number needs the argument property"),
        ({"any": []}, "any: any of nothing never holds; add at least one condition"),
        ({"all": {}}, "all: expected a list, got {}"),
        ([], "condition: expected an object with one of all, any, not or fact, got []"),
        ({"not": {}}, "not: expected an object with one of all, any, not or fact, got {}"),
        (
            {"all": [], "any": []},
            "condition: expected an object with one of all, any, not or fact, got {'all': [], 'any': []}",
        ),
        ({"all": [], "colour": 1}, "condition: unknown field 'colour'; allowed here: all"),
    ],
)
def test_wrong_rule_says_where_and_how_to_mend_it(data, expected):
    assert problems(data) == [expected]


def test_every_problem_is_told_at_once_with_its_path():
    data = {"all": [leaf("person.city", "is", "x"), {"any": [leaf("person.visits", "gt", "x"), {"not": 5}]}]}

    assert problems(data) == [
        "all[1].any[0].value: expected a whole number, got 'x'",
        "all[1].any[1].not: expected an object with one of all, any, not or fact, got 5",
    ]


def test_problem_is_data_that_a_door_translates():
    with pytest.raises(ConditionInvalid) as refused:
        parse(leaf("person.visits", "gt", "x"), FACTS)
    (problem,) = refused.value.problems

    assert (problem.path, problem.code, problem.values) == ("value", "expected_whole_number", {"got": "'x'"})
    assert explain(problem) == "expected a whole number, got 'x'"


def test_rule_nested_too_deep_is_refused():
    data = leaf("person.city", "is_set")
    for _ in range(MAX_DEPTH - 1):
        data = {"not": data}

    parse(data, FACTS)
    assert problems({"not": data}) == [
        "not" + ".not" * (MAX_DEPTH - 1) + ": nested deeper than 8 levels; flatten the groups"
    ]


def test_rule_with_too_many_conditions_is_refused():
    data = {"all": [leaf("person.city", "is_set")] * (MAX_NODES - 1)}

    parse(data, FACTS)
    assert problems({"all": data["all"] * 2000}) == ["condition: more than 100 conditions; split the rule"]


def test_fact_of_the_event_is_refused_where_there_is_no_event():
    data = {"all": [leaf("event.number", "gt", 1, property="seconds")]}

    assert problems(data, scope=Scope.CONTACT) == [
        "all[0].fact: event.number belongs to an event, and there is none here; use a fact about the contact"
    ]


def test_stored_rule_stays_readable_after_its_choice_is_gone():
    condition = parse(leaf("person.kind", "is", "gone"), FACTS, stored=True)

    assert not evaluate(condition, PERSON, NOW)


@given(
    data=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(st.sampled_from(["all", "any", "not", "fact", "op", "value", "args"]) | st.text(), inner)
        ),
    )
)
@sampled(shallow=100, deep=5_000)
def test_any_json_is_a_rule_or_a_list_of_problems(data):
    with suppress(ConditionInvalid):
        parse(data, FACTS)


@given(data=rules(FACTS, {**SCRATCH_VALUES, "event.number": [1, 2], "event.number.property": ["seconds"]}))
@sampled(deep=20_000)
def test_rule_survives_writing_reading_and_saying(data):
    condition = parse(data, FACTS)

    again = parse(to_json(condition), FACTS)

    assert again == condition
    assert hash(again) == hash(condition)
    for language in ("en", "zh-hans"):
        with translation.override(language):
            assert "%(" not in sentence(condition)


def test_rule_without_conditions_always_holds():
    assert holds({"all": []})
    assert holds({})
    assert not holds({"not": {"all": []}})
    assert sentence(All()) == "no condition"


@pytest.mark.parametrize(
    ("op", "days", "ago", "expected"),
    [
        ("within_last", 7, timedelta(days=7), True),
        ("within_last", 7, timedelta(days=7, microseconds=1), False),
        ("within_last", 7, timedelta(0), True),
        ("within_last", 7, timedelta(microseconds=-1), False),
        ("older_than", 7, timedelta(days=7), False),
        ("older_than", 7, timedelta(days=7, microseconds=1), True),
        ("within_next", 7, timedelta(days=-7), True),
        ("within_next", 7, timedelta(microseconds=1), False),
    ],
)
def test_days_count_from_now_to_the_microsecond(op, days, ago, expected):
    assert holds(leaf("person.seen", op, days), seen=NOW - ago) is expected


def test_moment_in_any_zone_is_one_moment():
    data = leaf("person.seen", "before", "2026-03-01T17:30:00+08:00")

    assert to_json(parse(data, FACTS))["value"] == "2026-03-01T09:30:00+00:00"
    assert holds(data, seen=datetime(2026, 3, 1, 9, 29, tzinfo=UTC))


def test_text_is_exact_and_contains_ignores_case():
    assert not holds(leaf("person.city", "is", "berlin"), city="Berlin")
    assert holds(leaf("person.city", "contains", "ERL"), city="Berlin")
    assert holds(leaf("person.city", "contains", "äR"), city="Ära")
    assert holds(leaf("person.city", "contains", "ａbC"), city="ＡBc")


def test_number_is_written_without_loss():
    for raw, written in [(0.1, "0.1"), ("100", "100"), ("1e3", "1000"), ("-0", "0"), ("2.50", "2.5")]:
        assert to_json(parse(leaf("person.score", "is", raw), FACTS))["value"] == written


def test_rule_may_mix_the_event_and_what_was_read_of_the_contact():
    data = {"all": [leaf("event.number", "gte", 30, property="seconds"), leaf("person.tags", "has", "a")]}
    condition = parse(data, FACTS)
    (tags,) = uses(condition)

    def at(seconds, keys):
        return evaluate(condition, Snapshot({tags: keys}, event={"seconds": seconds}), NOW)

    assert at(30, ["a", "b"])
    assert not at(29, ["a", "b"])
    assert not at(30, [])
    assert not at(None, ["a"])


def test_facts_used_are_those_that_decide():
    data = {
        "any": [leaf("person.city", "is", "x"), {"not": leaf("person.city", "is", "y")}, leaf("person.visits", "gt", 1)]
    }

    assert facts_used(parse(data, FACTS)) == {"person.city", "person.visits"}


def test_same_fact_with_other_arguments_is_read_apart():
    asked = [leaf("person.visits", "gt", 1, days=days) for days in (7, 30, 7)]

    found = uses(parse({"all": asked}, FACTS))

    assert [dict(each.args) for each in found] == [{"days": 7}, {"days": 30}]


def test_sentence_reads_like_one():
    data = {
        "all": [
            leaf("person.kind", "is", "vip"),
            {
                "any": [
                    leaf("person.tags", "has_any", ["a", "b", "c"]),
                    leaf("person.visits", "gte", 3, kind="web", days=30),
                ]
            },
            {"not": leaf("person.seen", "within_last", 1)},
            leaf("person.blocked", "is", False),
        ]
    }

    assert sentence(parse(data, FACTS)) == (
        "kind is VIP, (tags include one of a, b, c or visits of “web” in 30 days is at least 3), "
        "it is not so that seen is within the last 1 day and blocked: no"
    )


def test_schema_tells_a_builder_all_it_needs():
    schema = schema_for(FACTS, scope=Scope.CONTACT)
    kind = next(fact for fact in schema["facts"] if fact["key"] == "person.kind")
    visits = next(fact for fact in schema["facts"] if fact["key"] == "person.visits")

    assert [fact["key"] for fact in schema["facts"]] == [fact.key for fact in CONTACT_FACTS]
    assert kind["choices"][0] == {"value": "new", "label": "New"}
    assert kind["operators"] == ["is", "is_not", "in", "not_in", "is_set", "is_not_set"]
    assert [argument["name"] for argument in visits["arguments"]] == ["kind", "days"]
    assert {op for fact in schema["facts"] for op in fact["operators"]} == set(schema["operators"])
    assert schema["operators"]["between"] == {"label": "is between", "value": "pair"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"sql": ""},
        {"sql": "c.city = %(city)s"},
        {"sql": "c.city LIKE 'a%'"},
        {"sql": "c.city = %s"},
        {"scope": Scope.EVENT, "sql": "c.city"},
        {"sql": lambda given: "c.x > %(days)s", "arguments": (Argument("days", "days", Type.DAYS),)},
    ],
)
def test_wrong_fact_fails_at_start_up(wrong):
    registry = Registry()

    with pytest.raises(ValueError, match=r"fact person\.city"):
        registry.register(
            Fact(key="person.city", label="city", type=Type.TEXT, oracle=lambda subject, args, now: None, **wrong)
        )

    assert list(registry) == []


def test_fact_registers_once():
    with pytest.raises(ValueError, match="already registered"):
        FACTS.register(FACTS.get("person.city"))


def test_registry_shows_its_facts_read_only():
    assert isinstance(FACTS.by_key, MappingProxyType)
