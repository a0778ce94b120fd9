"""Seals what was sent and is held, each for its own row."""

from leads.models import HeldLead
from scrm.core import crypto
from tenants.selectors import tenant_keys


def seal_held(payload: bytes, dedupe_key: str) -> bytes:
    return crypto.seal(payload, keys=tenant_keys(), aad=_aad(dedupe_key))


def open_held(held: HeldLead) -> bytes:
    """What was sent, in clear; nothing where there is none."""
    if not held.payload:
        return b""
    return crypto.open_sealed(held.payload, keys=tenant_keys(), aad=_aad(held.dedupe_key))


def _aad(dedupe_key: str) -> bytes:
    return f"leads_heldlead.payload:{dedupe_key}".encode()
