"""Reads addresses in clear, for a channel about to use them."""

from collections.abc import Collection
from uuid import UUID

import structlog

from contacts.models import Identity
from contacts.sealing import open_identity
from scrm.core.crypto import CryptoError
from tenants.selectors import tenant_keys

log = structlog.get_logger(__name__)


def addresses_for(contact_ids: Collection[UUID], kind: str) -> dict[UUID, str]:
    """Each contact's address of a kind; of several the one known longest."""
    keys = tenant_keys()
    rows = (
        Identity.objects.filter(contact_id__in=set(contact_ids), kind=kind)
        .order_by("contact_id", "created_at", "pk")
        .distinct("contact_id")
        .values_list("contact_id", "pk", "sealed")
    )
    found = {}
    for contact_id, pk, sealed in rows:
        try:
            found[contact_id] = open_identity(sealed, pk=pk, keys=keys)
        except CryptoError as error:
            # One that can't be opened leaves its contact without an address, not everybody.
            log.error("identity.unreadable", identity=str(pk), error=str(error))
    return found
