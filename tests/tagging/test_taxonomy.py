"""A taxonomy as a file: what it would change, taken once, is what it says; taken twice, it is nothing."""

import io
import json
from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from exchange.problems import UnreadableFile
from scrm.core import clock
from tagging.enums import Act, TagSource
from tagging.models import Tag, TagCategory
from tagging.rules import Grant
from tagging.selectors import taxonomy_lines
from tagging.services import add_tags
from tagging.services_taxonomy import take_taxonomy
from tagging.starters import STARTERS
from tagging.taxonomy import Line, steps_between
from tagging.taxonomy_file import as_csv, as_json, check_taxonomy
from tests.factories import make_contact

SKIN = [
    Line("Skin", "attribute", "Type", True, "dry", "Dry", "amber", "Tight after washing"),
    Line("Skin", "attribute", "Type", True, "oily", "Oily", "green"),
]


def acts(steps) -> list[tuple[str, str]]:
    return [(str(step.act), step.line.name or step.line.group or step.line.category) for step in steps]


def take(lines):
    return take_taxonomy(lines=lines, by=None, now=clock.now())


def test_a_new_taxonomy_is_made_in_its_order(acme):
    steps = take(SKIN)

    assert acts(steps) == [("category", "Dry"), ("group", "Dry"), ("tag", "Dry"), ("tag", "Oily")]
    assert taxonomy_lines() == SKIN


def test_taken_twice_it_changes_nothing(acme):
    take(SKIN)

    assert take(SKIN) == []
    assert Tag.objects.count() == 2


def test_a_code_is_the_same_tag_whatever_it_is_called_and_wherever_it_stands(acme):
    take(SKIN)

    steps = take([Line("Body", "attribute", "Skin", False, "dry", "Very dry", "red", "")])

    assert [str(step.act) for step in steps] == ["category", "group", "move", "rename", "colour", "describe"]
    assert Tag.objects.get(code="dry").group.category.name == "Body"
    assert Tag.objects.get(code="oily").group.name == "Type"


def test_names_may_change_hands_one_after_another():
    known = [Line("c", "custom", "g", False, "a", "X"), Line("c", "custom", "g", False, "b", "Y")]
    wanted = [Line("c", "custom", "g", False, "a", "Y"), Line("c", "custom", "g", False, "b", "Z")]

    assert [(step.act, step.code, step.after) for step in steps_between(known, wanted)] == [
        (Act.RENAME, "b", "Z"),
        (Act.RENAME, "a", "Y"),
    ]


def test_a_name_that_another_tag_keeps_is_told(acme):
    take(SKIN)

    steps = take([Line("Skin", "attribute", "Type", True, "dry", "Oily")])

    assert acts(steps) == [("taken", "Oily")]
    assert taxonomy_lines() == SKIN


def test_one_at_most_is_refused_where_somebody_has_several_and_nothing_changes(acme):
    several = [Line(line.category, line.kind, line.group, False, line.code, line.name) for line in SKIN]
    take(several)
    lin = make_contact()
    tags = Tag.objects.values_list("pk", flat=True)
    add_tags(grants=[Grant(lin.pk, pk) for pk in tags], source=TagSource.HAND, now=clock.now())

    with pytest.raises(ValidationError, match="1 contact has several tags of the group “Type”"):
        take([Line("New", "custom", "", False), *SKIN])

    assert not TagCategory.objects.filter(name="New").exists()
    assert not Tag.objects.filter(group__exclusive=True).exists()


SAID = {Act.RENAME: "name", Act.COLOUR: "colour", Act.DESCRIBE: "description"}
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n", exclude_categories=["Cs", "Cc"]), max_size=8)
NAMES = TEXT.map(str.strip).filter(lambda text: bool(text) and not text.startswith("'"))
LINES = st.lists(
    st.builds(
        Line,
        st.sampled_from(["A", "B", "分类"]),
        st.just("custom"),
        st.sampled_from(["g", "h"]),
        st.just(True),
        st.sampled_from("abcdef"),
        st.sampled_from(["X", "Y", "Z", "名"]),
        st.sampled_from(["red", "blue"]),
        NAMES,
    ),
    max_size=6,
    unique_by=(lambda line: line.code, lambda line: (line.category, line.group, line.name)),
)


@given(LINES, LINES)
def test_taken_once_all_that_is_wanted_stands_there_but_for_names_that_are_taken(known: list[Line], wanted: list[Line]):
    after = {line.code: line for line in known}
    for step in steps_between(known, wanted):
        line, old = step.line, after.get(step.code)
        if step.act == Act.TAG:
            after[line.code] = line
        elif step.act == Act.MOVE:
            after[step.code] = replace(old, category=line.category, group=line.group, name=line.name)
        elif step.act in SAID:
            after[step.code] = replace(old, **{SAID[step.act]: getattr(line, SAID[step.act])})

    again = steps_between(after.values(), wanted)

    assert {step.act for step in again} <= {Act.TAKEN}
    assert set(after) >= {line.code for line in known}
    names = [(line.place, line.name) for line in after.values()]
    assert len(names) == len(set(names))


@given(LINES)
def test_a_file_says_the_same_again(lines: list[Line]):
    for content in (as_csv(lines), as_json(lines).encode()):
        checked = check_taxonomy(io.BytesIO(content))
        assert checked.problems == []
        assert sorted(checked.made, key=lambda line: line.code) == sorted(lines, key=lambda line: line.code)


def test_each_bad_row_is_named_and_the_others_stand():
    content = "category,group,tag,code,colour\nA,g,X,ok,red\nA,g,Y,not a code,red\nA,,Z,z,red\nA,g,X,ok,red\n"

    checked = check_taxonomy(io.BytesIO(content.encode()))

    assert [line.name for line in checked.made] == ["X"]
    assert [(problem.row, problem.column) for problem in checked.problems[:2]] == [(3, "code"), (4, "group")]
    assert checked.bad_rows == 3


@pytest.mark.parametrize(
    "content",
    ["{", "{}", "[]", '{"format": "scrm.taxonomy"}', json.dumps({"format": "scrm.taxonomy", "categories": 3})],
)
def test_what_is_no_taxonomy_is_said_so(content):
    with pytest.raises(UnreadableFile):
        check_taxonomy(io.BytesIO(content.encode()))


@pytest.mark.parametrize("slug", list(STARTERS))
@pytest.mark.parametrize("chinese", [True, False])
def test_a_starter_goes_in_whole_and_the_other_language_only_renames(acme, slug, chinese):
    starter = STARTERS[slug]
    take(starter.lines(chinese=chinese))

    codes = {line.code for line in starter.lines(chinese=True)}
    other = {step.act for step in steps_between(taxonomy_lines(), starter.lines(chinese=not chinese))}

    assert set(Tag.objects.values_list("code", flat=True)) == codes
    assert len(codes) == starter.size
    assert Act.TAG not in other
