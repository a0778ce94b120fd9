"""Sealed values are bound to their row and the tenant's key, not to the schema's name: a restore may change that."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import migrations

BATCH = 5000


def to_the_row(schema: str, pk: UUID) -> bytes:
    return b"contacts_identity.sealed:" + pk.bytes


def to_the_schema(schema: str, pk: UUID) -> bytes:
    return f"{schema}.contacts_identity.sealed:".encode() + pk.bytes


def reseal(before: Callable[[str, UUID], bytes], after: Callable[[str, UUID], bytes]) -> Callable[[Any, Any], None]:
    def move(apps: Any, editor: Any) -> None:
        # A template holds nobody, and is migrated before the table of tenants is there.
        from scrm.core.crypto import open_sealed, seal, tenant_keys
        from tenants.models import Tenant

        rows = apps.get_model("contacts", "Identity").objects.order_by("pk")
        if not rows.exists():
            return
        schema = editor.connection.schema_name
        keys = tenant_keys(Tenant.objects.values_list("uuid", flat=True).get(schema_name=schema))
        batch = list(rows[:BATCH])
        while batch:
            for row in batch:
                plain = open_sealed(row.sealed, keys=keys, aad=before(schema, row.pk))
                row.sealed = seal(plain, keys=keys, aad=after(schema, row.pk))
            rows.bulk_update(batch, ["sealed"])
            batch = list(rows.filter(pk__gt=batch[-1].pk)[:BATCH])

    return move


class Migration(migrations.Migration):
    dependencies = [("contacts", "0003_contact_created")]

    operations = [migrations.RunPython(reseal(to_the_schema, to_the_row), reseal(to_the_row, to_the_schema))]
