"""Seals personal data with each tenant's own keys, and indexes it without showing it."""

import base64
import binascii
import hashlib
import hmac
import os
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_FORMAT = b"\x01"
_KEY_ID_BYTES = 4
_NONCE_BYTES = 12
_TAG_BYTES = 16
_HEADER_BYTES = len(_FORMAT) + _KEY_ID_BYTES + _NONCE_BYTES
_MASTER_KEY_BYTES = 32
_BLOCK_BYTES = 64

# Half of SHA-256. Two of a billion values share 128 bits by chance once in 10**21 tries,
# and the index, which every lookup walks, is half as wide.
BLIND_INDEX_BYTES = 16


class CryptoError(Exception):
    """A key is unusable or sealed data can't be opened with it."""


@dataclass(frozen=True, slots=True, eq=False)
class TenantKeys:
    """One tenant's keys, passed explicitly so that no cache can hand out another tenant's."""

    tenant_uuid: uuid.UUID
    key_id: bytes
    _ciphers: Mapping[bytes, AESGCM] = field(repr=False)
    _index: "_Fingerprints" = field(repr=False)
    _earlier_indexes: tuple["_Fingerprints", ...] = field(repr=False, default=())


class _Fingerprints:
    """HMAC-SHA-256 under one key of a purpose, NUL and a value.

    Two copied halves cost a third of what `hmac` takes for each value; the inner one has read its purpose already.
    """

    __slots__ = ("_begun", "_inner", "_outer")

    def __init__(self, key: bytes) -> None:
        padded = key.ljust(_BLOCK_BYTES, b"\0")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded))
        self._begun: dict[str, Any] = {}

    def of(self, purpose: str, values: Iterable[bytes]) -> list[bytes]:
        begun = self._begun.get(purpose) or self._begin(purpose)
        outside, found = self._outer, []
        for value in values:
            inner, outer = begun.copy(), outside.copy()
            inner.update(value)
            outer.update(inner.digest())
            found.append(outer.digest()[:BLIND_INDEX_BYTES])
        return found

    def _begin(self, purpose: str) -> Any:
        if not purpose or "\0" in purpose:
            raise CryptoError("A blind index needs a purpose without NUL.")
        begun = self._inner.copy()
        begun.update(purpose.encode() + b"\0")
        # Purposes are the program's own words and few, so what changes from day to day is part of a value.
        self._begun[purpose] = begun
        return begun


def parse_master_key(text: str) -> bytes:
    """The 32 bytes that base64 text stands for."""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise CryptoError("SCRM_MASTER_KEY is not base64. Make one with: openssl rand -base64 32") from error
    if len(key) != _MASTER_KEY_BYTES:
        raise CryptoError(
            f"SCRM_MASTER_KEY holds {len(key)} bytes instead of {_MASTER_KEY_BYTES}. "
            "Make one with: openssl rand -base64 32"
        )
    return key


def derive_keys(
    tenant_uuid: uuid.UUID, master_key: bytes, *retired_master_keys: bytes, index_key: bytes | None = None
) -> TenantKeys:
    """A tenant's keys: new data is sealed with the master key, data under retired ones still opens.

    Blind indexes come from `index_key`, which outlives master keys: what is kept as a fingerprint alone can't be
    computed anew. Without one they come from the master key.
    """
    indexes = [
        _Fingerprints(_derive(master, tenant_uuid, b"blind-index", 32))
        for master in (index_key or master_key, *retired_master_keys)
    ]
    ciphers = {
        _key_id(tenant_uuid, master): AESGCM(_derive(master, tenant_uuid, b"data", 32))
        for master in (*retired_master_keys, master_key)
    }
    return TenantKeys(
        tenant_uuid=tenant_uuid,
        key_id=_key_id(tenant_uuid, master_key),
        _ciphers=ciphers,
        _index=indexes[0],
        _earlier_indexes=tuple(indexes[1:]),
    )


# A request asks several times, and each time is a dozen hashes. The keys follow from what they are asked by alone.
_derived = lru_cache(maxsize=1024)(derive_keys)


