"""Seals what was sent with a lead, each for its own row."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from leads.models import LeadArrival
from scrm.core import crypto
from tenants.selectors import tenant_keys


def payload_of(said: Any) -> bytes:
    """What was sent, as it is kept: JSON."""
    return json.dumps(said, ensure_ascii=False, default=str).encode("utf-8", "surrogatepass")


def seal_payloads(payloads: Sequence[tuple[UUID, bytes]]) -> list[bytes | None]:
    """Each sealed for the row of its id; None where nothing was sent."""
    given = [(payload, _aad(pk)) for pk, payload in payloads if payload]
    sealed = iter(crypto.seal_many(given, keys=tenant_keys()) if given else [])
    return [next(sealed) if payload else None for _pk, payload in payloads]


def open_payload(arrival: LeadArrival) -> str:
    """What was sent, in clear and with one value a line; empty when there is none or it is forgotten."""
    if not arrival.payload:
        return ""
    opened = crypto.open_sealed(arrival.payload, keys=tenant_keys(), aad=_aad(arrival.pk))
    return in_lines(opened)


def in_lines(payload: bytes) -> str:
    """JSON with one value a line; what is none, as it stands."""
    try:
        said = json.loads(payload.decode("utf-8", "surrogatepass"))
    except ValueError:
        return payload.decode("utf-8", "replace")
    return json.dumps(said, ensure_ascii=False, indent=2).encode("utf-8", "replace").decode()


def seal_again(arrival: LeadArrival) -> bytes | None:
    """The same payload under the key of now; None when it is so already. CryptoError when no known key opens it."""
    keys, sealed = tenant_keys(), arrival.payload or b""
    if not sealed or crypto.is_current(sealed, keys=keys):
        return None
    return crypto.seal(crypto.open_sealed(sealed, keys=keys, aad=_aad(arrival.pk)), keys=keys, aad=_aad(arrival.pk))


def _aad(pk: UUID) -> bytes:
    return b"leads_leadarrival.payload:" + pk.bytes
