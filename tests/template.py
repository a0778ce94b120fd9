"""Fills the template database; run as a program of its own, on the database that DATABASE_URL names."""

import django
from django.core.management import call_command
from django.db import connection


def build() -> None:
    django.setup()
    call_command("migrate_all", verbosity=0)

    from tenants.services import create_tenant

    create_tenant(schema_name="acme", domain="acme.localhost", name="Acme", language="en")
    create_tenant(schema_name="globex", domain="globex.localhost", name="Globex", language="en")
    count_from("globex", 1_000_001)


def count_from(schema_name: str, first: int) -> None:
    """Numbers that the other tenant doesn't have, so that a row of the wrong one never looks like the right one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sequencename FROM pg_sequences WHERE schemaname = %s", [schema_name])
        for (name,) in cursor.fetchall():
            cursor.execute(f'ALTER SEQUENCE "{schema_name}"."{name}" RESTART WITH {first}')


if __name__ == "__main__":
    build()
