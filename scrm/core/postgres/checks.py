"""What `manage.py check --database default` says of the server behind DATABASE_URL."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import checks
from django.db import connection

from scrm.core.postgres.pooling import PooledByTransaction, refuse_transaction_pooling


def check_sessions(*, databases: Sequence[str] | None = None, **_given: Any) -> list[checks.CheckMessage]:
    """What web and worker refuse to start with, said before they do."""
    if "default" in (databases or ()):
        try:
            refuse_transaction_pooling()
        except PooledByTransaction as shared:
            return [checks.Error(str(shared), id="scrm.E001")]
    return []


def check_log_in_role(*, databases: Sequence[str] | None = None, **_given: Any) -> list[checks.CheckMessage]:
    """Whether PostgreSQL would hold back a mistake of ours; on a laptop nobody asks."""
    if "default" not in (databases or ()) or settings.DEBUG:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = session_user")
        is_unbound = cursor.fetchone()[0]
    if not is_unbound:
        return []
    hint = "Let it own the database and have CREATEROLE, and no more: docs/operations.md, The database's roles."
    return [
        checks.Warning("DATABASE_URL logs in as a role that PostgreSQL refuses nothing.", hint=hint, id="scrm.W001")
    ]
