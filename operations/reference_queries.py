"""Looks for references into nothing, where no foreign key of PostgreSQL keeps them (docs/decisions/0026)."""

from typing import Any, cast

from django.apps import apps
from django.conf import settings
from django.db import connection, models


def unkept_references() -> list[models.ForeignKey[Any, Any]]:
    """References between tables of a tenant that Django follows and PostgreSQL does not check."""
    return [
        field
        for app in settings.ROOM_APPS
        for model in apps.get_app_config(app.rpartition(".")[2]).get_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, models.ForeignKey)
        and not cast(Any, field).db_constraint
        and field.remote_field.on_delete is not models.DO_NOTHING
    ]


def dangling_references() -> dict[str, int]:
    """How many rows of the current tenant name something that is not there, by `table.column`; empty is well."""
    found = {}
    with connection.cursor() as cursor:
        for field in unkept_references():
            table, column, target = field.model._meta.db_table, field.column, field.related_model._meta
            assert target.pk is not None
            cursor.execute(
                f"SELECT count(*) FROM {table} held WHERE held.{column} IS NOT NULL AND NOT EXISTS "
                f"(SELECT FROM {target.db_table} named WHERE named.{target.pk.column} = held.{column})"
            )
            count = cursor.fetchone()[0]
            if count:
                found[f"{table}.{column}"] = count
    return found
