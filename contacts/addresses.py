"""Reads addresses in clear, for a channel about to use them."""

from collections.abc import Collection
from uuid import UUID

from contacts.models import Identity
from contacts.sealing import open_identity
from tenants.selectors import tenant_current, tenant_keys


def addresses_for(contact_ids: Collection[UUID], kind: str) -> dict[UUID, str]:
    """Each contact's address of a kind; of several the one known longest."""
    keys, schema = tenant_keys(), tenant_current().schema_name
    rows = (
        Identity.objects.filter(contact_id__in=set(contact_ids), kind=kind)
        .order_by("contact_id", "created_at", "pk")
        .distinct("contact_id")
        .values_list("contact_id", "pk", "sealed")
    )
    return {contact_id: open_identity(sealed, pk=pk, keys=keys, schema=schema) for contact_id, pk, sealed in rows}
