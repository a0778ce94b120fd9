"""What the fields of a payload become: leads with their UTM, consent and keys, or problems in place."""

import json
from zoneinfo import ZoneInfo

import pytest

from exchange.payloads import UnreadablePayload
from leads.hook_mapping import HookLead, HookMapping, event_id_of, guess_hook_mapping, parse_hook_mapping, read_leads
from leads.hook_presets import PRESETS
from leads.mapping import InvalidMapping

ZONE = ZoneInfo("Asia/Shanghai")


def read(data, mapping, source=""):
    return read_leads(data, mapping, region="CN", zone=ZONE, source=source)


@pytest.mark.parametrize("name", PRESETS)
def test_each_preset_reads_its_own_sample(name):
    preset = PRESETS[name]
    data = json.loads(preset.body)

    read_all = read(data, parse_hook_mapping(preset.mapping.as_json()), source="Spring")

    assert len(read_all) == 1
    found = read_all[0]
    assert isinstance(found, HookLead)
    assert (bool(found.lead.name), bool(found.lead.identities), found.lead.source) == (True, True, "Spring")
    assert found.key or event_id_of(data, preset.mapping)


@pytest.mark.parametrize("name", PRESETS)
def test_guess_finds_who_somebody_is(name):
    guessed = guess_hook_mapping(json.loads(PRESETS[name].body))

    assert guessed.items == PRESETS[name].mapping.items
    assert "phone" in guessed.fields.values()
    assert guessed.identifies


def test_one_payload_holds_many_leads_and_bad_ones_are_named():
    data = {"leads": [{"phone": "13800138000"}, {"phone": "12"}, {"other": "x"}], "utm": {"s": "feed"}}
    mapping = HookMapping("leads", {"phone": "phone", "$.utm.s": "utm_source"})

    good, bad, nobody = read(data, mapping)

    assert good.lead.identities[0].value == "+8613800138000"
    assert good.utm == {"utm_source": "feed"}
    assert [(problem.row, problem.column) for problem in bad] == [(2, "phone")]
    assert [(problem.row, problem.column) for problem in nobody] == [(3, "")]


def test_fields_that_nothing_is_said_of_are_left_out():
    found = read(
        {"phone": "13800138000", "city": "X", "extra": "y"},
        HookMapping("", {"phone": "phone", "city": "attribute:place"}),
    )[0]

    assert found.lead.attributes == {"place": "X"}


@pytest.mark.parametrize(("said", "given"), [("yes", 1), ("no", 0), ("", 0)])
def test_consent_is_taken_where_it_was_given(said, given):
    found = read({"p": "13800138000", "ok": said}, HookMapping("", {"p": "phone", "ok": "consent"}))[0]

    assert len(found.consents) == given


def test_consent_in_other_words_is_a_problem():
    problems = read({"p": "13800138000", "ok": "perhaps"}, HookMapping("", {"p": "phone", "ok": "consent"}))[0]

    assert [problem.column for problem in problems] == ["ok"]


def test_another_shape_is_noticed():
    with pytest.raises(UnreadablePayload):
        read({"other": 1}, HookMapping("leads", {"phone": "phone"}))


@pytest.mark.parametrize(
    "data",
    [
        [],
        {"items": 1},
        {"fields": []},
        {"fields": {"a": "nonsense"}},
        {"fields": {"a": "name", "b": "name"}},
        {"fields": {"a": 1}},
        {"fields": {"a": "attribute: "}},
        {"more": 1},
    ],
)
def test_mapping_that_makes_no_sense_is_refused(data):
    with pytest.raises(InvalidMapping):
        parse_hook_mapping(data)


def test_naughty_strings_are_problems_and_not_faults():
    for text in ("\0", "\ud800", "a" * 5000, "=1+1", "<script>", "{{7*7}}", "\u202e", "​"):
        read({"name": text, "phone": "13800138000"}, HookMapping("", {"name": "name", "phone": "phone"}))
