"""The schema that this connection is in; django-tenants adds it to Django's connection."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from django.db import connection
from django_tenants.utils import schema_context

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


@contextmanager
def on_platform() -> Iterator[None]:
    """For a while in `public`, where a tenant's role may do next to nothing; then back.

    Also as a decorator. `schema_context` must not be one: it keeps the tenant to go back to in itself, for all threads.
    """
    with schema_context("public"):
        yield
