"""Fields of the business: typed, kept, shown, asked for by rules and messages, and per role."""

from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from accounts.enums import Role
from campaigns import rendering
from campaigns.services.messages import _fields_of, reach_of
from contacts.custom.values import FieldInvalid, Shape, may_become, read_field, show_field
from contacts.enums import FieldKind
from contacts.models import Contact, CustomField
from contacts.queries import contact_ids_matching, count_matching
from contacts.selectors import field_codes, field_list, field_values, fields_grouped, fields_shown
from contacts.services import archive_field, save_field, set_fields
from scrm.core import clock
from scrm.core.conditions import ConditionInvalid, evaluate, facts, parse, schema_for, sentence
from tests.factories import make_contact

ZONE = ZoneInfo("Asia/Shanghai")
CHOICES = (("c1", "红"), ("c2", "Blue"))
SHAPES = {kind: Shape(kind, CHOICES if kind in (FieldKind.CHOICE, FieldKind.CHOICES) else ()) for kind in FieldKind}


def make(label="Model", kind="text", field=None, **fields):
    return save_field(field=field, kind=kind, label=label, by=None, now=clock.now(), **fields)


def put(contact, role=Role.OPS, **values):
    return set_fields(contact_id=contact.pk, values=values, role=role, by=None, now=clock.now(), zone=ZONE)


@pytest.mark.parametrize(
    ("kind", "raw", "kept"),
    [
        *(("text", " x ", "x"), ("text", "", None), ("number", "1,200.50", "1200.5"), ("number", 7, "7")),
        *(
            ("money", "3.005", "3"),
            ("yes_no", "是", True),
            ("yes_no", False, False),
            ("date", "2026/03/31", "2026-03-31"),
        ),
        ("moment", "2026-03-31 09:30", "2026-03-31T01:30:00+00:00"),
        *(("choice", "红", "c1"), ("choice", "c2", "c2"), ("choices", "Blue、红", ["c1", "c2"]), ("choices", [], None)),
        ("link", "https://example.com/a?b", "https://example.com/a?b"),
    ],
)
def test_value_is_read_from_text_and_json(kind, raw, kept):
    assert read_field(SHAPES[FieldKind(kind)], raw, zone=ZONE) == kept


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        *(("text", "x" * 501), ("text", "\0"), ("text", 1), ("number", "NaN"), ("number", "1e99"), ("number", True)),
        *(("yes_no", "maybe"), ("date", "31.2.2026"), ("moment", "soon"), ("choice", "green"), ("choices", ["green"])),
        *(("choices", 7), ("link", "javascript:alert(1)"), ("link", "https://user@host/"), ("link", "//x.y")),
    ],
)
def test_value_that_can_not_be_is_refused_with_a_reason(kind, raw):
    with pytest.raises(FieldInvalid) as refused:
        read_field(SHAPES[FieldKind(kind)], raw, zone=ZONE)
    assert refused.value.message


@given(st.sampled_from(list(FieldKind)), st.text(max_size=40) | st.integers() | st.floats() | st.none() | st.booleans())
def test_what_is_kept_reads_back_as_itself_and_is_shown(kind, raw):
    shape = SHAPES[kind]
    try:
        kept = read_field(shape, raw, zone=ZONE)
    except FieldInvalid:
        return
    assert read_field(shape, kept, zone=ZONE) == kept
    assert bool(show_field(shape, kept, zone=ZONE)) is (kept is not None)


@given(st.sampled_from(list(FieldKind)), st.sampled_from(list(FieldKind)), st.text(max_size=30))
def test_kind_changes_only_where_every_value_stays(before, after, raw):
    if not may_become(before, after) or before == after:
        return
    try:
        kept = read_field(SHAPES[before], raw, zone=ZONE)
    except FieldInvalid:
        return
    if kept is not None and after is FieldKind.TEXT:
        assert read_field(SHAPES[after], kept, zone=ZONE) == kept


def test_code_is_made_of_the_label_and_stays(acme):
    field = make("预算 Budget")

    make("Spending", field=field)

    assert CustomField.objects.get().code == field.code == "yu_suan_budget"
    with pytest.raises(ValidationError, match="already"):
        make("预算 budget")
    with pytest.raises(ValidationError, match="letters"):
        make("!!!")


def test_choice_keeps_its_key_when_others_come_and_go(acme):
    field = make(kind="choice", choices=["A", "B"])

    field = make(kind="choice", field=field, choices=["C", "B"])

    assert field.choices == [["c3", "C"], ["c2", "B"]]


def test_kind_that_would_lose_values_is_refused(acme):
    field = make(kind="text")

    with pytest.raises(ValidationError, match="lost"):
        make(kind="number", field=field)
    assert make(kind="text", field=make("N", kind="number")).kind == "text"


def test_values_are_written_and_what_is_wrong_is_named(acme):
    lin = make_contact("Lin")
    make("Budget", kind="money")
    make("Since", kind="date", required=True)

    assert put(lin, budget="12.5", since="2026-01-02") == ["budget", "since"]
    assert put(lin, budget="12.50") == []
    with pytest.raises(ValidationError) as refused:
        put(lin, budget="much", since="", colour="red")

    assert set(refused.value.message_dict) == {"budget", "since", "colour"}
    assert Contact.objects.get().fields == {"budget": "12.5", "since": "2026-01-02"}
    put(lin, budget=None)
    assert Contact.objects.get().fields == {"since": "2026-01-02"}


