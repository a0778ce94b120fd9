"""Many rows in one statement."""

import json
from contextlib import closing
from datetime import UTC, datetime

import pytest
from django.db import DataError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from contacts.models import Contact
from events.models import EventType
from scrm.core.bulk import COPIED_FROM, array, insert_columns, update_columns
from scrm.core.copying import copy_rows, copying_aside
from scrm.core.ids import uuid7

NOW = datetime(2026, 11, 21, tzinfo=UTC)
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)


@given(st.lists(st.none() | TEXTS, max_size=6))
@pytest.mark.django_db
def test_an_array_comes_back_as_it_went(values):
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::text[]", [array(values)])
        assert cursor.fetchone()[0] == values


@given(st.lists(TEXTS, min_size=1, max_size=6))
@pytest.mark.django_db
def test_an_array_without_gaps_comes_back_as_it_went(values):
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::text[]", [array(values)])
        assert cursor.fetchone()[0] == values


def test_a_text_with_nul_is_refused():
    with pytest.raises(ValueError, match="NUL"):
        array(["a\0b", "c"])


def test_rows_go_in_with_defaults_and_constants_and_come_back(acme):
    columns = {
        "code": ["one", "two"],
        "name": ["One", '"Two", \\ {three}'],
        "properties": [{"a": '"quoted" \\ 中文'}, {}],
        "engaging": [True, False],
    }

    given_back = insert_columns(EventType, columns, {"question": "Why?"}, returning="code")

    assert given_back == [("one",), ("two",)]
    one, two = EventType.objects.filter(code__in=["one", "two"])
    assert (one.properties, one.engaging, one.active, one.question) == ({"a": '"quoted" \\ 中文'}, True, True, "Why?")
    assert (two.name, two.properties, two.engaging) == ('"Two", \\ {three}', {}, False)


def test_many_rows_go_in_as_few_do(acme):
    texts = ['"a",\\ {b}', "tab\there", "line\nand\rend", "\\N", "中文 \\t", "", "\\."] * 10
    columns = {
        "code": [f"c{place}" for place in range(70)],
        "name": texts,
        "properties": [{text: None} for text in texts],
        "engaging": [place % 2 == 0 for place in range(70)],
    }

    insert_columns(EventType, columns, {"question": "Why?"})

    kept = {row.code: row for row in EventType.objects.filter(question="Why?")}
    for place, text in enumerate(texts):
        row = kept[f"c{place}"]
        assert (row.name, row.properties, row.engaging, row.active) == (text, {text: None}, place % 2 == 0, True)


@given(st.lists(TEXTS, min_size=COPIED_FROM, max_size=COPIED_FROM))
@settings(max_examples=10)
@pytest.mark.django_db
def test_copied_texts_come_back_as_they_went(values):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE copied (place integer, said text, kept jsonb, raw bytea) ON COMMIT DROP")
        columns = [range(len(values)), [value or None for value in values], values, [each.encode() for each in values]]
        copy_rows("copied", ["place", "said", "kept", "raw"], ["integer", "text", "jsonb", "bytea"], columns)
        cursor.execute("SELECT said, kept, raw FROM copied ORDER BY place")
        found = cursor.fetchall()
        cursor.execute("DROP TABLE copied")

    assert [(said, json.loads(kept), bytes(raw)) for said, kept, raw in found] == [
        (value or None, value, value.encode()) for value in values
    ]


def test_many_rows_with_one_too_long_or_with_nul_are_refused(acme):
    names = ["x"] * COPIED_FROM
    codes = [f"c{place}" for place in range(COPIED_FROM - 1)]

    with pytest.raises(DataError), transaction.atomic():
        insert_columns(EventType, {"code": [*codes, "x" * 61], "name": names})
    with pytest.raises(ValueError, match="NUL"):
        insert_columns(EventType, {"code": [*codes, "a\0b"], "name": names})


def test_rows_are_copied_aside_in_order_and_seen_by_the_next_statement(acme):
    with transaction.atomic(), copying_aside():
        for word in ("one", "two"):
            insert_columns(EventType, {"code": [f"{word}{place}" for place in range(COPIED_FROM)]}, {"name": word})
        seen = set(EventType.objects.filter(name__in=["one", "two"]).values_list("code", flat=True))
        insert_columns(EventType, {"code": [f"three{place}" for place in range(COPIED_FROM)]}, {"name": "three"})

    assert len(seen) == 2 * COPIED_FROM
    assert EventType.objects.filter(name="three").count() == COPIED_FROM


def test_other_work_is_done_while_postgresql_takes_rows_in(acme):
    other, worked = connection.copy(), []

    def meanwhile():
        worked.append(len(worked))
        if len(worked) == 3:
            other.rollback()
        return len(worked) < 3

    with closing(other), transaction.atomic(), copying_aside(meanwhile):
        with connection.cursor() as cursor, other.cursor() as holding:
            cursor.execute("SET LOCAL lock_timeout = '20s'")
            other.set_autocommit(False)
            holding.execute(f'LOCK TABLE "{acme.schema_name}".events_eventtype IN SHARE MODE')
        insert_columns(EventType, {"code": [f"c{place}" for place in range(COPIED_FROM)]}, {"name": "Whole"})
        assert EventType.objects.filter(name="Whole").count() == COPIED_FROM

    assert worked == [0, 1, 2]


@pytest.mark.parametrize("asks", [True, False])
def test_what_is_refused_aside_raises_at_the_next_statement_or_the_end(acme, asks):
    """And all else that went aside with it is undone with it."""
    reached = []

    with pytest.raises(DataError):
        _copy_a_broken_row(asks, reached)

    assert reached == ["copies"]
    assert not EventType.objects.filter(name__in=["Whole", "Broken", "Late"]).exists()


def test_what_breaks_beside_a_copy_waits_for_it_and_is_told(acme):
    with pytest.raises(ZeroDivisionError):
        _copy_and_break()

    assert not EventType.objects.filter(name="Whole").exists()


def _copy_a_broken_row(asks, reached):
    with transaction.atomic(), copying_aside():
        for name, last in (("Whole", "last"), ("Broken", "x" * 61), ("Late", "later")):
            codes = [f"{name}{place}" for place in range(COPIED_FROM)]
            insert_columns(EventType, {"code": [*codes, last]}, {"name": name})
        reached.append("copies")
        if asks:
            EventType.objects.count()
            reached.append("question")


def _copy_and_break():
    with transaction.atomic(), copying_aside():
        insert_columns(EventType, {"code": [f"c{place}" for place in range(COPIED_FROM)]}, {"name": "Whole"})
        raise ZeroDivisionError


def test_no_rows_are_no_statement(acme, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert insert_columns(EventType, {"code": []}) == []
        update_columns(EventType, {"id": [], "name": []})


def test_columns_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="different lengths"):
        insert_columns(EventType, {"code": ["a"], "name": []})


def test_what_is_too_long_is_refused_not_cut(acme):
    with pytest.raises(DataError):
        insert_columns(EventType, {"code": ["x" * 61], "name": ["x"]})


def test_rows_change_by_their_id(acme):
    ids = [uuid7(), uuid7()]
    insert_columns(Contact, {"id": ids, "name": ["Lin", "Mei"]}, {"created_at": NOW, "updated_at": NOW})

    update_columns(Contact, {"id": ids, "city": ["Xiamen", ""], "company_id": [None, None]}, {"note": "Met"})

    assert list(Contact.objects.order_by("id").values_list("name", "city", "note")) == [
        ("Lin", "Xiamen", "Met"),
        ("Mei", "", "Met"),
    ]
