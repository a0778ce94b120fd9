"""P3. With one tenant's role, PostgreSQL itself refuses every table of another; whatever Django asks."""

import pytest
from django.core.checks import run_checks
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django_tenants.utils import schema_context, tenant_context

from contacts.models import Contact
from scheduler.models import WakeUp
from scheduler.services import rebuild_wake_up
from scrm.core.postgres import roles
from tenants.models import Domain, Tenant
from tenants.services import grant_tenants
from tests.tenancy.conftest import in_database
from tests.tenancy.pitfalls import PITFALLS

VERBS = {
    "SELECT": "SELECT 1 FROM {table} LIMIT 1",
    "INSERT": "INSERT INTO {table} DEFAULT VALUES",
    "UPDATE": "UPDATE {table} SET {column} = {column}",
    "DELETE": "DELETE FROM {table}",
    "TRUNCATE": "TRUNCATE {table} CASCADE",
}


def tables_in(schema: str) -> dict[str, str]:
    """Every table with one of its columns, as the owner sees them."""
    with schema_context("public"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, min(a.attname) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND attnum > 0 "
            "AND NOT attisdropped AND attidentity = '' AND attgenerated = '' "
            "WHERE relnamespace = %s::regnamespace AND relkind IN ('r', 'p') GROUP BY 1",
            [schema],
        )
        return dict(cursor.fetchall())


def permitted(schema: str) -> list[str]:
    """What the current tenant's role is not refused on the tables of a schema."""
    found = []
    with connection.cursor() as cursor:
        for table, column in tables_in(schema).items():
            for verb, statement in VERBS.items():
                try:
                    with transaction.atomic():
                        cursor.execute(statement.format(table=f'"{schema}"."{table}"', column=f'"{column}"'))
                except DatabaseError as error:
                    if "permission denied" in str(error):
                        continue
                found.append(f"{verb} {table}")
    return found


def test_role_is_refused_every_table_of_another_tenant(acme):
    assert len(tables_in("globex")) > 60
    assert permitted("globex") == []
    assert permitted("tpl_blank") == []


def test_role_may_do_on_public_tables_what_is_listed_and_no_more(acme):
    listed = {f"{verb} {table}" for table, (rights, _rows) in roles.SHARED.items() for verb in rights.split(", ")}

    assert set(permitted("public")) == listed


def test_without_the_role_every_table_of_another_tenant_is_open(acme):
    with PITFALLS["P3"](), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM globex.contacts_contact")
    with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM globex.contacts_contact")


def test_role_sees_its_own_rows_of_public_tables(acme, globex):
    """And another tenant's wake-up can't be put off."""
    for tenant in (globex, acme):
        with tenant_context(tenant):
            rebuild_wake_up()

    with tenant_context(acme):
        assert [tenant.schema_name for tenant in Tenant.objects.all()] == ["acme"]
        assert {domain.tenant_id for domain in Domain.objects.all()} == {acme.pk}
        assert WakeUp.objects.update(due_at="9999-01-01T00:00Z") == 1
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            WakeUp.objects.filter(pk=acme.pk).update(tenant=globex.pk)