def tenant_keys(tenant_uuid: uuid.UUID) -> TenantKeys:
    """A tenant's keys under the master keys of the settings."""
    retired = map(parse_master_key, settings.SCRM_RETIRED_MASTER_KEYS)
    index_key = parse_master_key(settings.SCRM_INDEX_KEY) if settings.SCRM_INDEX_KEY else None
    return _derived(tenant_uuid, parse_master_key(settings.SCRM_MASTER_KEY), *retired, index_key=index_key)


def seal(plaintext: bytes, *, keys: TenantKeys, aad: bytes) -> bytes:
    """Encrypt; what comes back opens only with the same tenant's keys and the same aad."""
    return seal_many([(plaintext, aad)], keys=keys)[0]


def seal_many(values: Sequence[tuple[bytes, bytes]], *, keys: TenantKeys) -> list[bytes]:
    """Encrypt each plaintext with its aad."""
    # A random nonce is safe for 2**32 seals under one key, far above a tenant's identities. Drawn for all at
    # once, and never kept: what is drawn from the system one by one costs as much as the encryption.
    drawn = os.urandom(_NONCE_BYTES * len(values))
    start, encrypt = _FORMAT + keys.key_id, keys._ciphers[keys.key_id].encrypt
    sealed = []
    for at, (plaintext, aad) in enumerate(values):
        nonce = drawn[at * _NONCE_BYTES : (at + 1) * _NONCE_BYTES]
        header = start + nonce
        sealed.append(header + encrypt(nonce, plaintext, header + aad))
    return sealed


def open_sealed(sealed: bytes | memoryview, *, keys: TenantKeys, aad: bytes) -> bytes:
    """Decrypt what `seal` made."""
    sealed = bytes(sealed)
    if len(sealed) < _HEADER_BYTES + _TAG_BYTES:
        raise CryptoError(f"Sealed data is cut short: {len(sealed)} bytes.")
    if sealed[:1] != _FORMAT:
        raise CryptoError(f"Sealed data has the unknown format {sealed[0]}.")
    header = sealed[:_HEADER_BYTES]
    key_id = header[1 : 1 + _KEY_ID_BYTES]
    cipher = keys._ciphers.get(key_id)
    if cipher is None:
        raise CryptoError(
            f"Sealed data needs the key {key_id.hex()}, which tenant {keys.tenant_uuid} does not have: "
            "it is another tenant's, or SCRM_MASTER_KEY has changed."
        )
    try:
        return cipher.decrypt(header[-_NONCE_BYTES:], sealed[_HEADER_BYTES:], header + aad)
    except InvalidTag as error:
        raise CryptoError("Sealed data was altered, or sealed for another use.") from error


def is_current(sealed: bytes | memoryview, *, keys: TenantKeys) -> bool:
    """Whether data is sealed with the key that new data is sealed with."""
    return bytes(sealed[1 : 1 + _KEY_ID_BYTES]) == keys.key_id


def blind_index(value: str | bytes, *, keys: TenantKeys, purpose: str) -> bytes:
    """A keyed fingerprint: equal for equal values of one tenant and purpose, useless without the key."""
    return keys._index.of(purpose, (value.encode() if isinstance(value, str) else value,))[0]


def blind_indexes(values: Iterable[str], *, keys: TenantKeys, purpose: str) -> list[bytes]:
    """The fingerprint of each."""
    return keys._index.of(purpose, [value.encode() for value in values])


def is_blind_index(index: bytes, value: bytes, *, keys: TenantKeys, purpose: str) -> bool:
    """Whether it is the value's, under the key of now or one that is retired."""
    known = (state.of(purpose, (value,))[0] for state in (keys._index, *keys._earlier_indexes))
    return any(hmac.compare_digest(index, each) for each in known)


def _derive(master_key: bytes, tenant_uuid: uuid.UUID, use: bytes, length: int) -> bytes:
    if len(master_key) != _MASTER_KEY_BYTES:
        raise CryptoError(f"A master key has {_MASTER_KEY_BYTES} bytes, not {len(master_key)}.")
    return HKDF(hashes.SHA256(), length, salt=tenant_uuid.bytes, info=b"scrm " + use).derive(master_key)


def _key_id(tenant_uuid: uuid.UUID, master_key: bytes) -> bytes:
    return hashlib.sha256(_derive(master_key, tenant_uuid, b"key-id", 32)).digest()[:_KEY_ID_BYTES]
