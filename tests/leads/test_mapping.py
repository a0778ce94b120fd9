import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.problems import Problem
from exchange.reader import Row
from leads.inputs import IdentityInput, LeadInput
from leads.mapping import ATTRIBUTE, TARGETS, InvalidMapping, Mapping
from leads.mapping_json import parse_mapping
from leads.row_reading import apply, fold_case

SHANGHAI = ZoneInfo("Asia/Shanghai")


def to(**columns: str) -> Mapping:
    return parse_mapping({"columns": {name: {"to": target} for name, target in columns.items()}})


def read(mapping: Mapping, values: dict[str, str], **options) -> LeadInput | list[Problem]:
    return apply(mapping, Row(7, values), region="CN", zone=SHANGHAI, **options)


def test_consents_are_read_per_channel_and_use():
    mapping = to(手机="phone", 邮件="consent:email", 共享="consent:sharing")

    assert read(mapping, {"手机": "13800138000", "邮件": "是", "共享": "no"}).agreed == {
        "email": True,
        "sharing": False,
    }
    [problem] = read(mapping, {"手机": "13800138000", "邮件": "perhaps"})
    assert problem.column == "邮件"


def test_a_row_becomes_a_lead():
    mapping = to(
        姓名="name",
        手机="phone",
        邮箱="email",
        来源="source",
        时间="captured_at",
        勿扰="do_not_call",
        标签="tags",
        备注="note",
    )

    lead = read(
        mapping,
        {
            "姓名": " 李雷 ",
            "手机": "138 0013 8000",
            "邮箱": "Li.Lei@Example.com",
            "来源": "抖音",
            "时间": "2026年11月21日 10:00",
            "勿扰": "是",
            "标签": "VIP,新客",
            "备注": "第一行\n第二行",
            "预算": "20万",
        },
    )

    assert lead == LeadInput(
        row=7,
        name="李雷",
        identities=(
            IdentityInput("phone", "+8613800138000", "+8613800138000"),
            IdentityInput("email", "Li.Lei@example.com", "li.lei@example.com"),
        ),
        source="抖音",
        captured_at=datetime(2026, 11, 21, 2, tzinfo=UTC),
        do_not_call=True,
        tags=["VIP", "新客"],
        note="第一行\n第二行",
        attributes={"预算": "20万"},
    )


def test_a_template_makes_a_value_from_columns():
    mapping = parse_mapping(
        {
            "columns": {"Prospect ID": {"to": "external_id"}},
            "values": {
                "email": {"template": "{Prospect ID}@example.invalid"},
                "name": {"template": "{First} {Last}"},
                "source": {"template": "Trade fair"},
            },
        }
    )

    lead = read(mapping, {"Prospect ID": "7927b2df", "First": "Ada", "Last": ""})

    assert [(identity.kind, identity.value) for identity in lead.identities] == [
        ("external_id", "7927b2df"),
        ("email", "7927b2df@example.invalid"),
    ]
    assert (lead.name, lead.source, lead.attributes) == ("Ada", "Trade fair", {})


def test_a_template_without_its_column_makes_no_identity():
    mapping = parse_mapping({"columns": {}, "values": {"email": {"template": "{id}@example.invalid"}}})

    problems = read(mapping, {"id": " "})

    assert [problem.reason for problem in problems] == ["Nothing says who this is."]


def test_words_that_mean_nothing_are_empty_everywhere():
    mapping = parse_mapping(
        {
            "columns": {"City": {"to": "city"}, "Converted": {"to": "converted"}},
            "values": {"name": {"template": "{Title} {Surname}"}},
            "empty": ["Select"],
        }
    )

    lead = read(
        mapping, {"City": "Select", "Converted": " Select ", "Level": "Select", "Title": "Select", "Surname": "Li"}
    )

    assert (lead.city, lead.converted, lead.attributes, lead.name) == ("", None, {}, "Li")


def test_spellings_that_differ_in_case_are_one_where_the_mapping_says_so():
    mapping = parse_mapping({"columns": {"s": {"to": "source"}, "c": {"to": "city"}}, "fold_case": ["source"]})
    spellings = {("source", fold_case("Douyin")): "Douyin"}

    leads = [
        read(mapping, {"s": source, "c": source}, spellings=spellings)
        for source in ("Google", "google", "ＧＯＯＧＬＥ ", "douyin")
    ]

    assert [lead.source for lead in leads] == ["Google", "Google", "Google", "Douyin"]
    assert [lead.city for lead in leads] == ["Google", "google", "ＧＯＯＧＬＥ", "douyin"]


@pytest.mark.parametrize(("text", "converted"), [("1", True), ("0", False), ("", None)])
def test_converted_says_yes_no_or_nothing(text, converted):
    assert read(to(Converted="converted"), {"Converted": text}).converted is converted


