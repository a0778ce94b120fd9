"""Brings many schemas up to date: asks all in one statement, works a change out once, repeats it in each."""

from tenants.migrating.pending import PUBLIC, migrations_pending, only_migrations_of
from tenants.migrating.queries import schemas_migrated
from tenants.migrating.run import Failure, Report, migrate_schemas

__all__ = [
    "PUBLIC",
    "Failure",
    "Report",
    "migrate_schemas",
    "migrations_pending",
    "only_migrations_of",
    "schemas_migrated",
]
