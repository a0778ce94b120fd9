"""What follows a new master key: everything that is sealed is sealed with it, while people work."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django_tenants.utils import schema_context, tenant_context

from accounts.services import record_audit
from accounts.services_log_in import reseal_factors
from contacts.resealing import reseal_identities
from contacts.services.merging import reseal_merges
from contacts.services.sealed_fields import reseal_fields
from exchange.sealed import reseal_exchange
from leads.services import reseal_payloads
from leads.services.attachments import reseal_attachments
from leads.services.held import reseal_held
from tenants.models import Tenant

BATCH: Final = 2000
_ALL: Final = (*(reseal_exchange, reseal_payloads, reseal_held, reseal_attachments, reseal_merges, reseal_fields),)


@dataclass(frozen=True, slots=True)
class Resealed:
    """How many secrets were sealed anew, and how many no known key opens."""

    changed: int
    unreadable: int


def secrets_resealed(tenant: Tenant | None, *, batch: int = BATCH) -> Resealed:
    """All of a tenant's, or the platform's own; broken off, the next run does what is left."""
    with tenant_context(tenant) if tenant else schema_context("public"):
        changed, unreadable = reseal_factors()
        if tenant is not None:
            for reseal in _ALL:
                more, lost = reseal()
                changed, unreadable = changed + more, unreadable + lost
            after: UUID | None = None
            while True:
                after, more, lost = reseal_identities(after=after, limit=batch)
                changed, unreadable = changed + more, unreadable + lost
                if after is None:
                    break
        if changed or unreadable:
            details = {"changed": changed, "unreadable": unreadable}
            record_audit(action="secrets.resealed", actor_label="bin/manage", details=details)
    return Resealed(changed, unreadable)
