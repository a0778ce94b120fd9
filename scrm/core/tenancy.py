"""The schema that this connection is in; django-tenants adds it to Django's connection."""

from typing import Any, cast

from django.db import connection

_connection = cast(Any, connection)


def schema_name() -> str:
    """The current schema; `public` outside every tenant."""
    name: str = _connection.schema_name
    return name


def entered_tenant() -> Any:
    """What was entered: a Tenant, or a stand-in that knows the schema's name alone."""
    return getattr(_connection, "tenant", None)


def leave_tenant() -> None:
    """Back to `public`."""
    _connection.set_schema_to_public()
