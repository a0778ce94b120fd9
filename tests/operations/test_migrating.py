"""Many schemas at once get what Django would give each by itself."""

import threading

import psycopg2
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction

from tenants.migrating import migrate_schemas, migrations_pending, queries
from tenants.queries import clone_schema, migrations_lock
from tenants.services import TEMPLATE_SCHEMA

CHANGE = """
operations = [
    migrations.AddField("material", "planted", models.CharField(max_length=15, default="100% o'clock", db_index=True)),
    migrations.AlterField("material", "planted", models.TextField(default="", null=True)),
    migrations.CreateModel("Planted", [
        ("id", models.BigAutoField(primary_key=True)),
        ("material", models.ForeignKey("content.material", models.CASCADE)),
        ("word", models.CharField(max_length=5, unique=True)),
    ], options={"permissions": [("water_planted", "Can water")]}),
    migrations.CreateModel("Mark", [("id", models.BigAutoField(primary_key=True)), ("word", models.TextField())]),
    migrations.AddIndex("planted", models.Index(fields=["word", "-id"], name="planted_word")),
    migrations.AddConstraint("planted", models.CheckConstraint(condition=~models.Q(word="50%"), name="planted_half")),
    migrations.RemoveField("trackedlink", "created_at"),
]
"""
DATA = """
def fill(apps, editor):
    apps.get_model("content", "Mark").objects.create(word="here")
operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
"""
CONCURRENT = """
atomic = False
operations = [postgres.AddIndexConcurrently("planted", models.Index(fields=["-word"], name="planted_slowly"))]
"""


def rows(sql: str, *values) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def catalogue(schema: str) -> dict[str, list[tuple]]:
    """Everything about a schema's tables that two of them may share, without the schema's own name."""
    relations = "c.relnamespace = %s::regnamespace"
    found = {
        "columns": rows(
            "SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, "
            "pg_get_expr(d.adbin, d.adrelid) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
            "LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum "
            f"WHERE {relations} AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 1, 2",
            schema,
        ),
        "constraints": rows(
            "SELECT c.relname, o.conname, pg_get_constraintdef(o.oid), o.convalidated "
            f"FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid WHERE {relations} ORDER BY 1, 2, 3",
            schema,
        ),
        "indexes": rows(
            "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = %s ORDER BY 1, 2", schema
        ),
        "migrations": rows(f"SELECT app, name FROM \"{schema}\".django_migrations WHERE app = 'content' ORDER BY 1, 2"),
        "words": rows(
            f'SELECT app_label, model, codename, name FROM "{schema}".auth_permission p '
            f'JOIN "{schema}".django_content_type t ON t.id = p.content_type_id ORDER BY 1, 2, 3'
        ),
    }
    return {
        kind: [tuple(str(value).replace(f"{schema}.", "") for value in row) for row in each]
        for kind, each in found.items()
    }


def test_result_is_what_django_s_own_executor_makes(own_database, plant):
    """acme by repeated statements, globex by plain Django: column by column the same."""
    plant("content", p1_change=CHANGE, p2_data=DATA, p3_index=CONCURRENT)
    before = catalogue("acme")
    with migrations_lock():
        call_command("migrate_schemas", schema_name="globex", verbosity=0, interactive=False)

    report = migrate_schemas(template=TEMPLATE_SCHEMA)

    assert report.failures == []
    assert report.applied == dict.fromkeys(["content.p1_change", "content.p2_data", "content.p3_index"], 2)
    after = catalogue("acme")
    assert after == catalogue("globex") == catalogue(TEMPLATE_SCHEMA)
    assert rows("SELECT word FROM acme.content_mark") == rows("SELECT word FROM globex.content_mark") == [("here",)]
    assert ("content", "planted", "water_planted", "Can water") in after["words"]
    assert len(after["columns"]) > len(before["columns"])
    assert migrations_pending() == {}


