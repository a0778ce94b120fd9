"""Keys of a host: its tenant's, or the platform's own where no tenant is."""

from base64 import b64decode, b64encode
from typing import Final
from uuid import UUID

from scrm.core import crypto, tenancy
from scrm.core.signing import TenantSigner, tenant_signer
from tenants.selectors import tenant_current, tenant_keys

_PLATFORM: Final = UUID(int=0)
_SECOND_FACTOR: Final = b"second factor"
_WAITING: Final = b"waiting in a session"


def host_keys() -> crypto.TenantKeys:
    return crypto.tenant_keys(_PLATFORM) if _is_platform() else tenant_keys()


def host_signer(purpose: str) -> TenantSigner:
    return tenant_signer(_PLATFORM if _is_platform() else tenant_current().uuid, purpose)


def seal_factor(secret: str) -> str:
    """What a second factor is made of, as it may lie in a table."""
    return _seal(secret, _SECOND_FACTOR)


def open_factor(sealed: str) -> str:
    return _open(sealed, _SECOND_FACTOR)


def seal_waiting(secret: str) -> str:
    """What somebody who reads sessions could use before its owner does."""
    return _seal(secret, _WAITING)


def open_waiting(sealed: str) -> str:
    return _open(sealed, _WAITING)


def is_fresh(sealed: str) -> bool:
    """Whether a factor is sealed with the master key of now."""
    return crypto.is_current(b64decode(sealed), keys=host_keys())


def fingerprint(typed: str) -> str:
    """What stands for a name that somebody typed and that nobody has."""
    return crypto.blind_index(typed.strip().casefold(), keys=host_keys(), purpose="log-in").hex()


def _seal(secret: str, what: bytes) -> str:
    return b64encode(crypto.seal(secret.encode(), keys=host_keys(), aad=what)).decode()


def _open(sealed: str, what: bytes) -> str:
    return crypto.open_sealed(b64decode(sealed), keys=host_keys(), aad=what).decode()


def _is_platform() -> bool:
    return tenancy.schema_name() == "public"