def test_several_columns_give_several_identities_and_one_note():
    mapping = to(mobile="phone", office="phone", a="note", b="note", c="tags", d="tags")

    lead = read(
        mapping,
        {"mobile": "13800138000", "office": "010-62345678转801", "a": "x", "b": "y", "c": "VIP", "d": "VIP;new"},
    )

    assert [identity.value for identity in lead.identities] == ["+8613800138000", "+861062345678"]
    assert (lead.note, lead.tags, lead.attributes) == ("x\ny", ["VIP", "new"], {"phone extension": "801"})


def test_ignored_columns_are_left_out_and_attributes_can_be_named():
    lead = read(to(internal="ignore", Budget="attribute:budget"), {"internal": "x", "Budget": "20"})

    assert lead.attributes == {"budget": "20"}


def test_every_problem_of_a_row_is_told_with_column_value_and_fix():
    mapping = to(mobile="phone", mail="email", when="captured_at", dnc="do_not_call", zone="timezone", s="source")

    problems = read(
        mapping,
        {"mobile": "123", "mail": "nobody", "when": "soon", "dnc": "perhaps", "zone": "Moon/Base", "s": "x" * 81},
    )

    assert [problem.column for problem in problems] == ["mobile", "mail", "when", "dnc", "zone", "s"]
    assert [problem.value for problem in problems][:3] == ["123", "nobody", "soon"]
    assert all(problem.row == 7 and problem.reason and problem.fix for problem in problems)


def test_a_row_that_names_nobody_is_a_problem_only_where_columns_could():
    assert read(to(mobile="phone"), {"mobile": ""})[0].reason == "Nothing says who this is."
    assert read(to(job="attribute:job"), {"job": "cook"}) == LeadInput(row=7, attributes={"job": "cook"})


def test_a_region_decides_how_phones_are_read():
    mapping = to(tel="phone")

    lead = apply(mapping, Row(2, {"tel": "9123 4567"}), region="HK", zone=SHANGHAI)

    assert lead.identities[0].value == "+85291234567"


def test_columns_that_a_file_lacks_are_named():
    mapping = parse_mapping({"columns": {"a": {"to": "name"}}, "values": {"email": {"template": "{id}@x.invalid"}}})

    assert mapping.missing_columns(["b"]) == ["a", "id"]
    assert mapping.missing_columns(["a", "id"]) == []


@pytest.mark.parametrize(
    ("data", "path"),
    [
        (None, ""),
        ([], ""),
        ({"column": {}}, "column"),
        ({"columns": []}, "columns"),
        ({"columns": {"City": "city"}}, "columns.City"),
        ({"columns": {"City": {}}}, "columns.City.to"),
        ({"columns": {"City": {"to": "town"}}}, "columns.City.to"),
        ({"columns": {"City": {"to": "attribute: "}}}, "columns.City.to"),
        ({"columns": {"City": {"to": "city", "as": 1}}}, "columns.City.as"),
        ({"columns": {"At": {"to": "captured_at", "day_order": "ymd"}}}, "columns.At.day_order"),
        ({"columns": {"City": {"to": "city", "day_order": "dmy"}}}, "columns.City.day_order"),
        ({"columns": {"a": {"to": "name"}, "b": {"to": "name"}}}, "columns.b.to"),
        ({"columns": {"a": {"to": "name"}}, "values": {"name": {"template": "x"}}}, "values.name"),
        ({"values": {"email": "x"}}, "values.email"),
        ({"values": {"email": {"template": 1}}}, "values.email.template"),
        ({"values": {"mail": {"template": "x"}}}, "values.mail"),
        ({"empty": "Select"}, "empty"),
        ({"empty": ["Select", 1]}, "empty[1]"),
        ({"fold_case": ["phone"]}, "fold_case"),
    ],
)
def test_a_wrong_mapping_is_refused_with_its_place(data, path):
    with pytest.raises(InvalidMapping) as refused:
        parse_mapping(data)

    assert refused.value.path == path
    assert refused.value.message


_NAMES = st.text(min_size=1, max_size=8)
_TARGETS = st.one_of(
    st.sampled_from(["phone", "email", "note", "tags", "ignore"]), _NAMES.map(lambda key: f"{ATTRIBUTE}x{key}")
)


@given(st.dictionaries(_NAMES, _TARGETS, max_size=5), st.lists(st.sampled_from(["Select", "-"])))
def test_a_mapping_survives_json(columns, empty):
    if len({target for target in columns.values() if target.startswith(ATTRIBUTE)}) < sum(
        target.startswith(ATTRIBUTE) for target in columns.values()
    ):
        return
    data = {"columns": {name: {"to": target} for name, target in columns.items()}, "empty": empty}

    mapping = parse_mapping(data)

    assert parse_mapping(json.loads(json.dumps(mapping.as_json()))) == mapping


@given(st.sampled_from(TARGETS), st.text(max_size=60))
def test_any_cell_for_any_target_is_read_or_refused(target, text):
    result = read(to(cell=target), {"cell": text})

    assert isinstance(result, LeadInput) or all(isinstance(problem, Problem) for problem in result)
