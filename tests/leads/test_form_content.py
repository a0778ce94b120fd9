"""What forms hold, whatever was kept; what is asked given the answers; what a draft lacks; what counts say."""

import importlib
import json
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.enums import FieldKind
from leads.form_content import Condition, Content, Question, plain, read_content, with_keys
from leads.form_logic import shown_ids
from leads.form_problems import is_safe_address, problems
from leads.form_results import Count, sums_by_day, sums_by_way, total_of

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
QUESTION = st.fixed_dictionaries(
    {},
    optional={
        "id": st.sampled_from(["", "1", "2", "7", "x"]) | ANYTHING,
        "kind": st.sampled_from(FieldKind.values) | ANYTHING,
        "label": st.text(max_size=12) | ANYTHING,
        "key": st.text(max_size=12),
        "required": st.booleans() | ANYTHING,
        "choices": st.lists(st.fixed_dictionaries({"label": st.text(max_size=6), "tags": ANYTHING}), max_size=4)
        | ANYTHING,
        "show": st.fixed_dictionaries({"id": st.sampled_from(["1", "2", "9"]), "values": ANYTHING}) | ANYTHING,
    },
)
CONTENT = st.fixed_dictionaries({"questions": st.lists(QUESTION, max_size=6)}, optional={"title": ANYTHING}) | ANYTHING


@given(CONTENT)
def test_whatever_was_kept_is_read_and_read_again_is_the_same(raw):
    content = read_content(raw)

    assert read_content(json.loads(json.dumps(content.as_json()))) == content
    ids = [question.id for question in content.questions]
    assert len(set(ids)) == len(ids)
    assert all(ids)
    problems(content)


@given(CONTENT, CONTENT)
def test_answers_have_names_of_their_own_that_stay(first, second):
    before = with_keys(read_content(first))
    after = with_keys(read_content(second), before)

    keys = [question.key for question in after.questions]
    assert len(set(keys)) == len(keys)
    kinds = {question.id: question.kind for question in before.questions}
    for question in after.questions:
        if kinds.get(question.id) == question.kind and before.question(question.id).key:
            assert question.key == before.question(question.id).key


VALUES = st.sampled_from(["", " ", "a", "b"])


@st.composite
def forms(draw):
    size = draw(st.integers(1, 6))
    shows = [
        draw(st.none() | st.builds(Condition, st.sampled_from("1234567"), st.lists(VALUES, max_size=2).map(tuple)))
        for _ in range(size)
    ]
    questions = [Question(str(place), FieldKind.TEXT, show=show) for place, show in enumerate(shows, 1)]
    return questions, draw(st.dictionaries(st.sampled_from("1234567"), st.lists(VALUES, max_size=2)))


def is_asked(question_id: str, questions: list[Question], answers: dict) -> bool:
    """By recursion upwards, where the product goes down once."""
    place = next((at for at, each in enumerate(questions) if each.id == question_id), None)
    if place is None:
        return False
    show = questions[place].show
    if show is None:
        return True
    said = [value for value in answers.get(show.id, []) if value.strip() != ""]
    matches = any(value in show.values for value in said) if show.values else len(said) > 0
    return matches and is_asked(show.id, questions[:place], answers)


@given(forms())
def test_what_is_asked_is_what_the_conditions_say(form):
    questions, answers = form

    assert shown_ids(questions, answers) == {each.id for each in questions if is_asked(each.id, questions, answers)}


@given(st.text())
def test_plain_text_can_be_kept_and_stays(text):
    for lines in (False, True):
        kept = plain(text, lines=lines)
        assert plain(kept, lines=lines) == kept
        assert "\0" not in kept
        kept.encode()