def test_failing_tenant_is_named_and_the_others_go_on(own_database, plant):
    """What it has stays as it was, to the last statement; put right, it gets what it lacks."""
    plant("content", p1_change=CHANGE)
    rows("CREATE TABLE acme.content_planted (mine int); SELECT 1")

    report = migrate_schemas(template=TEMPLATE_SCHEMA)

    assert [(failure.schema, failure.migration) for failure in report.failures] == [("acme", "content.p1_change")]
    assert "content_planted" in report.failures[0].reason
    assert not any(column[1] == "planted" for column in catalogue("acme")["columns"])
    assert set(migrations_pending()) == {"acme"}
    rows("DROP TABLE acme.content_planted; SELECT 1")
    assert migrate_schemas(template=TEMPLATE_SCHEMA).failures == []
    assert catalogue("acme") == catalogue("globex")


def test_stop_at_failure_leaves_the_rest(own_database, plant):
    plant("content", p1_change=CHANGE)
    rows("CREATE TABLE acme.content_planted (mine int); SELECT 1")

    with pytest.raises(CommandError, match="acme stays before"):
        call_command("migrate_all", stop_at_failure=True)

    assert set(migrations_pending()) == {"acme", "globex"}


def test_template_that_fails_stops_the_run_before_any_tenant(own_database, plant):
    plant("content", p1_change=CHANGE)
    rows(f"CREATE TABLE {TEMPLATE_SCHEMA}.content_planted (mine int); SELECT 1")

    report = migrate_schemas(template=TEMPLATE_SCHEMA)

    assert [failure.schema for failure in report.failures] == [TEMPLATE_SCHEMA]
    assert set(migrations_pending()) == {TEMPLATE_SCHEMA, "acme", "globex"}


def test_nothing_to_do_asks_and_writes_nothing(own_database, django_assert_max_num_queries):
    with django_assert_max_num_queries(9):
        report = migrate_schemas(template=TEMPLATE_SCHEMA)

    assert (report.schemas, report.applied) == (0, {})


def test_migration_steps_back_from_a_busy_table_and_tries_again(own_database, plant, monkeypatch):
    """It holds nobody up for longer than its time-out, and ends well once the table is free."""
    plant("content", p1_change=CHANGE)
    monkeypatch.setattr(queries, "LOCK_TIMEOUT", "50ms")
    waits = []
    busy = psycopg2.connect(host=connection.settings_dict["HOST"], user="scrm", dbname=connection.settings_dict["NAME"])
    busy.cursor().execute("LOCK TABLE acme.content_material IN ACCESS SHARE MODE")

    def let_go(seconds):
        waits.append(seconds)
        busy.rollback()

    monkeypatch.setattr(queries, "wait", let_go)
    report = migrate_schemas(template=TEMPLATE_SCHEMA)
    busy.close()

    assert report.failures == []
    assert waits == [0.25]
    assert catalogue("acme") == catalogue("globex")


def test_index_left_half_built_is_built_anew(own_database, plant):
    plant("content", p1_change=CHANGE, p2_index=CONCURRENT)
    migrate_schemas(template=TEMPLATE_SCHEMA)
    rows("DELETE FROM acme.django_migrations WHERE name = 'p2_index' RETURNING 1")
    rows("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'acme.planted_slowly'::regclass RETURNING 1")

    report = migrate_schemas(template=TEMPLATE_SCHEMA)

    assert report.failures == []
    assert rows("SELECT indisvalid FROM pg_index WHERE indexrelid = 'acme.planted_slowly'::regclass") == [(True,)]


def test_clone_waits_for_a_migration_and_a_migration_for_a_clone(own_database):
    """So a new tenant is never half-migrated."""
    done = threading.Event()

    def clone() -> None:
        with transaction.atomic():
            clone_schema(TEMPLATE_SCHEMA, "late")
        connection.close()
        done.set()

    with migrations_lock():
        thread = threading.Thread(target=clone)
        thread.start()
        assert not done.wait(0.3)
    assert done.wait(20)
    thread.join()


def test_check_names_the_schemas_that_lack_something(own_database, plant, capsys):
    plant("content", p1_change=CHANGE)

    with pytest.raises(CommandError, match="lack migrations: 3"):
        call_command("migrate_all", check=True)

    assert "acme: content.p1_change" in capsys.readouterr().out
