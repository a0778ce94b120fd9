"""Bodies of other systems: read or refused clearly, and flattened so that a person can name each field."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.payloads import (
    DEEPEST,
    FORM_TYPE,
    JSON_TYPE,
    LARGEST,
    MOST_PATHS,
    UnreadablePayload,
    flatten,
    items_at,
    list_paths,
    parse_body,
    type_of,
)


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("application/json; charset=utf-8", JSON_TYPE),
        ("", JSON_TYPE),
        ("application/vnd.api+json", JSON_TYPE),
        ("application/x-www-form-urlencoded", FORM_TYPE),
    ],
)
def test_content_types_that_are_read(header, kind):
    assert type_of(header) == kind


@pytest.mark.parametrize(
    "header", ["text/xml", "application/xml", "application/soap+xml", "multipart/form-data", "image/png"]
)
def test_content_types_that_are_refused(header):
    with pytest.raises(UnreadablePayload) as refused:
        type_of(header)

    assert refused.value.status == 415


@pytest.mark.parametrize(
    "body",
    [
        *(
            b"",
            b"{",
            b"nonsense",
            b"1",
            b'"text"',
            b"[]",
            b"{}",
            b"null",
            b'{"a": NaN}',
            b"\xff\xfe",
            b'{"a": "\\ud800"}',
        ),
        *(b"[" * 100_000, b'{"a": ' + b"9" * 5000 + b"}", b"<xml/>"),
    ],
)
def test_bodies_that_are_no_json_are_refused(body):
    with pytest.raises(UnreadablePayload) as refused:
        parse_body(body, JSON_TYPE)

    assert refused.value.status == 400


def test_body_beyond_a_megabyte_is_refused():
    with pytest.raises(UnreadablePayload) as refused:
        parse_body(b" " * (LARGEST + 1), JSON_TYPE)

    assert refused.value.status == 413


def test_forms_are_read_with_repeated_fields_and_json_within():
    body = b"name=%E6%9E%97&tag=a&tag=b&more=%7B%22city%22%3A+%22X%22%7D&odd=%7Bx"

    assert flatten(parse_body(body, FORM_TYPE)) == {"name": "林", "tag": "a, b", "more.city": "X", "odd": "{x"}


def test_paths_name_questions_by_their_labels():
    data = {
        "field_data": [{"name": "phone", "values": ["1", "2"]}, {"name": "City", "values": ["X"]}],
        "rows": [{"a": 1}, {"a": 2}],
        "flag": True,
        "none": None,
    }

    assert flatten(data) == {
        "field_data[phone]": "1, 2",
        "field_data[City]": "X",
        "rows[0].a": "1",
        "rows[1].a": "2",
        "flag": "true",
    }


def test_equal_labels_are_told_apart_by_place():
    assert set(flatten({"q": [{"name": "x", "value": 1}, {"name": "x", "value": 2}]})) == {
        *("q[0].name", "q[0].value", "q[1].name", "q[1].value"),
    }


def test_lists_of_leads_are_found_and_opened():
    data = {"event": "x", "data": {"leads": [{"a": 1}, {"a": 2}]}}

    assert list_paths(data) == ["data.leads"]
    assert items_at(data, "data.leads") == [{"a": 1}, {"a": 2}]
    assert items_at(data, "") == [data]
    with pytest.raises(UnreadablePayload):
        items_at(data, "data.gone")


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=30,
)


@given(_values)
def test_any_json_is_read_or_refused_and_never_breaks(value):
    body = json.dumps(value).encode()
    try:
        data = parse_body(body, JSON_TYPE)
    except UnreadablePayload:
        return

    said = flatten(data)

    assert len(said) <= MOST_PATHS
    assert all(isinstance(path, str) and isinstance(text, str) for path, text in said.items())
    for path in list_paths(data):
        assert isinstance(path, str)


def test_depth_has_an_end():
    node: dict = {"x": "deep"}
    for _level in range(DEEPEST * 2):
        node = {"x": node}

    assert flatten(node) == {}
