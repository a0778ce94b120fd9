"""The audit trail's chain over all hosts: sealed, anchored, verified."""

from dataclasses import dataclass
from datetime import datetime

import structlog
from django_tenants.utils import schema_context, tenant_context

from accounts import audit
from accounts.chain import Finding
from scheduler.budget import Budget
from tenants.models import Tenant
from tenants.selectors import tenant_list_active

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What going over one host's trail said."""

    entries: int
    unsealed: int
    findings: list[Finding]


def audit_due(budget: Budget) -> bool:
    """Seal what waits in the current tenant; True when more is waiting."""
    while audit.seal_audit() == audit.BATCH:
        if budget.spent:
            return True
    return False


def audits_anchored(*, now: datetime) -> int:
    """Seal the platform's own trail and remember how far every chain has come; how many have moved.

    The log gets the same, for wherever logs are kept out of the database's reach.
    """
    audit.seal_audit()
    moved = int(_anchored("public", now))
    for tenant in tenant_list_active():
        moved += _anchored(tenant.schema_name, now, tenant)
    return moved


def audit_verified(tenant: Tenant | None) -> Verdict:
    """Go over a tenant's trail, or the platform's."""
    with tenant_context(tenant) if tenant else schema_context("public"):
        keys = audit.chain_keys()
    with schema_context("public"):
        anchors = audit.anchor_list(keys)
    with tenant_context(tenant) if tenant else schema_context("public"):
        findings = list(audit.audit_findings(anchors))
        return Verdict(audit.audit_head().number, audit.audit_unsealed_count(), findings)


def _anchored(name: str, now: datetime, tenant: Tenant | None = None) -> bool:
    with tenant_context(tenant) if tenant else schema_context("public"):
        head, keys = audit.audit_head(), audit.chain_keys()
    with schema_context("public"):
        moved = audit.drop_anchor(head, keys=keys, now=now)
    if moved:
        log.info("audit.anchored", schema=name, number=head.number, hash=head.hash.hex())
    return moved
