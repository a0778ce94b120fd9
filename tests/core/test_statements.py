"""Statements that are kept ready, and rows that go along with the next one."""

import pytest
from django.db import IntegrityError, NotSupportedError, connection, transaction
from django_tenants.utils import schema_context, tenant_context

from events.models import EventType
from scrm.core.bulk import insert_columns, update_columns
from scrm.core.postgres.statements import PLACES, Statement, rows_together

CODES = Statement("SELECT code FROM events_eventtype WHERE code = ANY(%s::text[]) ORDER BY code")


def ask(statement, *params):
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall()


def add(*codes):
    for code in codes:
        insert_columns(EventType, {"code": [code], "name": [code]})


def codes(*wanted):
    return [code for (code,) in ask(CODES, "{" + ",".join(wanted) + "}")]


def waiting():
    return len(connection.connection.put_off)


def test_statement_is_planned_once_and_answers_each_time(acme):
    add("one", "two")

    assert [codes("one"), codes("two", "three")] == [["one"], ["two"]]
    assert ask("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s", f"%{CODES.text}") == [(1,)]


def test_and_cai_is_asked_what_is_hers(acme, globex):
    with tenant_context(acme):
        add("one")

    for _again in range(2):
        with tenant_context(acme):
            assert codes("one") == ["one"]
        with tenant_context(globex):
            assert codes("one") == []


def test_connection_remembers_few_schemas(acme):
    once = Statement("SELECT 'few'")

    for _again in range(2):
        for number in range(PLACES + 3):
            with schema_context(f"nobody_{number}"):
                assert ask(once) == [("few",)]

    # One place is ours.
    assert ask("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s", "%'few'") == [(PLACES - 1,)]


def test_a_column_of_another_kind_is_refused_once(acme):
    ask_nothing("CREATE TEMP TABLE things AS SELECT 1::integer AS size")
    sizes = Statement("SELECT size FROM things")
    assert ask(sizes) == [(1,)]
    ask_nothing("ALTER TABLE things ALTER size TYPE text")

    with pytest.raises(NotSupportedError), transaction.atomic():
        ask(sizes)

    assert ask(sizes) == [("1",)]


def ask_nothing(text):
    with connection.cursor() as cursor:
        cursor.execute(text)


def test_a_bare_percent_is_refused():
    with pytest.raises(ValueError, match="bare %"):
        Statement("SELECT 1 WHERE 'a' LIKE 'a%'")


def test_rows_go_along_with_the_next_statement(acme):
    with rows_together():
        add("one", "50%", "two")
        assert waiting() == 3

        assert codes("one", "two", "50%") == ["50%", "one", "two"]
        assert waiting() == 0


def test_a_changed_row_goes_along_too(acme):
    row = EventType.objects.create(code="one", name="One")

    with rows_together():
        update_columns(EventType, {"id": [row.pk], "name": ["Two"]}, {"question": "Why?"})
        assert waiting() == 1

    row.refresh_from_db()
    assert (row.name, row.question) == ("Two", "Why?")


def test_what_is_refused_raises_at_the_next_statement(acme):
    with pytest.raises(IntegrityError), transaction.atomic(), rows_together():
        _add_twice_and_ask()

    assert codes("one") == []


def _add_twice_and_ask():
    add("one", "one")
    codes("one")


def _add_and_fail(code):
    # The second would be refused, were it sent.
    add(code, code)
    raise LookupError


def test_what_is_refused_raises_at_the_end_of_a_savepoint(acme):
    with pytest.raises(IntegrityError), transaction.atomic(), rows_together():
        add("one", "one")

    assert (codes("one"), waiting()) == ([], 0)


def test_rows_of_a_savepoint_go_with_it(acme):
    with rows_together():
        add("kept")
        with pytest.raises(LookupError), transaction.atomic():
            _add_and_fail("gone")
        add("after")

    assert codes("kept", "gone", "after") == ["after", "kept"]


def test_rows_are_there_after_the_commit(own_database):
    with schema_context("acme"), rows_together():
        with transaction.atomic():
            add("one")
            assert waiting() == 1
        assert waiting() == 0

        with pytest.raises(LookupError), transaction.atomic():
            _add_and_fail("two")
        with pytest.raises(IntegrityError), transaction.atomic():
            add("three", "three")
        assert (codes("one", "two", "three"), waiting()) == (["one"], 0)

        # Outside a transaction.
        add("four")
        assert waiting() == 0
