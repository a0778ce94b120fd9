"""One PostgreSQL role per tenant: what the database itself refuses, whatever a statement asks for.

A tenant's role reads and writes the tables of its own schema. In `public` it sees its own rows of a few tables
and nothing else. It owns nothing, so it changes no table. Its name comes from the tenant's UUID: roles belong to a
whole cluster, where another database may have a schema of the same name, and a copy of this one has the same tenant.
"""

from collections.abc import Iterator, Mapping
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.utils import InternalError

_PREFIX: Final = "scrm_"
_SHARED_LOCK: Final = 7_120_015
"""Advisory lock: two can't open the shared tables at once."""

NARROWED: Final[Mapping[str, str]] = {
    "django_migrations": "SELECT",
    "accounts_auditentry": "SELECT, INSERT",
    "accounts_auditseal": "SELECT, INSERT",
}
"""Tables of a tenant on which its role may do less than everything, and what."""

SHARED: Final[Mapping[str, tuple[str, str]]] = {
    "tenants_tenant": ("SELECT", f"'{_PREFIX}' || replace(uuid::text, '-', '') = current_user"),
    # A scalar subquery goes by the key; EXISTS may be turned into a scan of all tenants.
    "tenants_domain": ("SELECT", "(SELECT t.id FROM public.tenants_tenant t WHERE t.id = tenant_id) IS NOT NULL"),
    "scheduler_wakeup": (
        "SELECT, INSERT, UPDATE",
        "(SELECT t.id FROM public.tenants_tenant t WHERE t.id = tenant_id) IS NOT NULL",
    ),
}
"""Tables in `public` that work in a tenant needs: the rights, and which rows are the tenant's own."""


def role_name(tenant_uuid: UUID) -> str:
    return f"{_PREFIX}{tenant_uuid.hex}"


def open_shared_tables() -> None:
    """Let every tenant's role at its own rows in `public`, which hold back no owner; again changes nothing."""
    with transaction.atomic(), connection.cursor() as cursor:
        if all(_is_open(cursor, table, *wanted) for table, wanted in SHARED.items()):
            return
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_SHARED_LOCK])
        for table, (rights, own_rows) in SHARED.items():
            # First the guard, then the door.
            cursor.execute(f"ALTER TABLE public.{table} ENABLE ROW LEVEL SECURITY")
            # Policies add up: one that somebody put beside ours would let through what ours holds back.
            cursor.execute("SELECT polname FROM pg_policy WHERE polrelid = %s::regclass", [f"public.{table}"])
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP POLICY {connection.ops.quote_name(name)} ON public.{table}")
            cursor.execute(f"CREATE POLICY own_rows ON public.{table} USING ({own_rows})")
            cursor.execute(f"{_READ_BACK} WHERE polrelid = %s::regclass", [f"public.{table}"])
            note = f"{own_rows}\n{cursor.fetchone()[0]}".replace("'", "''")
            cursor.execute(f"COMMENT ON POLICY own_rows ON public.{table} IS '{note}'")
            cursor.execute(f"REVOKE ALL ON public.{table} FROM PUBLIC")
            cursor.execute(f"GRANT {rights} ON public.{table} TO PUBLIC")


_READ_BACK: Final = "SELECT pg_get_expr(polqual, polrelid) FROM pg_policy"
"""PostgreSQL tells an expression in words of its own: what it said when the policy was made stands in its comment."""


def _is_open(cursor: CursorWrapper, table: str, rights: str, own_rows: str) -> bool:
    """Whether these rights and no others stand there behind this one policy, in the words of now and as it was made."""
    cursor.execute(
        """
        SELECT relrowsecurity
            AND ARRAY(SELECT privilege_type::text FROM aclexplode(relacl) WHERE grantee = 0 ORDER BY 1) = %(rights)s
            AND ARRAY(
                SELECT polname::text || polcmd::text || polpermissive::text || polroles::text
                    || (polwithcheck IS NULL)::text
                    || coalesce(obj_description(oid, 'pg_policy') = %(own_rows)s || E'\n'
                        || pg_get_expr(polqual, polrelid), false)::text
                FROM pg_policy WHERE polrelid = pg_class.oid) = ARRAY['own_rows*true{0}truetrue']
        FROM pg_class WHERE oid = %(table)s::regclass
        """,
        {"table": f"public.{table}", "rights": sorted(rights.split(", ")), "own_rows": own_rows},
    )
    return cursor.fetchone() == (True,)


def schemas_without_rights() -> list[tuple[UUID, str]]:
    """UUID and schema of each tenant whose role is not there, or may do less, or more, than it should."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH wanted AS (
                SELECT uuid, schema_name, n.oid AS schema,
                       to_regrole(%(prefix)s || replace(uuid::text, '-', '')) AS role
                FROM public.tenants_tenant JOIN pg_namespace n ON nspname = schema_name)
            SELECT uuid, schema_name FROM wanted
            WHERE role IS NULL OR NOT has_schema_privilege(role, schema, 'USAGE') OR EXISTS (
                SELECT 1 FROM pg_class
                WHERE relnamespace = schema AND relkind IN ('r', 'p') AND (NOT has_table_privilege(role, oid, 'SELECT')
                    OR relname = ANY(%(narrowed)s) AND has_table_privilege(role, oid, 'DELETE')))
            """,
            {"prefix": _PREFIX, "narrowed": list(NARROWED)},
        )
        return [(row[0], row[1]) for row in cursor.fetchall()]


def make_role(tenant_uuid: UUID, schema_name: str) -> None:
    """Make the tenant's role and give it its schema, future tables too; again changes nothing."""
    role = role_name(tenant_uuid)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone() is None:
            cursor.execute(f'CREATE ROLE "{role}" NOLOGIN')
            cursor.execute(f'GRANT "{role}" TO CURRENT_USER')
        for statement in _grants(f'"{role}"', f'"{schema_name}"'):
            cursor.execute(statement)
        for table, rights in _narrowed_in(cursor, schema_name):
            cursor.execute(f'REVOKE ALL ON "{schema_name}".{table} FROM "{role}"')
            cursor.execute(f'GRANT {rights} ON "{schema_name}".{table} TO "{role}"')


def _grants(role: str, schema: str) -> Iterator[str]:
    rows, numbers = "SELECT, INSERT, UPDATE, DELETE", "USAGE, SELECT"
    yield f"GRANT USAGE ON SCHEMA {schema} TO {role}"
    yield f"GRANT {rows} ON ALL TABLES IN SCHEMA {schema} TO {role}"
    yield f"GRANT {numbers} ON ALL SEQUENCES IN SCHEMA {schema} TO {role}"
    yield f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT {rows} ON TABLES TO {role}"
    yield f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT {numbers} ON SEQUENCES TO {role}"


def _narrowed_in(cursor: CursorWrapper, schema_name: str) -> list[tuple[str, str]]:
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [schema_name])
    return [(name, NARROWED[name]) for (name,) in cursor.fetchall() if name in NARROWED]


def drop_role(tenant_uuid: UUID) -> bool:
    """After its schema. False when a copy of this database still knows the role: then it stays, with nothing here."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f'DROP ROLE IF EXISTS "{role_name(tenant_uuid)}"')
    except InternalError:
        return False
    return True
