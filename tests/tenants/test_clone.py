"""A cloned tenant's schema is what migrations make: column by column, and it counts on where its template is."""

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django_tenants.utils import schema_exists

from scrm.flows.opening import FirstPerson, tenant_opened
from tenants.models import Domain, Tenant
from tenants.queries import migrations_lock
from tenants.services import TEMPLATE_SCHEMA, create_tenant

WHAT = {
    "columns": """
        SELECT table_name, column_name, rank() OVER (PARTITION BY table_name ORDER BY ordinal_position),
               replace(column_default, %(schema)s || '.', ''), is_nullable,
               data_type, udt_name, character_maximum_length, numeric_precision, numeric_scale, collation_name,
               is_identity, identity_generation, identity_start, identity_increment, identity_maximum, identity_cycle,
               is_generated, generation_expression
        FROM information_schema.columns WHERE table_schema = %(schema)s""",
    "indexes": """
        SELECT tablename, indexname, replace(indexdef, %(schema)s || '.', '') FROM pg_indexes
        WHERE schemaname = %(schema)s""",
    "constraints": """
        SELECT conrelid::regclass::text, conname, contype, condeferrable, condeferred, convalidated,
               replace(pg_get_constraintdef(oid), %(schema)s || '.', '')
        FROM pg_constraint WHERE connamespace = %(schema)s::regnamespace AND contype <> 'n'""",
    "sequences": """
        SELECT sequencename, data_type::text, start_value, min_value, max_value, increment_by, cycle, cache_size,
               last_value
        FROM pg_sequences WHERE schemaname = %(schema)s""",
    "relations": """
        SELECT relname, relkind, relpersistence, reloptions, relreplident, relrowsecurity FROM pg_class
        WHERE relnamespace = %(schema)s::regnamespace AND relkind <> 't'""",
    "inheritance": """
        SELECT inhrelid::regclass::text, inhparent::regclass::text, inhseqno FROM pg_inherits
        JOIN pg_class ON pg_class.oid = inhrelid
        WHERE relnamespace = %(schema)s::regnamespace AND relkind = 'r'""",
    "owned": """
        SELECT numbers.relname, owner.relname, part.attname FROM pg_depend
        JOIN pg_class numbers ON numbers.oid = objid AND numbers.relkind = 'S'
        JOIN pg_class owner ON owner.oid = refobjid
        JOIN pg_attribute part ON part.attrelid = refobjid AND part.attnum = refobjsubid
        WHERE numbers.relnamespace = %(schema)s::regnamespace AND deptype IN ('a', 'i')""",
    "functions and triggers": """
        SELECT tgname, tgrelid::regclass::text FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
        WHERE relnamespace = %(schema)s::regnamespace AND NOT tgisinternal
        UNION SELECT proname, '' FROM pg_proc WHERE pronamespace = %(schema)s::regnamespace""",
}


def shape(schema: str, what: str) -> list[tuple]:
    with connection.cursor() as cursor:
        # With the schema alone on the path, names that PostgreSQL spells out are spelt alike.
        cursor.execute(f"SET LOCAL search_path = {schema}")
        cursor.execute(WHAT[what], {"schema": schema})
        return sorted(map(repr, cursor.fetchall()))


@pytest.mark.parametrize("what", WHAT)
def test_clone_is_what_migrations_make(db, what):
    connection.set_schema_to_public()
    clones = ["acme", "globex"]
    if what == "sequences":
        # No rollback takes a number back, so those two have counted on in other tests.
        clones = [create_tenant(schema_name="fresh", domain="fresh.example.com").schema_name]

    migrated = shape(TEMPLATE_SCHEMA, what)

    assert [shape(clone, what) for clone in clones] == [migrated] * len(clones)
    assert migrated or what == "functions and triggers"


def test_changed_clone_is_found(db):
    connection.set_schema_to_public()
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE acme.contacts_contact ALTER name TYPE varchar(121); DROP INDEX acme.contact_created;"
            "ALTER TABLE acme.campaigns_touchpoint DROP CONSTRAINT touchpoint_once;"
            "ALTER SEQUENCE acme.auth_permission_id_seq RESTART WITH 1"
        )

    for what in ("columns", "indexes", "constraints", "sequences"):
        assert shape("acme", what) != shape(TEMPLATE_SCHEMA, what), what


def test_new_row_of_a_clone_meets_no_row_of_its_template(db):
    connection.set_schema_to_public()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('acme.auth_permission', 'id')), max(id) FROM acme.auth_permission"
        )
        following, last = cursor.fetchone()

    assert following == last + 1 > 100


def test_nobody_clones_while_somebody_migrates(own_database):
    """The clone waits for the migration's end, and begins only then."""
    begun, done, faults = threading.Event(), threading.Event(), []

    def make() -> None:
        begun.set()
        try:
            create_tenant(schema_name="initech", domain="initech.localhost")
        except Exception as error:
            faults.append(error)
        finally:
            connection.close()
            done.set()

    with migrations_lock():
        thread = threading.Thread(target=make)
        thread.start()
        begun.wait(5)
        assert waiting_for_the_lock()
        assert not done.is_set()
        assert not schema_exists("initech")
    thread.join(30)

    assert faults == []
    assert schema_exists("initech")


def waiting_for_the_lock() -> bool:
    """Whether somebody waits for an advisory lock, asked again until it is so; `eventually` gives up in time."""
    from tests.live import eventually

    def one_waits() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            return cursor.fetchone()[0] == 1

    eventually(one_waits)
    return True


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"schema_name": "acme"}, "schema_name"),
        ({"schema_name": "Acme"}, "schema_name"),
        ({"schema_name": "a"}, "schema_name"),
        ({"schema_name": "9lives"}, "schema_name"),
        ({"schema_name": "x" * 49}, "schema_name"),
        ({"schema_name": "pg_catalog"}, "schema_name"),
        ({"schema_name": "information_schema"}, "schema_name"),
        ({"domain": "ACME.localhost."}, "domain"),
        ({"domain": "acme"}, "domain"),
        ({"domain": "10.0.0.1"}, "domain"),
        ({"template": "globex"}, "template"),
        ({"name": "x" * 121}, "name"),
    ],
)
def test_taken_or_misshapen_name_is_refused_and_nothing_is_left(db, fields, where):
    connection.set_schema_to_public()
    given = {"schema_name": "initech", "domain": "initech.localhost", **fields}

    with pytest.raises(ValidationError) as refused:
        create_tenant(**given)

    assert where in refused.value.error_dict
    assert Tenant.objects.count() == 3
    assert Domain.objects.count() == 2
    assert not schema_exists("initech")


def test_opening_that_breaks_off_leaves_nothing(db):
    """The principal's name is too long: found only when the schema is there."""
    connection.set_schema_to_public()

    with pytest.raises(Exception, match=r"too long|150"), transaction.atomic():
        tenant_opened(
            schema_name="initech", domain="initech.localhost", principal=FirstPerson("x" * 151, "correct-horse-9")
        )

    assert not schema_exists("initech")
    assert not Tenant.objects.filter(schema_name="initech").exists()
    assert not Domain.objects.filter(domain="initech.localhost").exists()
