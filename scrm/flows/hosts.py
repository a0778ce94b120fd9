"""The story of a tenant's hosts: claimed by its people, proved by a record, chosen, given up; each step recorded."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.services import record_audit
from tenants.domains import check_domain, choose_domain, claim_domain, release_domain, vouch_domain
from tenants.enums import DomainStatus
from tenants.models import Domain, Tenant


def host_claimed(tenant: Tenant, host: str, *, by: User, now: datetime) -> Domain:
    """ValidationError says what is wrong with it."""
    with transaction.atomic():
        claim = claim_domain(tenant=tenant, domain=host, now=now)
        _record("domain.claimed", claim, by, now)
    return claim


def host_checked(claim: Domain, *, by: User, now: datetime) -> DomainStatus:
    """Ask for the proof. No transaction is open meanwhile: a name server may take seconds."""
    before = claim.status
    status = check_domain(claim=claim, now=now)
    if status != before:
        _record("domain.checked", claim, by, now, status=status.value)
    return status


def host_vouched(claim: Domain, *, by: User, now: datetime) -> None:
    """The platform says whose it is. ValidationError when it is another's."""
    with transaction.atomic():
        vouch_domain(tenant=claim.tenant, domain=claim.domain, now=now)
        _record("domain.vouched", claim, by, now)


def host_chosen(claim: Domain, *, by: User, now: datetime) -> None:
    """Links lead there from now on. ValidationError before it is verified."""
    with transaction.atomic():
        choose_domain(claim=claim)
        _record("domain.chosen", claim, by, now)


def host_released(claim: Domain, *, by: User, now: datetime) -> None:
    """ValidationError for the primary host."""
    with transaction.atomic():
        release_domain(claim=claim, now=now)
        _record("domain.released", claim, by, now)


def _record(action: str, claim: Domain, by: User, now: datetime, **details: str) -> None:
    record_audit(action=action, actor=by, subject=claim, details={"host": claim.domain, **details}, now=now)