def test_archived_field_is_kept_and_comes_back(acme):
    lin = make_contact("Lin")
    field = make()
    put(lin, model="X1")
    archive_field(field=field, archived=True, by=None, now=clock.now())

    assert field_list() == []
    with pytest.raises(ValidationError):
        put(lin, model="X2")
    archive_field(field=field, archived=False, by=None, now=clock.now())
    assert field_values(Contact.objects.get(), role=Role.OPS) == {"model": "X1"}


def test_role_sees_and_changes_what_the_layout_says(acme):
    lin = make_contact("Lin")
    make("Seen", layout={Role.REP: "reads"})
    make("Hidden", layout={Role.REP: "hidden"})
    put(lin, seen="x", hidden="y")
    lin.refresh_from_db()

    assert field_values(lin, role=Role.REP) == {"seen": "x"}
    assert [each.editable for each in fields_shown(lin, role=Role.REP, zone=ZONE)] == [False]
    for code in ("seen", "hidden"):
        with pytest.raises(ValidationError):
            put(lin, role=Role.REP, **{code: "z"})
    assert Contact.objects.get().fields == {"seen": "x", "hidden": "y"}


def test_fields_stand_in_groups_in_their_order(acme):
    for place, (label, group) in enumerate((("A", "Car"), ("B", ""), ("C", "Car"))):
        make(label, group=group, position=place)

    shown = fields_shown(make_contact(), role=Role.OPS, zone=ZONE)

    assert [(name, [each.field.label for each in rows]) for name, rows in fields_grouped(shown)] == [
        ("Car", ["A", "C"]),
        ("", ["B"]),
    ]


def test_label_follows_the_language(acme):
    field = make("Budget", label_zh="预算")

    assert str(field) == "Budget"
    with translation.override("zh-hans"):
        assert str(field) == "预算"


RULES = [
    ("text", "X1", {"op": "is", "value": "X1"}, {"op": "contains", "value": "y"}),
    ("number", "7", {"op": "gte", "value": 7}, {"op": "lt", "value": "6.5"}),
    ("money", "7.25", {"op": "between", "value": [7, 8]}, {"op": "is", "value": 7}),
    ("yes_no", True, {"op": "is", "value": True}, {"op": "is", "value": False}),
    ("date", "2026-03-31", {"op": "after", "value": "2026-03-30"}, {"op": "before", "value": "2026-03-31"}),
    (
        "moment",
        "2026-03-31T01:30:00+00:00",
        {"op": "before", "value": "2026-04-01T00:00:00+00:00"},
        {"op": "is_not_set"},
    ),
    ("choice", "c1", {"op": "in", "value": ["c1", "c2"]}, {"op": "is_not", "value": "c1"}),
    ("choices", ["c1"], {"op": "has", "value": "c1"}, {"op": "has_all", "value": ["c1", "c2"]}),
    ("link", "https://a.cn", {"op": "is_set"}, {"op": "is", "value": "https://b.cn"}),
]


@pytest.mark.parametrize(("kind", "value", "holds", "fails"), RULES)
def test_rule_asks_in_sql_and_in_memory_alike(acme, kind, value, holds, fails):
    labels = ["A", "B"] if kind in ("choice", "choices") else []
    make("Asked", kind=kind, choices=labels)
    lin, now = make_contact("Lin"), clock.now()
    make_contact("Mei")
    put(lin, asked=value)
    lin.refresh_from_db()
    subject = {"contact": {"fields": lin.fields}}

    for asked, wanted in ((holds, True), (fails, False)):
        rule = parse({"fact": "contact.field.asked", **asked}, facts)
        assert (lin.pk in contact_ids_matching(rule, now)) is wanted
        assert evaluate(rule, subject, now) is wanted
        assert sentence(rule)


def test_rule_about_a_broken_value_finds_nobody(acme):
    make("Asked", kind="date")
    make("Number", kind="number")
    Contact.objects.filter(pk=make_contact().pk).update(fields={"asked": "never", "number": "many"})

    for code in ("asked", "number"):
        assert count_matching(parse({"fact": f"contact.field.{code}", "op": "is_set"}, facts), clock.now()) == 0


def test_rule_stays_readable_when_its_field_is_archived(acme):
    field = make("Asked")
    archive_field(field=field, archived=True, by=None, now=clock.now())

    assert parse({"fact": "contact.field.asked", "op": "is_set"}, facts, stored=True)
    assert "contact.field.asked" not in [each["key"] for each in schema_for(facts)["facts"]]
    with pytest.raises(ConditionInvalid):
        parse({"fact": "contact.field.other", "op": "is_set"}, facts)


def test_message_says_what_a_field_holds(acme):
    lin = make_contact("Lin")
    make("Model")
    put(lin, model="X1")
    text = 'Your {{contact.field_model|"car"}}'
    assert rendering.unknown_variables(text) == ['{{contact.field_model|"car"}}']
    assert rendering.unknown_variables(text, field_codes()) == []

    step = type("Step", (), {"subject": "", "body": text})
    said = _fields_of({1: step})(reach_of([lin.pk], "rep_task")[lin.pk])

    assert rendering.render(text, said) == "Your X1"
    assert rendering.render(text, {}) == "Your car"


def test_same_field_is_one_fact(acme):
    make("Asked")

    assert facts.get("contact.field.asked") is facts.get("contact.field.asked")
