"""Fills the template database; run as a program of its own, on the database that DATABASE_URL names."""

import django
from django.core.management import call_command


def build() -> None:
    django.setup()
    call_command("migrate_all", verbosity=0)

    from tenants.services import create_tenant

    create_tenant(schema_name="acme", domain="acme.localhost", name="Acme", language="en")
    create_tenant(schema_name="globex", domain="globex.localhost", name="Globex", language="en")


if __name__ == "__main__":
    build()