PHONE = {"kind": "phone", "label": "Phone"}
CHOICE = {"kind": "choice", "label": "Which?", "choices": [{"label": "A"}, {"label": "B"}]}


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ({"questions": [PHONE]}, "title"),
        ({"title": "x", "questions": []}, "questions"),
        ({"title": "x", "questions": [CHOICE, {**PHONE, "show": {"id": "1", "values": ["A"]}}]}, "questions"),
        ({"title": "x", "questions": [PHONE], "next_url": "http://a.example/"}, "next_url"),
        ({"title": "x", "questions": [PHONE, {"kind": "text"}]}, "1.label"),
        ({"title": "x", "questions": [PHONE, PHONE]}, "1.kind"),
        ({"title": "x", "questions": [PHONE, CHOICE, CHOICE]}, "2.label"),
        ({"title": "x", "questions": [PHONE, {**CHOICE, "choices": [{"label": "A"}]}]}, "1.choices"),
        ({"title": "x", "questions": [PHONE, {**CHOICE, "choices": [{"label": "A;"}, {"label": "B"}]}]}, "1.choices"),
        (
            {"title": "x", "questions": [{**PHONE}, {"kind": "text", "label": "?", "show": {"id": "3"}}, CHOICE]},
            "1.show",
        ),
        (
            {
                "title": "x",
                "questions": [PHONE, CHOICE, {"kind": "text", "label": "?", "show": {"id": "2", "values": ["C"]}}],
            },
            "2.show",
        ),
    ],
)
def test_what_a_draft_lacks_is_told_at_its_place(content, place):
    assert list(problems(read_content(content))) == [place]


def test_whole_draft_lacks_nothing():
    depends = {"kind": "text", "label": "Why?", "show": {"id": "2", "values": ["A"]}}

    assert (
        problems(
            read_content({"title": "x", "questions": [PHONE, CHOICE, depends], "next_url": "https://a.example/b?c=d"})
        )
        == {}
    )


@pytest.mark.parametrize(
    "address",
    [
        *("javascript:alert(1)", "//a.example", "http://a.example", "https://u@a.example/", "https://u:p@a.example/"),
        *("https:/\\a.example", "https://a.example\\@b.example", "data:text/html,x", "https://", "ftp://a.example"),
        *(" https://a.example", "https://a.example/\n", "https://[::1", "HTTPS:a.example", ""),
    ],
)
def test_address_that_may_lead_elsewhere_is_refused(address):
    assert not is_safe_address(address)


def test_counts_add_up_however_they_are_cut():
    counts = [
        Count(date(2026, 11, 1), "ads", views=4, visitors=3, begun=1, leads=1),
        Count(date(2026, 11, 2), "ads", views=1, visitors=1),
        Count(date(2026, 11, 2), leads=2),
    ]

    assert [(day.name.day, day.views, day.leads) for day in sums_by_day(counts)] == [(2, 1, 2), (1, 4, 1)]
    assert [(way.name[0], way.leads) for way in sums_by_way(counts)] == [("", 2), ("ads", 1)]
    total = total_of(counts)
    assert (total.bounce, total.conversion) == (0.8, 0.75)
    assert (total_of([]).bounce, total_of([]).conversion) == (None, None)


def test_forms_from_before_versions_become_one_that_lacks_nothing():
    migration = importlib.import_module("leads.migrations.0007_publish_forms_as_versions")
    old = SimpleNamespace(
        title="Ask us",
        intro="Do.",
        thanks="",
        consent_text="Yes, write to me.",
        **{f"ask_{kind}": True for kind in ("name", "phone", "email", "city")},
        questions=[{"key": "model", "label": "Which?", "choices": ["V3", "V5"]}, {"key": "w", "label": "When?"}],
    )

    raw = migration._content(old)
    content = read_content(raw)

    assert content.as_json() == Content(**{**content.as_json(), "questions": content.questions}).as_json()
    assert problems(content) == {}
    assert [each.key for each in content.questions][:6] == ["name", "phone", "email", "city", "model", "w"]
    assert [each.required for each in content.questions] == [True, False, False, False, False, False, True]
    assert with_keys(replace(content), content) == content
