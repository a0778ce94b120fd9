"""Links the audit trail into its chain, and goes over it. Entries are written without waiting for each other
(`accounts.services.record_audit`); one sealer at a time then gives each its number and hash."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from accounts import queries
from accounts.chain import Anchor, Finding, Link, chain, genesis, tampering
from accounts.models import AuditAnchor, AuditSeal, UnsealedEntry
from scrm.core import crypto
from scrm.core.tenancy import schema_name
from tenants.selectors import tenant_keys

BATCH: Final = 1000
_MARK: Final = "audit.anchor"
_PLATFORM: Final = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Head:
    """How far the chain has come; number 0 before the first link."""

    number: int
    hash: bytes


def seal_audit(limit: int = BATCH) -> int:
    """Link what waits; how many there were, 0 too when another sealer is at it."""
    with transaction.atomic():
        if not queries.try_seal_lock():
            return 0
        lines = queries.unsealed_lines(limit)
        if not lines:
            return 0
        head = audit_head()
        links = list(chain(lines, after=head.hash, number=head.number))
        AuditSeal.objects.bulk_create(
            AuditSeal(number=number, entry_id=entry, hash=digest) for number, entry, digest in links
        )
        UnsealedEntry.objects.filter(pk__in=[line.id for line in lines]).delete()
    return len(lines)


def audit_head() -> Head:
    """The last link of this host's chain."""
    last = AuditSeal.objects.order_by("-number").values_list("number", "hash").first()
    return Head(last[0], bytes(last[1])) if last else Head(0, _start())


def audit_findings(anchors: Iterable[Anchor]) -> Iterator[Finding]:
    """Where this host's trail was tampered with; nothing when it was not."""
    loose = queries.loose_entries(BATCH)
    yield from tampering(_links(), anchors, start=_start(), loose=loose)


def audit_unsealed_count() -> int:
    """How many entries wait for their link."""
    return UnsealedEntry.objects.count()


def _links() -> Iterator[Link]:
    number = 0
    while batch := queries.links_after(number, BATCH):
        yield from batch
        number = batch[-1].number


def chain_keys() -> crypto.TenantKeys:
    """Of whom this host's chain is: the tenant, or the platform."""
    return crypto.tenant_keys(_PLATFORM) if schema_name() == "public" else tenant_keys()


def drop_anchor(head: Head, *, keys: crypto.TenantKeys, now: datetime) -> bool:
    """Remember on the public schema how far a chain has come; False when that is known already.

    Its mark takes the master key, so whoever writes to the database alone can't make one.
    """
    last = AuditAnchor.objects.filter(owner=keys.tenant_uuid).order_by("-number").values_list("number", flat=True)
    if head.number <= (last.first() or 0):
        return False
    anchor = AuditAnchor(
        owner=keys.tenant_uuid, number=head.number, hash=head.hash, mark=_mark(head.number, head.hash, keys), at=now
    )
    AuditAnchor.objects.bulk_create([anchor], ignore_conflicts=True)
    return True


def anchor_list(keys: crypto.TenantKeys) -> list[Anchor]:
    """What is known on the public schema of a chain, the earliest first."""
    rows = AuditAnchor.objects.filter(owner=keys.tenant_uuid).order_by("number").values_list("number", "hash", "mark")
    return [
        Anchor(number, bytes(digest), _is_mark(bytes(mark), number, bytes(digest), keys))
        for number, digest, mark in rows
    ]


def _mark(number: int, digest: bytes, keys: crypto.TenantKeys) -> bytes:
    return crypto.blind_index(number.to_bytes(8, "big") + digest, keys=keys, purpose=_MARK)


def _is_mark(mark: bytes, number: int, digest: bytes, keys: crypto.TenantKeys) -> bool:
    return crypto.is_blind_index(mark, number.to_bytes(8, "big") + digest, keys=keys, purpose=_MARK)


def _start() -> bytes:
    """The chain belongs to this host: another's, put in its place, does not fit."""
    return genesis(chain_keys().tenant_uuid.bytes)
