"""Writes about hosts: claim, prove, choose, give up. In `public`, whose rows no tenant's role may change."""

import secrets
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from scrm.core.tenancy import on_platform
from tenants import dns
from tenants.enums import DomainProblem, DomainStatus
from tenants.hosts import HostInvalid, normal_host, proof_name, proof_text
from tenants.models import Domain, ReleasedDomain, Tenant

QUARANTINE: Final = timedelta(days=90)
"""How long a host that was given up is nobody else's."""
CLAIMS_MAX: Final = 20
CHECK_EVERY: Final = timedelta(seconds=5)


@on_platform()
def checked_host(text: str, *, tenant: Tenant, now: datetime) -> str:
    """The host in its one spelling; ValidationError when it is misshapen, taken or in quarantine."""
    try:
        host = normal_host(text)
    except HostInvalid as error:
        raise ValidationError(
            {"domain": _("“%(host)s” is no host: write it such as shop.example.com.") % {"host": text}}
        ) from error
    if host == settings.PUBLIC_HOST:
        raise ValidationError({"domain": _("This host is the platform's own.")})
    if Domain.objects.filter(domain=host, status=DomainStatus.VERIFIED).exclude(tenant_id=tenant.pk).exists():
        raise ValidationError({"domain": _("This host already belongs to a tenant.")})
    left = ReleasedDomain.objects.filter(domain=host, released_at__gt=now - QUARANTINE).exclude(tenant_uuid=tenant.uuid)
    if left.exists():
        raise ValidationError(
            {"domain": _("This host was given up less than 90 days ago: nobody else can have it yet.")}
        )
    return host


@on_platform()
def claim_domain(*, tenant: Tenant, domain: str, now: datetime) -> Domain:
    """The tenant says that a host is its own; it answers there once `check_domain` has found the proof."""
    host = checked_host(domain, tenant=tenant, now=now)
    if Domain.objects.filter(tenant=tenant).count() >= CLAIMS_MAX:
        raise ValidationError({"domain": _("There are %(count)s hosts already.") % {"count": CLAIMS_MAX}})
    claim = Domain(tenant=tenant, domain=host, proof=secrets.token_urlsafe(24))
    try:
        with transaction.atomic():
            claim.save()
    except IntegrityError as error:
        raise ValidationError({"domain": _("This host is in the list already.")}) from error
    return claim


@on_platform()
def vouch_domain(*, tenant: Tenant, domain: str, now: datetime, primary: bool = False) -> Domain:
    """The platform says that the host is the tenant's: no proof is asked for."""
    host = checked_host(domain, tenant=tenant, now=now)
    with transaction.atomic():
        claim, _made = Domain.objects.get_or_create(tenant=tenant, domain=host)
        _verify(claim, now=now)
        if primary:
            choose_domain(claim=claim)
    return claim


@on_platform()
def check_domain(*, claim: Domain, now: datetime) -> DomainStatus:
    """Look for the proof; a verified host stays so, whatever its records say today."""
    if claim.status == DomainStatus.VERIFIED or (claim.checked_at and now - claim.checked_at < CHECK_EVERY):
        return DomainStatus(claim.status)
    problem = _problem(claim)
    if not problem:
        try:
            _verify(claim, now=now)
        except ValidationError:
            problem = DomainProblem.TAKEN
    if problem:
        Domain.objects.filter(pk=claim.pk).exclude(status=DomainStatus.VERIFIED).update(
            status=DomainStatus.FAILED, problem=problem, checked_at=now
        )
    claim.refresh_from_db()
    return DomainStatus(claim.status)


@on_platform()
def choose_domain(*, claim: Domain) -> None:
    """Links lead there from now on. ValidationError before it is verified."""
    with transaction.atomic():
        # The tenant's row is the lock: two who choose at once take turns.
        Tenant.objects.select_for_update(no_key=True).get(pk=claim.tenant_id)
        if not Domain.objects.filter(pk=claim.pk, status=DomainStatus.VERIFIED).exists():
            raise ValidationError({"domain": _("Only a verified host can be the primary one.")})
        Domain.objects.filter(tenant=claim.tenant_id, is_primary=True).exclude(pk=claim.pk).update(is_primary=False)
        Domain.objects.filter(pk=claim.pk).update(is_primary=True)


@on_platform()
def release_domain(*, claim: Domain, now: datetime) -> None:
    """The tenant answers there no longer. ValidationError for the primary host."""
    with transaction.atomic():
        Tenant.objects.select_for_update(no_key=True).get(pk=claim.tenant_id)
        held = Domain.objects.filter(pk=claim.pk).first()
        if held is None:
            return
        if held.is_primary:
            raise ValidationError({"domain": _("Choose another primary host first.")})
        _release([held], now=now)


@on_platform()
def release_all_domains(*, tenant: Tenant, now: datetime) -> None:
    with transaction.atomic():
        _release(list(Domain.objects.filter(tenant=tenant).select_related("tenant")), now=now)


def _release(claims: list[Domain], *, now: datetime) -> None:
    """Only what was verified was ever the tenant's, and goes into quarantine."""
    for claim in claims:
        if claim.status == DomainStatus.VERIFIED:
            ReleasedDomain.objects.update_or_create(
                domain=claim.domain, defaults={"tenant_uuid": claim.tenant.uuid, "released_at": now}
            )
    Domain.objects.filter(pk__in=[claim.pk for claim in claims]).delete()


def _verify(claim: Domain, *, now: datetime) -> None:
    """ValidationError when another tenant was faster: the constraint decides."""
    try:
        with transaction.atomic():
            Domain.objects.filter(pk=claim.pk).update(status=DomainStatus.VERIFIED, problem="", checked_at=now)
            # Asked afterwards: the update has waited for whoever was just giving the host up.
            checked_host(claim.domain, tenant=claim.tenant, now=now)
    except IntegrityError as error:
        raise ValidationError({"domain": _("This host already belongs to a tenant.")}) from error
    ReleasedDomain.objects.filter(domain=claim.domain, tenant_uuid=claim.tenant.uuid).delete()


def _problem(claim: Domain) -> str:
    try:
        texts = dns.txt_texts(proof_name(claim.domain))
    except dns.NoAnswer:
        return DomainProblem.SILENT
    if proof_text(claim.proof) in texts:
        return ""
    return DomainProblem.OTHER if texts else DomainProblem.MISSING