def test_role_does_everything_on_its_own_tables_but_what_is_narrowed(acme):
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT relname, concat_ws(', ',
                CASE WHEN has_table_privilege(oid, 'SELECT') THEN 'SELECT' END,
                CASE WHEN has_table_privilege(oid, 'INSERT') THEN 'INSERT' END,
                CASE WHEN has_table_privilege(oid, 'UPDATE') THEN 'UPDATE' END,
                CASE WHEN has_table_privilege(oid, 'DELETE') THEN 'DELETE' END)
            FROM pg_class WHERE relnamespace = 'acme'::regnamespace AND relkind IN ('r', 'p')
            """
        )
        rights = dict(cursor.fetchall())

    assert {table: held for table, held in rights.items() if held != "SELECT, INSERT, UPDATE, DELETE"} == roles.NARROWED


def test_role_makes_changes_and_drops_no_table(acme):
    for statement in (
        "CREATE TABLE mine (id int)",
        "ALTER TABLE contacts_contact ADD COLUMN x int",
        "DROP TABLE contacts_contact",
        "ALTER TABLE public.tenants_tenant DISABLE ROW LEVEL SECURITY",
    ):
        with pytest.raises(ProgrammingError, match=r"denied|must be owner"), transaction.atomic():
            connection.cursor().execute(statement)


def test_table_that_a_migration_makes_is_the_tenant_s_at_once(acme):
    with schema_context("acme"), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE fresh (id bigserial PRIMARY KEY)")

    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO fresh DEFAULT VALUES RETURNING id")
        assert cursor.fetchone() == (1,)


def test_role_goes_with_the_search_path(acme, globex):
    for tenant in (acme, globex, acme):
        with tenant_context(tenant):
            assert in_database() == (tenant.schema_name, roles.role_name(tenant.uuid))
    with schema_context("public"):
        assert in_database()[0] == "public"
        assert not in_database()[1].startswith("scrm_")


def test_rollback_takes_back_neither_role_nor_path(acme, globex):
    with tenant_context(acme):
        assert in_database()[0] == "acme"
        point = transaction.savepoint()
        with tenant_context(globex):
            assert in_database()[0] == "globex"
            transaction.savepoint_rollback(point)
            assert in_database() == ("globex", roles.role_name(globex.uuid))

        assert in_database() == ("acme", roles.role_name(acme.uuid))


def test_switch_that_fails_is_an_error_and_not_the_tenant_before(acme, globex):
    """A tenant deleted meanwhile has no role: nothing may run where the connection was."""
    gone = Tenant(schema_name="gone", name="Gone")
    with tenant_context(acme):
        assert in_database()[0] == "acme"
        with pytest.raises(DatabaseError, match="does not exist"), transaction.atomic(), tenant_context(gone):
            Contact.objects.count()

        assert in_database() == ("acme", roles.role_name(acme.uuid))


def test_what_a_role_lacks_is_given_by_the_next_migration(acme):
    with schema_context("public"), connection.cursor() as cursor:
        cursor.execute(f'REVOKE ALL ON acme.contacts_contact FROM "{roles.role_name(acme.uuid)}"')
        assert roles.schemas_without_rights() == [(acme.uuid, "acme")]
        grant_tenants()
        assert roles.schemas_without_rights() == []

    assert Contact.objects.count() == 0


@pytest.mark.parametrize(
    "meddling",
    [
        "ALTER POLICY own_rows ON public.tenants_domain USING (true)",
        "ALTER POLICY own_rows ON public.tenants_domain WITH CHECK (true)",
        "CREATE POLICY beside ON public.tenants_domain USING (true)",
        "ALTER TABLE public.tenants_domain DISABLE ROW LEVEL SECURITY",
        "GRANT DELETE ON public.tenants_domain TO PUBLIC",
        "REVOKE SELECT ON public.tenants_domain FROM PUBLIC",
        "COMMENT ON POLICY own_rows ON public.tenants_domain IS 'as an earlier version made it'",
    ],
)
def test_shared_table_that_is_open_otherwise_is_opened_anew(acme, globex, meddling):
    with schema_context("public"), connection.cursor() as cursor:
        cursor.execute(meddling)
        grant_tenants()
        with CaptureQueriesContext(connection) as again:
            grant_tenants()

    assert not [query for query in again.captured_queries if "POLICY" in query["sql"]]
    assert "SELECT tenants_domain" in permitted("public")
    assert "DELETE tenants_domain" not in permitted("public")
    assert set(Domain.objects.values_list("tenant__schema_name", flat=True)) == {"globex"}


def test_role_stays_while_a_copy_of_the_database_knows_it(acme):
    with schema_context("public"):
        assert roles.drop_role(acme.uuid) is False
        stranger = Tenant(schema_name="stranger", name="Stranger")
        with connection.cursor() as cursor:
            cursor.execute("CREATE SCHEMA stranger")
        roles.make_role(stranger.uuid, "stranger")
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA stranger CASCADE")

        assert roles.drop_role(stranger.uuid) is True


@pytest.mark.parametrize("rights", ["SUPERUSER", "BYPASSRLS", "CREATEROLE"])
@pytest.mark.parametrize("debug", [False, True])
def test_check_warns_of_a_role_that_nothing_holds_back(db, settings, rights, debug):
    settings.DEBUG = debug
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE some_login {rights}")
        cursor.execute("SET SESSION AUTHORIZATION some_login")

    found = [message.id for message in run_checks(tags=["database"], databases=["default"])]

    with connection.cursor() as cursor:
        cursor.execute("RESET SESSION AUTHORIZATION")
    assert found == ([] if debug or rights == "CREATEROLE" else ["scrm.W001"])


def test_log_in_role_needs_no_more_than_to_make_roles(db):
    """As in production: it owns what it makes, is no superuser, and takes the role of a tenant that it made."""
    tenant = Tenant(schema_name="fresh", name="Fresh")
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE plain_login CREATEROLE")
        cursor.execute("CREATE SCHEMA fresh AUTHORIZATION plain_login")
        cursor.execute("SET SESSION AUTHORIZATION plain_login")
        cursor.execute("CREATE TABLE fresh.note (id bigserial PRIMARY KEY)")
        roles.make_role(tenant.uuid, "fresh")
    with tenant_context(tenant), connection.cursor() as cursor:
        cursor.execute("INSERT INTO note DEFAULT VALUES")
        assert in_database() == ("fresh", roles.role_name(tenant.uuid))
    with connection.cursor() as cursor:
        cursor.execute("RESET SESSION AUTHORIZATION")
